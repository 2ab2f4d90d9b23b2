/**
 * A chunk: entries of equal metadata, in memory or in a file.
 *
 * File format: the byte c1 (which msgpack never begins with), `SLC1`, then frames: payload length (u32), number of events (u32), crc32 of the
 * payload, begun with that number (u32), all big-endian, then the payload: entries that are ready to send. A frame is one append, written with one
 * system call. Behind a torn or damaged frame the reading goes on at the next one whose crc is right, so damage costs the entries it
 * hit. Beside it `.meta` holds the metadata as JSON (not for file_single, whose names tell it). Order of durable steps: meta, data, (with
 * `durability fsync` both and their folder synced), and only then the input's position.
 */
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { SluiceError } from '../core/errors.ts';
import type { FsPort } from '../core/ports.ts';
import type { ChunkMeta } from '../plugin.ts';
import { givePlace, takePlace } from './places.ts';

const MAGIC = Buffer.from([0xc1, 0x53, 0x4c, 0x43, 0x31]);
/** Bytes before a frame's entries. */
export const HEAD = 12;

export interface Chunk {
  readonly id: string;
  readonly meta: ChunkMeta;
  /** Bytes of the entries. */
  size: number;
  count: number;
  readonly createdAt: number;
  attempt: number;
  /** Text in pieces: none is so long that it costs a place of its own in the heap. */
  append(pieces: readonly string[], count: number): void;
  /** Entries as bytes, behind HEAD free bytes. */
  appendBytes(bytes: Buffer, count: number): void;
  /** Entries, one after the other; good until `release`. */
  read(): Buffer;
  /** Nobody looks at what `read` gave any more. */
  release(): void;
  replace(bytes: Buffer, count: number): void;
  /** What there is now, to come back to. */
  mark(): Mark;
  /** Takes back what was appended since; a chunk that was queued since is not asked. */
  rollBack(to: Mark): void;
  /** Staged → queued. */
  enqueue(): void;
  /** Delivered: forget it. */
  purge(): void;
  close(): void;
}

export interface Mark {
  readonly size: number;
  readonly count: number;
  /** Where the next append goes. */
  readonly end: number;
}

export class MemoryChunk implements Chunk {
  readonly id: string;
  readonly meta: ChunkMeta;
  readonly createdAt: number;
  size = 0;
  count = 0;
  attempt = 0;
  #parts: Buffer[] = [];

  constructor(id: string, meta: ChunkMeta, createdAt: number) {
    this.id = id;
    this.meta = meta;
    this.createdAt = createdAt;
  }

  append(pieces: readonly string[], count: number): void {
    const length = lengthOf(pieces);
    const bytes = Buffer.allocUnsafe(length);
    writePieces(pieces, bytes, 0);
    this.#parts.push(bytes);
    this.size += length;
    this.count += count;
  }

  appendBytes(bytes: Buffer, count: number): void {
    this.#parts.push(Buffer.from(bytes.subarray(HEAD)));
    this.size += bytes.length - HEAD;
    this.count += count;
  }

  read(): Buffer {
    if (this.#parts.length !== 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0]!;
  }

  replace(bytes: Buffer, count: number): void {
    this.#parts = [Buffer.from(bytes)];
    this.size = bytes.length;
    this.count = count;
  }

  release(): void {}

  mark(): Mark {
    return { size: this.size, count: this.count, end: this.#parts.length };
  }

  rollBack(to: Mark): void {
    this.#parts.length = to.end;
    this.size = to.size;
    this.count = to.count;
  }

  enqueue(): void {}
  purge(): void {
    this.#parts = [];
  }
  close(): void {}
}

export interface ChunkFiles {
  readonly fs: FsPort;
  /** Path of a chunk file in a state: `b` staged, `q` queued. */
  path(id: string, state: 'b' | 'q', meta: ChunkMeta): string;
  /** file_single: the name holds the metadata. */
  readonly single: boolean;
  readonly mode: number;
  readonly sync: boolean;
}

/** What reading a chunk file found. */
export interface Frames {
  readonly payload: Buffer;
  readonly count: number;
  /** Bytes of the file. */
  readonly length: number;
  readonly damaged: boolean;
}

export class FileChunk implements Chunk {
  readonly id: string;
  readonly meta: ChunkMeta;
  readonly createdAt: number;
  size = 0;
  count = 0;
  attempt = 0;
  readonly #files: ChunkFiles;
  #state: 'b' | 'q';
  #fd: number | undefined;
  #end = 0;
  /** Behind the entries stands what was taken back. */
  #isTooLong = false;
  /** Every byte was written by this process: the crc is for what a crash or another disk did. */
  #own = false;
  /** Where the file was read to, last. */
  #place: Buffer | undefined;

  constructor(files: ChunkFiles, id: string, meta: ChunkMeta, createdAt: number, state: 'b' | 'q' = 'b') {
    this.#files = files;
    this.id = id;
    this.meta = meta;
    this.createdAt = createdAt;
    this.#state = state;
  }

  get path(): string {
    return this.#files.path(this.id, this.#state, this.meta);
  }

  /** Makes the files of a new chunk; where the disk refuses one, none is left. */
  create(): void {
    const { fs, mode, single, sync } = this.#files;
    try {
      if (!single) {
        const text = JSON.stringify({ ...this.meta, createdAt: this.createdAt }, bigintsAsNumbers);
        this.#inFolder(() => fs.writeFileSync(`${this.path}.meta`, text, { mode, flush: sync }));
      }
      this.#fd = this.#inFolder(() => fs.openSync(this.path, 'w', mode));
      this.#write(MAGIC);
      this.#own = true;
      if (sync) syncFolder(fs, dirname(this.path));
    } catch (error) {
      this.#discard();
      throw error;
    }
  }

  /** The folder is there but for the first chunk. */
  #inFolder<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#files.fs.mkdirSync(dirname(this.path), { recursive: true });
      return make();
    }
  }

