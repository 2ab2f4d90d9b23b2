/**
 * Fluentd's pos_file: `path TAB position TAB inode LF`, both numbers as 16 hex digits, so that an entry is updated in place.
 *
 * Guarantees: entries of Fluentd are taken over; a damaged line is left out and told, never fatal; an unwatched file has position
 * ffffffffffffffff and goes with the next compaction. A write to the page cache survives a kill of the process; a compaction leaves the old
 * text or the new one, whatever stops it. A disk that cannot be written is found out by `set` and `update`, not at the start.
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
/** Position, tab, inode. */
const NUMBERS_BYTES = 33;
const numbers = (entry: { readonly position: number; readonly inode: number }) =>
  `${hex(entry.position)}\t${hex(entry.inode)}`;

export class PositionFile {
  readonly #file: string;
  readonly #fs: FsPort;
  readonly #mode: number;
  readonly #entries = new Map<string, Position>();
  #fd: number | undefined;
  #end = 0;
  /** Lines that could not be read, for the caller's warning. */
  readonly damaged: number;

  /** @throws where the file is there and cannot be read */
  constructor(file: string, fs: FsPort, mode: number) {
    this.#file = file;
    this.#fs = fs;
    this.#mode = mode;
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    this.damaged = this.#parse(text);
    try {
      if (text !== this.#text() || text === '') this.compact(true);
    } catch {
      // The old text stays, and entries are changed where they stand in it.
    }
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
      this.#put(numbers({ position, inode }), known.offset);
      known.position = position;
      known.inode = inode;
      return known;
    }
    const head = `${file}\t`;
    const entry = { path: file, position, inode, offset: this.#end + Buffer.byteLength(head) };
    this.#end += this.#put(`${head}${numbers(entry)}\n`, this.#end);
    this.#entries.set(file, entry);
    return entry;
  }

  update(entry: Position, position: number): void {
    if (entry.position === position) return;
    this.#put(hex(position), entry.offset);
    entry.position = position;
  }

  unwatch(file: string): void {
    const entry = this.#entries.get(file);
    if (entry === undefined) return;
    this.#entries.delete(file);
    this.#put(UNWATCHED, entry.offset);
  }

  /**
   * Without `isDurable` the disk decides when it is written: a disk that is busy would hold up all reading. A new file takes the old one's place in one step; where it may not (a mounted file), the text is written
   * over the old one, which is longer.
   */
  compact(isDurable = false): void {
    const fs = this.#fs;
    const text = this.#text();
    const next = `${this.#file}.tmp`;
    fs.mkdirSync(path.dirname(this.#file), { recursive: true });
    try {
      fs.writeFileSync(next, text, { mode: this.#mode, flush: isDurable });
      fs.renameSync(next, this.#file);
      this.close();
    } catch {
      this.#put(text, 0);
      fs.ftruncateSync(this.#open(), Buffer.byteLength(text));
    }
    let at = 0;
    for (const entry of this.#entries.values()) {
      entry.offset = at + Buffer.byteLength(entry.path) + 1;
      at = entry.offset + NUMBERS_BYTES + 1;
    }
    this.#end = at;
  }

  close(): void {
    if (this.#fd === undefined) return;
    this.#fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  #text(): string {
    let text = '';
    for (const entry of this.#entries.values()) text += `${entry.path}\t${numbers(entry)}\n`;
    return text;
  }

  #parse(text: string): number {
    let damaged = 0;
    for (const line of text.split('\n')) {
      const found = ENTRY.exec(line);
      if (found === null) damaged += line === '' ? 0 : 1;
      else if (found[2]!.toLowerCase() !== UNWATCHED) {
        const offset = this.#end + Buffer.byteLength(found[1]!) + 1;
        const entry = { path: found[1]!, position: Number(`0x${found[2]}`), inode: Number(`0x${found[3]}`), offset };
        this.#entries.set(entry.path, entry);
      }
      this.#end += Buffer.byteLength(line) + 1;
    }
    // The last line's end is no line.
    this.#end--;
    return damaged;
  }

  #open(): number {
    if (this.#fd === undefined) {
      this.#fs.mkdirSync(path.dirname(this.#file), { recursive: true });
      this.#fd = this.#fs.openSync(this.#file, this.#fs.existsSync(this.#file) ? 'r+' : 'w+', this.#mode);
    }
    return this.#fd;
  }

  /** Bytes that were written: all. */
  #put(text: string, at: number): number {
    const fd = this.#open();
    const bytes = Buffer.from(text);
    let done = 0;
    while (done < bytes.length) done += this.#fs.writeSync(fd, bytes, done, bytes.length - done, at + done);
    return done;
  }
}
