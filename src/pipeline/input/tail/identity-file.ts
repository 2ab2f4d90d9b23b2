/**
 * What Fluentd's pos_file cannot hold, in a file beside it (`<pos_file>.heads`): `path TAB inode TAB length TAB hash TAB id TAB real path LF`: the head of the file
 * that a position belongs to, where it was, and the name its events carry (`stable_ids`).
 *
 * Guarantees: a line is written before the position it belongs to; the last two files of a path are known, so a crash between the two writes
 * loses neither; a damaged line is left out. Without this file positions are matched by inode alone, as Fluentd does.
 */
import path from 'node:path';
import type { FsPort } from '../../core/ports.ts';
import { type HeadMark, markOf } from './head.ts';
import type { Watcher } from './watcher.ts';

export interface Identity {
  readonly inode: number;
  readonly mark: HeadMark;
  readonly id: string;
  /** Path of the log that it is or was rotated from, without symlinks. */
  readonly real: string;
}

/** What is on record of an open file. */
export function identityOf({ inode, head, id, log }: Pick<Watcher, 'inode' | 'head' | 'id' | 'log'>): Identity {
  return { inode, mark: markOf(head), id, real: log };
}

const LINE = /^([^\t]+)\t(\d+)\t(\d{1,3})\t([0-9a-f]{32})\t([^\t]+)\t([^\t]+)$/;
/** Lines that no longer count before the file is written anew. */
const STALE = 4096;

export class IdentityFile {
  readonly #file: string;
  readonly #fs: FsPort;
  readonly #known = new Map<string, Identity[]>();
  #stale = 0;
  /** The file may end within a line: an append was refused. */
  #isTorn = false;

  /** @throws where the file is there and cannot be read */
  constructor(file: string, fs: FsPort) {
    this.#file = file;
    this.#fs = fs;
    if (fs.existsSync(file)) this.#read();
  }

  find(file: string, inode: number): Identity | undefined {
    return this.#known.get(file)?.findLast((identity) => identity.inode === inode);
  }

  marks(file: string): HeadMark[] {
    return (this.#known.get(file) ?? []).map(({ mark }) => mark);
  }

  /** The file that was read before that one. */
  before(file: string, inode: number): Identity | undefined {
    return this.#known.get(file)?.findLast((identity) => identity.inode !== inode);
  }

  set(file: string, identity: Identity): void {
    this.#keep(file, identity);
    const line = lineOf(file, identity);
    const text = this.#isTorn ? `\n${line}` : line;
    this.#isTorn = true;
    this.#fs.mkdirSync(path.dirname(this.#file), { recursive: true });
    this.#fs.appendFileSync(this.#file, text);
    this.#isTorn = false;
    if (this.#stale > STALE) this.compact();
  }

  /** Keeps only the paths that `wanted` says. */
  retain(wanted: (file: string) => boolean): void {
    for (const [file, list] of this.#known)
      if (!wanted(file)) {
        this.#known.delete(file);
        this.#stale += list.length;
      }
  }

  /** A new file takes the old one's place in one step; without `isDurable` the disk decides when it is written. */
  compact(isDurable = false): void {
    const text = [...this.#known].flatMap(([file, list]) => list.map((identity) => lineOf(file, identity))).join('');
    this.#fs.writeFileSync(`${this.#file}.tmp`, text, { flush: isDurable });
    this.#fs.renameSync(`${this.#file}.tmp`, this.#file);
    this.#isTorn = false;
    this.#stale = 0;
  }

  #keep(file: string, identity: Identity): void {
    const list = (this.#known.get(file) ?? []).filter((other) => other.inode !== identity.inode);
    const kept = [...list.slice(-1), identity];
    this.#stale += (this.#known.get(file)?.length ?? 0) + 1 - kept.length;
    this.#known.set(file, kept);
  }

  #read(): void {
    const before = this.#fs.readFileSync(this.#file, 'utf8');
    this.#isTorn = before !== '' && !before.endsWith('\n');
    for (const line of before.split('\n')) {
      const found = LINE.exec(line);
      if (found === null) continue;
      const mark = { length: Number(found[3]), hash: found[4]! };
      this.#keep(found[1]!, { inode: Number(found[2]), mark, id: found[5]!, real: found[6]! });
    }
    if (this.#stale === 0 && !this.#isTorn) return;
    try {
      this.compact(true);
    } catch {
      // The old text says the same; the next compaction tries again.
    }
  }
}

function lineOf(file: string, { inode, mark, id, real }: Identity): string {
  return `${file}\t${inode}\t${mark.length}\t${mark.hash}\t${id}\t${real}\n`;
}
