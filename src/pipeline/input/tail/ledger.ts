/**
 * What is on record of the followed files: which file a path's position belongs to (identity-file.ts), then the position (position-file.ts).
 *
 * Guarantees: the identity is written before the position, both before the first line of a file is emitted. A disk that refuses costs lines sent twice
 * after a crash, never the flow: the next save tries again. Entries of files that are gone are bounded.
 */
import type { FsPort } from '../../core/ports.ts';
import type { Logger } from '../../plugin.ts';
import type { Known } from './chain.ts';
import type { Followed, Following } from './followed.ts';
import type { HeadMark } from './head.ts';
import { IdentityFile, identityOf } from './identity-file.ts';
import { PositionFile } from './position-file.ts';

/** Entries of files that are gone, kept for files that come back; beyond, the oldest go. */
const GONE_ENTRIES = 1000;

export class Ledger {
  readonly #positions: PositionFile | undefined;
  readonly #identities: IdentityFile | undefined;
  readonly #following: Following;
  readonly #log: Logger;
  readonly #gone = new Set<string>();
  /** Paths of which something is not held any more. */
  readonly #released = new Set<string>();
  /** An agent has run here before. */
  readonly isOld: boolean = false;
  #isClosed = false;

  /** `file`: the pos_file; without one nothing is kept. */
  constructor(file: string | undefined, fs: FsPort, following: Following, log: Logger) {
    this.#following = following;
    this.#log = log;
    if (file === undefined) return;
    this.isOld = fs.existsSync(file);
    this.#positions = new PositionFile(file, fs, 0o644);
    this.#identities = new IdentityFile(`${file}.heads`, fs);
    this.#retainIdentities();
    const { damaged } = this.#positions;
    if (damaged > 0) log.warn('damaged lines in the pos_file were left out', { pos_file: file, lines: damaged });
  }

  /** What is known of the file a path leads to. `byInode`: also under another path. */
  find(file: string, inode: number, byInode: boolean): Known | undefined {
    const entry = this.#positions?.get(file) ?? (byInode ? this.#positions?.ofInode(inode) : undefined);
    if (entry === undefined) return undefined;
    return {
      position: entry.position,
      inode: entry.inode,
      identity: this.#identities?.find(entry.path, entry.inode),
      before: this.#identities?.before(entry.path, entry.inode),
    };
  }

  /** Heads of files that a path led to. */
  marks(file: string): HeadMark[] {
    return this.#identities?.marks(file) ?? [];
  }

  /**
   * Puts down which file is read now, then its position: before the first line of it is emitted. Not as long as something is held of the file that
   * was read before it.
   */
  record(followed: Followed): void {
    const { watcher } = followed;
    if (!this.#following.isCurrent(followed)) return;
    try {
      watcher.refreshHead();
      this.#recordHead(followed);
      this.#positions?.set(watcher.path, safePosition(followed), watcher.inode);
    } catch (error) {
      followed.recorded = -1;
      this.#refused(watcher.path, error);
    }
  }

  #recordHead(followed: Followed): void {
    const { watcher } = followed;
    if (followed.recorded === watcher.head.length) return;
    this.#identities?.set(watcher.path, identityOf(watcher));
    followed.recorded = watcher.head.length;
  }

  save(followed: Followed): void {
    const { watcher } = followed;
    const entry = this.#positions?.get(watcher.path);
    if (entry?.inode !== watcher.inode || followed.recorded < 0) {
      this.record(followed);
      return;
    }
    try {
      this.#positions?.update(entry, safePosition(followed));
    } catch (error) {
      this.#refused(watcher.path, error);
    }
  }

  /** Something of a path is not held any more: its position is saved with `saveReleased`, or now where reading has ended. */
  released(file: string): void {
    this.#released.add(file);
    if (!this.#isClosed) return;
    this.saveReleased();
    this.#positions?.close();
  }

  saveReleased(): void {
    for (const file of this.#released) {
      // What is on its way may hold the rest of what was released.
      if (this.#following.chains.get(file)?.[0]?.sending !== undefined) continue;
      this.#released.delete(file);
      this.#following.released(file);
      const current = this.#following.current(file);
      if (current !== undefined) this.save(current);
    }
  }

  #refused(file: string, error: unknown): void {
    this.#log.warn('a position could not be saved', { file, error });
  }

  /** Files that vanished while no agent ran: all but `found` that do not exist. */
  forgetVanished(found: ReadonlySet<string>, exists: (file: string) => boolean): void {
    for (const file of this.#positions?.paths() ?? [])
      if (!found.has(file) && !exists(file)) this.#positions?.unwatch(file);
  }

  /** Pods come and go: the entries of all of them would fill the pos_file. */
  gone(file: string): void {
    this.#gone.add(file);
    if (this.#gone.size <= GONE_ENTRIES) return;
    try {
      for (const old of [...this.#gone].slice(0, GONE_ENTRIES / 2)) {
        this.#gone.delete(old);
        this.#positions?.unwatch(old);
      }
      this.#positions?.compact();
    } catch (error) {
      this.#log.warn('the pos_file could not be compacted', { error });
    }
    this.#retainIdentities();
  }

  isBack(file: string): void {
    this.#gone.delete(file);
  }

  compact(): void {
    try {
      this.#positions?.compact();
    } catch (error) {
      this.#log.warn('the pos_file could not be compacted', { error });
    }
  }

  /** What filters still hold and release later is saved all the same. */
  close(): void {
    this.#isClosed = true;
    this.saveReleased();
    this.#positions?.close();
  }

  #retainIdentities(): void {
    this.#identities?.retain((known) => this.#positions?.get(known) !== undefined);
  }
}

/** First byte that is not on disk: of an unfinished record, or of one that a filter holds. */
export function safePosition({ watcher, lines }: Followed): number {
  return Math.min(lines.safePosition(watcher.position), watcher.holds.lowest ?? Number.POSITIVE_INFINITY);
}
