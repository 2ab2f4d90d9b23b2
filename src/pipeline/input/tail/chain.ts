/**
 * Which files of a path are still to be read, oldest first: rotated siblings that were never read (plain or packed), then the file itself.
 *
 * Guarantees: the file a position belongs to is found by inode and head, by head alone where it was packed or copied (copytruncate); all that
 * is newer follows from its first byte. Where it is gone for good, all that stands on disk is newer. Every file of the
 * answer is open, so names may change and files go while they wait.
 */
import path from 'node:path';
import type { FsPort } from '../../core/ports.ts';
import { fits, type HeadMark, markOf } from './head.ts';
import type { Identity } from './identity-file.ts';
import { type Sibling, siblingsOf } from './siblings.ts';
import { Watcher } from './watcher.ts';

export interface Known {
  readonly position: number;
  readonly inode: number;
  readonly identity: Identity | undefined;
  /** The file that was read to its end before it. */
  readonly before: Identity | undefined;
}

export interface ChainHost {
  readonly fs: FsPort;
  readonly nodeName: string;
  /** Wall clock ms: siblings made since then were never read by anyone. */
  readonly startedAt: number;
  /** Files that are followed by their own names. */
  isFollowed(file: string): boolean;
  now(): number;
}

const MAX_BETWEEN = 100;
/** Looks at names that shift all the time. */
const MOST_LOOKS = 20;

export class Chains {
  readonly #host: ChainHost;
  /** By what is going on now. */
  #opened: Watcher[] = [];

  constructor(host: ChainHost) {
    this.#host = host;
  }

  /** A path that is not followed yet. `fresh`: where it is not known, it appeared since there is an agent. @throws ENOENT and the like */
  open(file: string, known: Known | undefined, fresh: boolean): Watcher[] {
    return this.#whole(() => this.#open(file, known, fresh));
  }

  /**
   * The path leads elsewhere: what came after `last`, the file it led to. `marks`: heads of files that came before it.
   * @throws ENOENT where nothing came yet
   */
  newer(file: string, last: Watcher, marks: readonly HeadMark[]): Watcher[] {
    return this.#whole(() => this.#newer(file, last, marks));
  }

  /** `watcher` was cut off: the copy that was made of it before (copytruncate), to be read from `position` on, and what came after that copy. */
  copies(watcher: Watcher, position: number): Watcher[] {
    return this.#whole(() => this.#copies(watcher, position));
  }

  /** All or nothing: an error leaves no file open. */
  #whole(find: () => Watcher[]): Watcher[] {
    this.#opened = [];
    try {
      return find();
    } catch (error) {
      closeAll(this.#opened);
      throw error;
    } finally {
      this.#opened = [];
    }
  }

  #watcher(file: string, real: string, log = real, packed = false): Watcher {
    const watcher = new Watcher(file, { real, log, packed }, this.#host.fs, this.#host.nodeName);
    this.#opened.push(watcher);
    return watcher;
  }