  #discard(): void {
    try {
      this.purge();
    } catch {
      // The next start removes what has no entries.
    }
  }

  /** Takes up a chunk of a previous run; a damaged file is written anew with what is intact. */
  resume(found: Frames): void {
    if (found.damaged) return this.replace(found.payload, found.count);
    this.size = found.payload.length;
    this.count = found.count;
    this.#end = found.length;
  }

  append(pieces: readonly string[], count: number): void {
    this.#append(frame(pieces, count), count);
  }

  appendBytes(bytes: Buffer, count: number): void {
    this.#append(closed(bytes, count), count);
  }

  #append(bytes: Buffer, count: number): void {
    this.#write(bytes, this.#files.sync);
    this.size += bytes.length - HEAD;
    this.count += count;
  }

  mark(): Mark {
    return { size: this.size, count: this.count, end: this.#end };
  }

  rollBack(to: Mark): void {
    this.#end = to.end;
    this.size = to.size;
    this.count = to.count;
    this.#cutOff();
  }

  /** Nothing but the entries may stand in the file; a disk that cannot do that now is asked again before the chunk is queued. */
  #cutOff(): void {
    const { fs, sync } = this.#files;
    this.#isTooLong = true;
    try {
      const fd = this.#open();
      fs.ftruncateSync(fd, this.#end);
      if (sync) fs.fdatasyncSync(fd);
      this.#isTooLong = false;
    } catch {
      // Until then the next append goes to the same place.
    }
  }

  /** An enqueue has closed the file. */
  #open(): number {
    this.#fd ??= this.#files.fs.openSync(this.path, 'r+');
    return this.#fd;
  }

  read(): Buffer {
    const { fs } = this.#files;
    const fd = fs.openSync(this.path, 'r');
    try {
      const file = takePlace(fs.fstatSync(fd).size);
      let length = 0;
      for (let n = -1; n !== 0 && length < file.length; length += n)
        n = fs.readSync(fd, file, length, file.length - length, length);
      this.#place = file;
      return readFrames(file.subarray(0, length), this.#own && length === this.#end).payload;
    } finally {
      fs.closeSync(fd);
    }
  }

  release(): void {
    if (this.#place !== undefined) givePlace(this.#place);
    this.#place = undefined;
  }

  /** A new file takes the old one's place in one step, so a crash leaves one or the other. */
  replace(bytes: Buffer, count: number): void {
    const { fs, mode, sync } = this.#files;
    const next = `${this.path}.tmp`;
    const file = Buffer.concat([MAGIC, frame([bytes.toString('latin1')], count)]);
    fs.writeFileSync(next, file, { mode, flush: sync });
    this.close();
    fs.renameSync(next, this.path);
    if (sync) syncFolder(fs, dirname(this.path));
    this.size = bytes.length;
    this.count = count;
    this.#end = file.length;
  }

  enqueue(): void {
    if (this.#state === 'q') return;
    const { fs, path, single } = this.#files;
    if (this.#isTooLong) this.#cutOff();
    if (this.#isTooLong) throw new SluiceError('ERR_DISK', 'a chunk file cannot be cut off');
    this.close();
    const queued = path(this.id, 'q', this.meta);
    // The data's name decides; a meta file of either state is found. A failed step leaves the chunk staged.
    fs.renameSync(this.path, queued);
    const staged = this.path;
    this.#state = 'q';
    if (!single) isThere(() => fs.renameSync(`${staged}.meta`, `${queued}.meta`));
  }

  purge(): void {
    this.close();
    const { fs, single } = this.#files;
    // Data first: what is left of a purge that was cut short is a meta file without data, which is removed at the next start.
    isThere(() => fs.unlinkSync(this.path));
    if (single) return;
    const other = this.#files.path(this.id, this.#state === 'q' ? 'b' : 'q', this.meta);
    if (!isThere(() => fs.unlinkSync(`${this.path}.meta`))) isThere(() => fs.unlinkSync(`${other}.meta`));
  }

  close(): void {
    if (this.#fd === undefined) return;
    this.#files.fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** All or nothing: what a failed write left is cut off before the error goes on. */
  #write(bytes: Buffer, sync = false): void {
    const { fs } = this.#files;
    const fd = this.#open();
    let done = 0;
    try {
      while (done < bytes.length) done += fs.writeSync(fd, bytes, done, bytes.length - done, this.#end + done);
      if (sync) fs.fdatasyncSync(fd);
    } catch (error) {
      this.#cutOff();
      throw error;
    }
    this.#end += bytes.length;
  }
}

/** Names are durable when their folder is. */
export function syncFolder(fs: FsPort, folder: string): void {
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** False where there is no such file. */
function isThere(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}

/** Frames up to this size are made in one place that is used again: writing is synchronous. */
const SCRATCH = 4 * 1024 ** 2;
let scratch = Buffer.alloc(0);

function room(length: number): Buffer {
  if (length > SCRATCH) return Buffer.allocUnsafe(length);
  if (scratch.length < length) scratch = Buffer.allocUnsafe(Math.min(SCRATCH, length * 2));
  return scratch.subarray(0, length);
}

function lengthOf(pieces: readonly string[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return length;
}

function writePieces(pieces: readonly string[], bytes: Buffer, from: number): void {
  let at = from;
  for (const piece of pieces) at += bytes.write(piece, at, 'latin1');
}

/** Valid until the next frame is made. */
function frame(pieces: readonly string[], count: number): Buffer {
  const length = lengthOf(pieces);
  const bytes = room(HEAD + length);
  writePieces(pieces, bytes, HEAD);
  return closed(bytes, count);
}

/** Fills in the head. */
function closed(bytes: Buffer, count: number): Buffer {
  bytes.writeUInt32BE(bytes.length - HEAD, 0);
  bytes.writeUInt32BE(count, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(HEAD), count), 8);
  return bytes;
}

/** True for a chunk file of ours; others are Fluentd's (msgpack). */
export function isOurs(file: Buffer): boolean {
  return file.subarray(0, MAGIC.length).equals(MAGIC);
}

/** Reads the frames that are intact; behind damage it goes on at the next one. The payload is made in `file`'s own memory. `trusted`: no crc is checked. */
export function readFrames(file: Buffer, trusted = false): Frames {
  let count = 0;
  let damaged = !isOurs(file);
  let at = damaged ? 0 : MAGIC.length;
  let start = 0;
  let end = 0;
  while (at < file.length) {
    const length = frameAt(file, at, trusted);
    if (length < 0) {
      damaged = true;
      at++;
      continue;
    }
    count += file.readUInt32BE(at + 4);
    at += HEAD;
    if (end === 0) {
      start = at;
      end = at + length;
    } else {
      file.copyWithin(end, at, at + length);
      end += length;
    }
    at += length;
  }
  return { payload: file.subarray(start, end), count, length: file.length, damaged };
}

/** Length of the payload, or -1. Bytes that are no head are nearly always told by their length; the crc is worked out for the rest only. */
function frameAt(file: Buffer, at: number, trusted: boolean): number {
  if (at + HEAD > file.length) return -1;
  const length = file.readUInt32BE(at);
  const count = file.readUInt32BE(at + 4);
  if (length > file.length - at - HEAD || count === 0 || count > length) return -1;
  if (trusted) return length;
  const payload = file.subarray(at + HEAD, at + HEAD + length);
  return crc32(payload, count) === file.readUInt32BE(at + 8) ? length : -1;
}

function bigintsAsNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
