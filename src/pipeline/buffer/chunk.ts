/**
 * A chunk: entries of equal metadata, in memory or in a file.
 *
 * File format: the byte c1 (which msgpack never begins with), `SLC1`, then frames: payload length (u32), number of events (u32), crc32 of the
 * payload (u32), all big-endian, then the payload: entries that are ready to send. A frame is one append, written with one
 * system call. A torn or damaged frame ends the reading; what stands before it is intact. Beside it `.meta` holds the
 * metadata as JSON. Order of durable steps: meta, data (synced with `durability fsync`), and only then the input's position.
 */
import { crc32 } from 'node:zlib';
import type { FsPort } from '../core/ports.ts';
import type { ChunkMeta } from '../plugin.ts';

const MAGIC = Buffer.from([0xc1, 0x53, 0x4c, 0x43, 0x31]);
const HEAD = 12;

export interface Chunk {
  readonly id: string;
  readonly meta: ChunkMeta;
  /** Bytes of the entries. */
  size: number;
  count: number;
  readonly createdAt: number;
  attempt: number;
  append(text: string, count: number): void;
  /** Entries, one after the other. */
  read(): Buffer;
  replace(bytes: Buffer, count: number): void;
  /** Staged → queued. */
  enqueue(): void;
  /** Delivered: forget it. */
  purge(): void;
  close(): void;
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

  append(text: string, count: number): void {
    this.#parts.push(Buffer.from(text, 'latin1'));
    this.size += text.length;
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

  enqueue(): void {}
  purge(): void {
    this.#parts = [];
  }
  close(): void {}
}

export interface ChunkFiles {
  readonly fs: FsPort;
  /** Path of a chunk file in a state: `b` staged, `q` queued. */
  path(id: string, state: 'b' | 'q'): string;
  readonly mode: number;
  readonly sync: boolean;
}

/** What reading a chunk file found. */
export interface Frames {
  readonly payload: Buffer;
  readonly count: number;
  /** Bytes of the file that are intact. */
  readonly intact: number;
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

  constructor(files: ChunkFiles, id: string, meta: ChunkMeta, createdAt: number, state: 'b' | 'q' = 'b') {
    this.#files = files;
    this.id = id;
    this.meta = meta;
    this.createdAt = createdAt;
    this.#state = state;
  }

  get path(): string {
    return this.#files.path(this.id, this.#state);
  }

  /** Makes the files of a new chunk. */
  create(): void {
    const { fs, mode } = this.#files;
    fs.writeFileSync(`${this.path}.meta`, JSON.stringify({ ...this.meta, createdAt: this.createdAt }), { mode });
    this.#fd = fs.openSync(this.path, 'w', mode);
    this.#write(MAGIC);
  }

  /** Takes up a chunk of a previous run; a torn tail is cut off. */
  resume(found: Frames): void {
    this.size = found.payload.length;
    this.count = found.count;
    this.#end = found.intact;
    if (this.#state === 'b') {
      this.#fd = this.#files.fs.openSync(this.path, 'r+');
      this.#files.fs.ftruncateSync(this.#fd, found.intact);
    }
  }

  append(text: string, count: number): void {
    const bytes = frame(text, count);
    this.#write(bytes);
    if (this.#files.sync) this.#files.fs.fdatasyncSync(this.#fd!);
    this.size += text.length;
    this.count += count;
  }

  read(): Buffer {
    return readFrames(this.#files.fs.readFileSync(this.path)).payload;
  }

  /** A new file takes the old one's place in one step, so a crash leaves one or the other. */
  replace(bytes: Buffer, count: number): void {
    const { fs, mode } = this.#files;
    const next = `${this.path}.tmp`;
    fs.writeFileSync(next, Buffer.concat([MAGIC, frame(bytes.toString('latin1'), count)]), { mode });
    fs.renameSync(next, this.path);
    this.size = bytes.length;
    this.count = count;
  }

  enqueue(): void {
    if (this.#state === 'q') return;
    const { fs } = this.#files;
    this.close();
    const staged = this.path;
    this.#state = 'q';
    // Meta first: a data file without meta is taken up all the same, by its name.
    fs.renameSync(`${staged}.meta`, `${this.path}.meta`);
    fs.renameSync(staged, this.path);
  }

  purge(): void {
    this.close();
    const { fs } = this.#files;
    fs.unlinkSync(this.path);
    if (fs.existsSync(`${this.path}.meta`)) fs.unlinkSync(`${this.path}.meta`);
  }

  close(): void {
    if (this.#fd === undefined) return;
    this.#files.fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** All or nothing: what a failed write left is cut off before the error goes on. */
  #write(bytes: Buffer): void {
    const { fs } = this.#files;
    const fd = this.#fd!;
    let done = 0;
    try {
      while (done < bytes.length) done += fs.writeSync(fd, bytes, done, bytes.length - done, this.#end + done);
    } catch (error) {
      fs.ftruncateSync(fd, this.#end);
      throw error;
    }
    this.#end += bytes.length;
  }
}

function frame(text: string, count: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD + text.length);
  bytes.write(text, HEAD, 'latin1');
  bytes.writeUInt32BE(text.length, 0);
  bytes.writeUInt32BE(count, 4);
  bytes.writeUInt32BE(crc32(bytes.subarray(HEAD)), 8);
  return bytes;
}

/** True for a chunk file of ours; others are Fluentd's (msgpack). */
export function isOurs(file: Buffer): boolean {
  return file.subarray(0, MAGIC.length).equals(MAGIC);
}

/** Reads frames up to the first one that is torn or damaged. */
export function readFrames(file: Buffer): Frames {
  const parts: Buffer[] = [];
  let count = 0;
  let at = MAGIC.length;
  while (at + HEAD <= file.length) {
    const length = file.readUInt32BE(at);
    const payload = file.subarray(at + HEAD, at + HEAD + length);
    if (payload.length < length || crc32(payload) !== file.readUInt32BE(at + 8)) break;
    parts.push(payload);
    count += file.readUInt32BE(at + 4);
    at += HEAD + length;
  }
  const payload = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  return { payload, count, intact: Math.min(at, file.length), damaged: at < file.length };
}