  #open(file: string, known: Known | undefined, fresh: boolean): Watcher[] {
    const real = this.#host.fs.realpathSync(file);
    const current = this.#watcher(file, real);
    if (known === undefined) return fresh ? [...this.#neverRead(file, real, current), current] : [current];
    const mark = known.identity?.mark;
    const sameInode = current.inode === known.inode;
    if (sameInode && current.size >= known.position && isSame(current, known.identity)) {
      resumeAt(current, known);
      return [current];
    }
    // An inode that is used again is another file; else this one was cut off.
    const isCutOff = sameInode && (known.identity === undefined || birthOf(known.identity.id) === birthOf(current.id));
    if (sameInode) current.restart(this.#newId(current));
    const siblings = this.#siblingsOf(current);
    const moved = known.identity?.real;
    if (moved !== undefined && moved !== real) siblings.unshift(...this.#elsewhere(file, moved, real, siblings));
    const at = siblings.findIndex((sibling) => isKnown(sibling, known));
    if (at < 0) {
      const { before } = known;
      // Without a head nothing tells which siblings were read: as Fluentd, only the path itself counts, unless it is a container's log.
      const isAlone = mark === undefined ? before === undefined && real === file : mark.length > 0 && isCutOff;
      // Nothing tells the file itself (it was empty when it was last seen, or its head was lost in a power cut, or it is gone), but what was read before it may be here.
      const read = before === undefined ? -1 : siblings.findLastIndex((sibling) => fits(sibling.head, before.mark));
      const unread = isAlone ? [] : siblings.slice(read + 1);
      closeAll(siblings.filter((sibling) => !unread.includes(sibling)));
      return [...unread, current];
    }
    closeAll(siblings.slice(0, at));
    resumeAt(siblings[at]!, known);
    return [...siblings.slice(at), current];
  }

  #newer(file: string, last: Watcher, marks: readonly HeadMark[]): Watcher[] {
    const real = this.#host.fs.realpathSync(file);
    const current = this.#watcher(file, real);
    const siblings = this.#siblingsOf(current);
    if (last.real !== real) siblings.unshift(...this.#elsewhere(file, last.real, real, siblings));
    // It may have been empty when it was opened.
    last.refreshHead();
    const mark = markOf(last.head);
    const at = siblings.findIndex(
      (sibling) =>
        (sibling.inode === last.inode && sibling.dev === last.dev) || (sibling.packed && fits(sibling.head, mark)),
    );
    if (at >= 0) {
      closeAll(siblings.slice(0, at + 1));
      return [...siblings.slice(at + 1), current];
    }
    // The file itself is gone, or was empty and packed: what was written to after it, and came after what was read, is newer than it.
    const since = this.#host.fs.fstatSync(last.fd).mtimeMs;
    const sameFolder = path.dirname(last.real) === path.dirname(real);
    const read = siblings.findLastIndex((sibling) => marks.some((one) => fits(sibling.head, one)));
    const isNewer = (sibling: Watcher, i: number) =>
      i > read && (!sameFolder || this.#host.fs.fstatSync(sibling.fd).mtimeMs >= since);
    const newer = siblings.filter(isNewer);
    closeAll(siblings.filter((sibling) => !newer.includes(sibling)));
    return [...newer, current];
  }

  #copies(watcher: Watcher, position: number): Watcher[] {
    const mark = markOf(watcher.head);
    const siblings = this.#siblings(watcher.path, watcher.real);
    const at = siblings.findIndex(
      (sibling) => fits(sibling.head, mark) && (sibling.packed || sibling.size >= watcher.position),
    );
    closeAll(at < 0 ? siblings : siblings.slice(0, at));
    if (at < 0) return [];
    siblings[at]!.position = position;
    siblings[at]!.id = watcher.id;
    return siblings.slice(at);
  }

  restart(watcher: Watcher): void {
    watcher.restart(this.#newId(watcher));
  }

  #newId(watcher: Watcher): string {
    return `${watcher.id.replace(/~\d+$/, '')}~${this.#host.now()}`;
  }

  #neverRead(file: string, real: string, current: Watcher): Watcher[] {
    const all = this.#siblingsOf(current);
    // A copy of a file that will be cut off in a moment (copytruncate): it is read as itself.
    const copies = all.filter((one) => current.head.length > 0 && fits(one.head, markOf(current.head)));
    closeAll(copies);
    const siblings = all.filter((one) => !copies.includes(one));
    if (real !== file) return siblings;
    const made = siblings.filter((s) => this.#host.fs.fstatSync(s.fd).birthtimeMs >= this.#host.startedAt);
    closeAll(siblings.filter((sibling) => !made.includes(sibling)));
    return made;
  }

  /** The file that the path led to before, its siblings, and the logs of the containers in between (`0.log`, `1.log` …). */
  #elsewhere(file: string, moved: string, real: string, but: readonly Watcher[]): Watcher[] {
    const before = [moved, ...between(moved, real)].filter((one) => this.#host.fs.existsSync(path.dirname(one)));
    const found = before.flatMap((one) => [
      ...this.#siblings(file, one),
      ...(this.#host.fs.existsSync(one) ? this.#openAll(file, one, [{ file: one, gz: false }]) : []),
    ]);
    const twice = found.filter((one) => but.some((other) => other.inode === one.inode && other.dev === one.dev));
    closeAll(twice);
    return found.filter((one) => !twice.includes(one));
  }

  /** Without itself: it may have been rotated since it was opened, and is the last one then. */
  #siblingsOf(current: Watcher): Watcher[] {
    const all = this.#siblings(current.path, current.real);
    const others = all.filter((one) => one.inode !== current.inode || one.dev !== current.dev);
    closeAll(all.filter((one) => !others.includes(one)));
    return others;
  }

  /** Names may shift (`.1` becomes `.2.gz`) between the list and the opening: then it is looked at again, or a file would be left out. */
  #siblings(file: string, real: string): Watcher[] {
    const list = () => siblingsOf(real, this.#host.fs).filter((sibling) => !this.#host.isFollowed(sibling.file));
    for (let tries = 1; ; tries++) {
      const found = list();
      if (found.length === 0) return [];
      const opened = this.#openAll(file, real, found);
      if (tries === MOST_LOOKS || this.#stillStand(opened, list())) return opened;
      closeAll(opened);
    }
  }

  #stillStand(opened: readonly Watcher[], found: readonly Sibling[]): boolean {
    return (
      opened.length === found.length &&
      opened.every((one, i) => {
        const stat = this.#host.fs.statSync(one.real, { throwIfNoEntry: false });
        return one.real === found[i]!.file && stat?.ino === one.inode && stat.dev === one.dev;
      })
    );
  }

  #openAll(file: string, log: string, list: readonly Sibling[]): Watcher[] {
    const opened: Watcher[] = [];
    for (const { file: real, gz } of list) {
      try {
        opened.push(this.#watcher(file, real, log, gz));
      } catch (error) {
        // Gone between the list and here: packed or removed by whoever rotates.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        if (!gz) opened.push(...this.#openAll(file, log, [{ file: `${real}.gz`, gz: true }]));
      }
    }
    return opened;
  }
}

/** The kubelet counts the containers of a pod: logs that the path led to between two looks. */
function between(from: string, to: string): string[] {
  const first = /^(\d{1,6})\.log$/.exec(path.basename(from))?.[1];
  const last = /^(\d{1,6})\.log$/.exec(path.basename(to))?.[1];
  if (first === undefined || last === undefined || path.dirname(from) !== path.dirname(to)) return [];
  const count = Math.min(MAX_BETWEEN, Math.max(0, Number(last) - Number(first) - 1));
  return Array.from({ length: count }, (_, i) => path.join(path.dirname(to), `${Number(last) - count + i}.log`));
}

/** Equal inodes are given. A file that had no bytes when it was marked is told by its birth time, which is in its id. */
function isSame(watcher: Watcher, identity: Identity | undefined): boolean {
  if (identity === undefined) return true;
  return identity.mark.length > 0 ? fits(watcher.head, identity.mark) : identity.id.replace(/~\d+$/, '') === watcher.id;
}

/** Of the name that a file's events carry. */
function birthOf(id: string): string | undefined {
  return /:(\d+)(?:~\d+)?$/.exec(id)?.[1];
}

function isKnown(sibling: Watcher, { inode, position, identity }: Known): boolean {
  // Positions in packed files stand under the packed file's inode; where its head is on record that tells it better.
  if (sibling.inode === inode && (!sibling.packed || identity === undefined)) return isSame(sibling, identity);
  const mark = identity?.mark;
  return mark !== undefined && fits(sibling.head, mark) && (sibling.packed || sibling.size >= position);
}

function resumeAt(watcher: Watcher, known: Known): void {
  watcher.position = known.position;
  if (known.identity !== undefined) watcher.id = known.identity.id;
}

function closeAll(watchers: readonly Watcher[]): void {
  for (const watcher of watchers) watcher.close();
}
