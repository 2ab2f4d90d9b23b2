/**
 * A rotated file that was packed (`.gz`), read once from a position of its unpacked bytes to its end.
 *
 * Guarantees: memory holds one piece and an unfinished line, however much it unpacks to; what unpacks to more than MAX_UNPACKED is left. The
 * position counts unpacked bytes, so it carries over from the plain file.
 */
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FsPort } from '../../core/ports.ts';
import { type Lines, repaired } from './watcher.ts';

const PIECE = 64 * 1024;
const MAX_UNPACKED = 16 * 1024 ** 3;

export class PackedReader {
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #repair: boolean;
  #rest: Buffer = Buffer.alloc(0);
  /** Unpacked position of the first byte of `rest`. */
  #at = 0;

  constructor(fs: FsPort, fd: number, repair: boolean) {
    const unpacked = Readable.from(piecesOf(fs, fd), { objectMode: false }).compose(createGunzip());
    this.#pieces = unpacked[Symbol.asyncIterator]();
    this.#repair = repair;
  }

  /** The next whole lines from `position` on; undefined at the end. @throws when the file is damaged */
  async read(position: number, longest: number): Promise<Lines | undefined> {
    for (;;) {
      const { value, done } = await this.#pieces.next();
      if (done === true) return this.#last(position);
      this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
      this.#skipTo(position);
      const end = this.#rest.lastIndexOf(10) + 1;
      if (end > 0) return this.#take(end);
      if (this.#rest.length > longest || this.#at > MAX_UNPACKED)
        throw new Error('a packed file holds too long a line');
    }
  }

  /** A packed file gets no more bytes: an unfinished line is all there will be of it. */
  #last(position: number): Lines | undefined {
    this.#skipTo(position);
    if (this.#rest.length === 0) return undefined;
    this.#rest = Buffer.concat([this.#rest, Buffer.from('\n')]);
    return this.#take(this.#rest.length);
  }

  #skipTo(position: number): void {
    const skip = Math.min(this.#rest.length, Math.max(0, position - this.#at));
    this.#rest = this.#rest.subarray(skip);
    this.#at += skip;
  }

  #take(end: number): Lines {
    const bytes = this.#rest.subarray(0, end);
    const from = this.#at;
    this.#rest = this.#rest.subarray(end);
    this.#at += end;
    const text = !this.#repair || isUtf8(bytes) ? bytes.toString('latin1') : repaired(bytes);
    return { text, from, to: this.#at };
  }
}

function* piecesOf(fs: FsPort, fd: number): Generator<Buffer> {
  for (let at = 0; ; ) {
    const piece = Buffer.allocUnsafe(PIECE);
    const n = fs.readSync(fd, piece, 0, PIECE, at);
    if (n === 0) return;
    at += n;
    yield piece.subarray(0, n);
  }
}
