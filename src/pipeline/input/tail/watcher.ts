/**
 * A watcher follows one open file (device and inode) from a position to its end.
 *
 * Guarantees: only whole lines are handed on; the position is that of the first byte not handed on; reading is in blocks into one
 * place shared by all watchers, so idle files cost no memory. Leaves to its owner which file is read when, and what
 * becomes of the lines.
 */
import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import type { Origin } from '../../core/event.ts';
import { Holds } from '../../core/holds.ts';
import { BLOCK, theKernel } from '../../core/kernel/index.ts';
import type { FsPort } from '../../core/ports.ts';
import { copied, HEAD_BYTES, peekHead, readHead, readPackedHead } from './head.ts';

/** Where blocks are read to: the kernel's own place, but for longer lines. */
let block: Buffer | undefined;

/** Whole lines as bytes, each with its line end. Good until the next block is read. */
export interface Lines {
  readonly text: string;
  /** Position of the first byte in the file. */
  readonly from: number;
  readonly to: number;
  /** True when these are the first `to - from` bytes of the kernel's block. */
  readonly inKernel?: boolean;
}

/** Text is made when it is asked for: lines that are cut into columns need none. */
class BlockLines implements Lines {
  readonly from: number;
  readonly to: number;
  readonly inKernel = true;
  #text: string | undefined;
  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
  }
  get text(): string {
    this.#text ??= theKernel().block.toString('latin1', 0, this.to - this.from);
    return this.#text;
  }
}

export interface WatchedFile {
  readonly real: string;
  readonly log: string;
  readonly packed: boolean;
}

export class Watcher implements Origin {
  /** The path whose lines these are; the file may have another name by now. */
  readonly path: string;
  /** Path without symlinks at the time of opening. */
  readonly real: string;
  readonly packed: boolean;
  /** The log that it is, or was rotated or copied from; without symlinks. */
  readonly log: string;
  readonly inode: number;
  readonly dev: number;
  id: string;
  readonly holds = new Holds();
  readonly fd: number;
  /** First byte that was not handed on. */
  position = 0;
  /** Size when it was last looked at. */
  size = 0;
  /** First bytes of the file. */
  head: Buffer;
  /** Monotonic ms at which the end was reached first after the path led elsewhere. */
  drainedAt: number | undefined;
  /** Monotonic ms of the next look. */
  nextLook = 0;
  lastGrowth = 0;
  /** Wall clock ms at which no whole line waited, last. */
  caughtUpAt = 0;
  /** Size up to which there is no whole line. */
  #scanned = -1;
  #mtime = 0;
  #refused = false;
  #isClosed = false;
  readonly #fs: FsPort;

  constructor(path: string, file: WatchedFile, fs: FsPort, nodeName: string) {
    this.path = path;
    this.log = file.log;
    this.real = file.real;
    this.packed = file.packed;
    this.#fs = fs;
    this.fd = fs.openSync(file.real, 'r');
    const { stat, head } = this.#firstLook();
    this.inode = stat.ino;
    this.dev = stat.dev;
    this.size = stat.size;
    this.head = head;
    // The birth time tells an inode that is used again from the file it was before.
    this.id = `${nodeName}/${stat.dev}:${stat.ino}:${Math.round(stat.birthtimeMs * 1000)}`;
  }

  /** A file that cannot be read is not left open. */
  #firstLook(): { stat: Stats; head: Buffer } {
    try {
      const stat = this.#fs.fstatSync(this.fd);
      return { stat, head: this.packed ? readPackedHead(this.#fs, this.fd) : readHead(this.#fs, this.fd) };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** It had another name than its log when it was opened. */
  get isSibling(): boolean {
    return this.real !== this.log;
  }

  /** Looks at the size; true when there may be new lines, or other lines: the file may have been cut off. */
  look(): boolean {
    const { size, mtimeMs } = this.#fs.fstatSync(this.fd);
    const touched = mtimeMs !== this.#mtime;
    this.#mtime = mtimeMs;
    this.size = size;
    if (this.#refused) return false;
    // Cut off and written to the same length again.
    if (size === this.position && touched) return !this.verify();
    return this.size < this.position || (this.size > this.position && this.size !== this.#scanned);
  }

  /** False when the file was cut off and begins anew; what is known of its head grows with it. */
  verify(): boolean {
    if (this.size < this.position) return false;
    const head = peekHead(this.#fs, this.fd);
    if (head.length < this.head.length || !head.subarray(0, this.head.length).equals(this.head)) return false;
    if (head.length > this.head.length) this.head = copied(head);
    return true;
  }

  /** What was short before may be longer now. */
  refreshHead(): void {
    if (this.packed || this.#isClosed || this.head.length === HEAD_BYTES) return;
    const head = peekHead(this.#fs, this.fd);
    if (head.length > this.head.length && head.subarray(0, this.head.length).equals(this.head))
      this.head = copied(head);
  }

  /** Starts again at the first byte, as another file: `id` must not name two lines. */
  restart(id: string): void {
    this.id = id;
    // What is held stood in the bytes that are gone.
    this.holds.undo();
    this.position = 0;
    this.#scanned = -1;
    this.head = readHead(this.#fs, this.fd);
  }

  get isRefused(): boolean {
    return this.#refused;
  }

  /** Nothing more is read of it, whatever it becomes. */
  refuse(): void {
    this.#refused = true;
  }

  /** The next whole lines, or undefined. `limit`: longest line; longer ones are skipped and counted by `onSkip`. `repair`: bytes that are no UTF-8 become U+FFFD. */
  read(limit: number, repair: boolean, onSkip: (bytes: number) => void): Lines | undefined {
    let skipped = 0;
    block ??= theKernel().block;
    for (;;) {
      const n = this.#fs.readSync(this.fd, block, 0, block.length, this.position);
      const end = n === 0 ? -1 : block.lastIndexOf(10, n - 1);
      if (end >= 0) return this.#lines(block, n, end, skipped, repair, onSkip);
      if (n < block.length) {
        // Less than there is may be given, too.
        if (this.position + n >= this.size) this.#scanned = this.size;
        return undefined;
      }
      if (block.length < limit) block = Buffer.allocUnsafe(block.length * 2);
      else {
        // The line is too long whatever follows: forget what was read of it.
        skipped += n;
        this.position += n;
      }
    }
  }

  #lines(
    bytesRead: Buffer,
    n: number,
    end: number,
    skipped: number,
    repair: boolean,
    onSkip: (bytes: number) => void,
  ): Lines | undefined {
    const first = skipped > 0 ? bytesRead.indexOf(10) + 1 : 0;
    if (skipped > 0) onSkip(skipped + first);
    const bytes = bytesRead.subarray(first, end + 1);
    const from = this.position + first;
    const to = this.position + end + 1;
    const isRight = !repair || isUtf8(bytes);
    if (isRight && first === 0 && bytesRead.length === BLOCK) return new BlockLines(from, to);
    // The next block is likely a short one again.
    if (n <= BLOCK) block = undefined;
    return { text: isRight ? bytes.toString('latin1') : repaired(bytes), from, to };
  }

  /** Takes what was handed on as done. */
  advance(to: number): void {
    this.position = to;
    this.#scanned = -1;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The last descriptor of a deleted file gives its blocks back, for which a busy disk may take its time.
    this.#fs.close(this.fd, () => undefined);
  }
}

/** Bytes that are no UTF-8 become U+FFFD, so that JSON made of them is valid. */
export function repaired(bytes: Buffer): string {
  return Buffer.from(bytes.toString('utf8'), 'utf8').toString('latin1');
}
