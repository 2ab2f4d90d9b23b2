/**
 * Notices: word from the kernel (inotify) that a file at rest was written, renamed or deleted.
 *
 * Guarantees: one word per asking, however much is written; a file whose writes are not told (NFS, some overlays) is not asked for again.
 * Leaves to its owner the looks that do not trust it.
 */
import type { FSWatcher } from 'node:fs';
import type { FsPort } from '../../core/ports.ts';

/** The node's other processes (the kubelet!) share this user's inotify watches: files beyond are looked at by time. */
const MOST = 2048;
/** Writes that were found by looking in spite of a notice: the file system tells of none. */
const MOST_MISSED = 3;
/** Until it is tried again after the system had no watch left. */
const AGAIN_MS = 60_000;

export interface Noticed {
  readonly fd: number;
  readonly real: string;
}

export class Notices {
  readonly #fs: FsPort;
  readonly #now: () => number;
  readonly #asked = new Map<Noticed, FSWatcher>();
  /** How often in turn a file's writes were not told. */
  readonly #missed = new WeakMap<Noticed, number>();
  #notBefore = 0;

  /** `now`: monotonic milliseconds. */
  constructor(fs: FsPort, now: () => number) {
    this.#fs = fs;
    this.#now = now;
  }

  isAsked(file: Noticed): boolean {
    return this.#asked.has(file);
  }

  /**
   * Calls `told` once, at the next change of the file; true when it will. What was written before is not told: look once more after asking.
   */
  ask(file: Noticed, told: () => void): boolean {
    if (this.#asked.size >= MOST || this.#now() < this.#notBefore) return false;
    if ((this.#missed.get(file) ?? 0) >= MOST_MISSED) return false;
    try {
      // By its descriptor: names lead elsewhere while a file is rotated.
      const watch = this.#fs.watch(`/proc/self/fd/${file.fd}`, { persistent: false });
      this.#asked.set(file, watch);
      const end = (isWord: boolean) => {
        if (this.#asked.get(file) !== watch) return;
        this.drop(file);
        if (isWord) this.#missed.delete(file);
        told();
      };
      watch.on('change', () => end(true));
      watch.on('error', () => end(false));
      return true;
    } catch {
      this.#notBefore = this.#now() + AGAIN_MS;
      return false;
    }
  }

  /** A look found what should have been told. */
  missed(file: Noticed): void {
    if (this.#asked.has(file)) this.#missed.set(file, (this.#missed.get(file) ?? 0) + 1);
  }

  drop(file: Noticed): void {
    const watch = this.#asked.get(file);
    if (watch === undefined) return;
    this.#asked.delete(file);
    watch.close();
  }
}
