/**
 * Fluentd's pos_file: `path TAB position TAB inode LF`, both numbers as 16 hex digits, so that an entry is updated in place.
 *
 * Guarantees: entries of Fluentd are taken over; a damaged line is left out and told, never fatal; an unwatched file has position
 * ffffffffffffffff and goes with the next compaction. A write to the page cache survives a kill of the process.
 */
import path from 'node:path';
import type { FsPort } from '../../core/ports.ts';

export interface Position {
  readonly path: string;
  /** Bytes. */
  position: number;
  inode: number;
  /** Offset (bytes) of the entry's numbers in the file. */
  offset: number;
}

const UNWATCHED = 'f'.repeat(16);
const ENTRY = /^([^\t]+)\t([0-9a-fA-F]{16})\t([0-9a-fA-F]{16})$/;

const hex = (n: number) => BigInt(n).toString(16).padStart(16, '0');
const numbers = (entry: Position) => `${hex(entry.position)}\t${hex(entry.inode)}`;

export class PositionFile {
  readonly #file: string;
  readonly #fs: FsPort;
  readonly #entries = new Map<string, Position>();
  readonly #fd: number;
  #end = 0;
  /** Lines that could not be read, for the caller's warning. */
  readonly damaged: number;

  constructor(file: string, fs: FsPort, mode: number) {
    this.#file = file;
    this.#fs = fs;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.#fd = fs.openSync(file, fs.existsSync(file) ? 'r+' : 'w+', mode);
    this.damaged = this.#read();
    this.#rewrite();
  }

  get(file: string): Position | undefined {
    return this.#entries.get(file);
  }

  /** The entry of a file that may have another name now (follow_inodes). */
  ofInode(inode: number): Position | undefined {
    return this.#entries.values().find((entry) => entry.inode === inode);
  }

  paths(): string[] {
    return [...this.#entries.keys()];
  }

  /** Adds or changes an entry; one write. */
  set(file: string, position: number, inode: number): Position {
    const known = this.#entries.get(file);
    if (known !== undefined) {
      known.position = position;
      known.inode = inode;
      this.#put(numbers(known), known.offset);
      return known;
    }
    const head = `${file}\t`;
    const entry = { path: file, position, inode, offset: this.#end + Buffer.byteLength(head) };
    this.#end += this.#put(`${head}${numbers(entry)}\n`, this.#end);
    this.#entries.set(file, entry);
    return entry;
  }

  update(entry: Position, position: number): void {
    entry.position = position;
    this.#put(hex(position), entry.offset);
  }

  unwatch(file: string): void {
    const entry = this.#entries.get(file);
    if (entry === undefined) return;
    this.#entries.delete(file);
    this.#put(UNWATCHED, entry.offset);
  }

  compact(): void {
    this.#rewrite();
  }

  close(): void {
    this.#fs.closeSync(this.#fd);
  }

  #read(): number {
    let damaged = 0;
    for (const line of this.#fs.readFileSync(this.#file, 'utf8').split('\n')) {
      if (line === '') continue;
      const found = ENTRY.exec(line);
      if (found === null) damaged++;
      else if (found[2]!.toLowerCase() !== UNWATCHED) {
        const entry = { path: found[1]!, position: Number(`0x${found[2]}`), inode: Number(`0x${found[3]}`), offset: 0 };
        this.#entries.set(entry.path, entry);
      }
    }
    return damaged;
  }

  /** Entries only grow fewer, so the new text is written over the old one and the rest cut off. */
  #rewrite(): void {
    let text = '';
    let at = 0;
    for (const entry of this.#entries.values()) {
      entry.offset = at + Buffer.byteLength(entry.path) + 1;
      const line = `${entry.path}\t${numbers(entry)}\n`;
      text += line;
      at += Buffer.byteLength(line);
    }
    this.#put(text, 0);
    this.#fs.ftruncateSync(this.#fd, at);
    this.#end = at;
  }

  #put(text: string, at: number): number {
    return text === '' ? 0 : this.#fs.writeSync(this.#fd, text, at);
  }
}
