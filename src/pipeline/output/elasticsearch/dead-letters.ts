/**
 * The dead-letter file: documents that the cluster will never take, one JSON text a line, for people to look at and for `sluice replay` to send again.
 *
 *     {"time":"2026-11-24T10:00:00.000Z","tag":"…","index":"…","status":400,"type":"…","reason":"…","action":{…},"record":{…}}
 *
 * `time` is when it was refused; `action` is the first line of the bulk item, `record` its second one, both byte for byte as they were sent.
 *
 * Guarantees: a letter is in the file (with `durability fsync`: on the disk) before `append` returns, or `append` throws and the file is as before;
 * FILE, FILE.1 … together never exceed the limit: the oldest part goes. A line that a kill tore is ended before the next one is written.
 */
import path from 'node:path';
import type { FsPort } from '../../core/ports.ts';
import { encodeJson, fromBytes } from '../../core/value.ts';

export interface Letter {
  readonly tag: string;
  readonly status: number;
  readonly type: string;
  readonly reason: string;
  /** Lines of the bulk request: JSON text as byte strings. */
  readonly action: string;
  readonly record: string;
}

export interface DeadLetterOptions {
  readonly file: string;
  /** Bytes of all parts together. */
  readonly limit: number;
  readonly fsync: boolean;
  readonly fileMode: number;
  readonly dirMode: number;
  readonly fs: FsPort;
}

/** Parts of the limit: so much of it is lost at once when it is reached. */
const PARTS = 4;
const LINE_END = 10;

export class DeadLetterFile {
  readonly #options: DeadLetterOptions;

  constructor(options: DeadLetterOptions) {
    this.#options = options;
  }

  /** Gives what did not fit the limit: letters that are larger alone, and bytes of older ones that went. @throws what the disk throws */
  append(letters: readonly Letter[], now: number): { tooLarge: number; droppedBytes: number } {
    const { limit, file, dirMode, fs } = this.#options;
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: dirMode });
    const result = { tooLarge: 0, droppedBytes: 0 };
    let size = this.#sizeOf(file);
    let lines: Buffer[] = [];
    let bytes = 0;
    const flush = () => {
      if (bytes > 0) result.droppedBytes += this.#write(Buffer.concat(lines), size);
      size += bytes;
      lines = [];
      bytes = 0;
    };
    for (const letter of letters) {
      const line = Buffer.from(lineOf(letter, now), 'latin1');
      if (line.length > limit) {
        result.tooLarge++;
        continue;
      }
      if (size + bytes > 0 && size + bytes + line.length > limit / PARTS) {
        flush();
        this.#rotate();
        size = 0;
      }
      lines.push(line);
      bytes += line.length;
    }
    flush();
    return result;
  }

  #sizeOf(file: string): number {
    return this.#options.fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** FILE.1 is the newest of the older parts. */
  #older(): string[] {
    const { file, fs } = this.#options;
    const found: string[] = [];
    for (let i = 1; fs.existsSync(`${file}.${i}`); i++) found.push(`${file}.${i}`);
    return found;
  }

  #rotate(): void {
    const { file, fs } = this.#options;
    for (const [i, name] of [...this.#older().entries()].reverse()) fs.renameSync(name, `${file}.${i + 2}`);
    fs.renameSync(file, `${file}.1`);
  }

  /** Makes room and appends; gives the bytes that went. */
  #write(bytes: Buffer, size: number): number {
    const { file, limit, fileMode, fsync, fs } = this.#options;
    const parts = this.#older().map((name) => ({ name, size: this.#sizeOf(name) }));
    let total = parts.reduce((sum, part) => sum + part.size, size + bytes.length);
    let dropped = 0;
    while (total > limit && parts.length > 0) {
      const oldest = parts.pop()!;
      fs.unlinkSync(oldest.name);
      total -= oldest.size;
      dropped += oldest.size;
    }
    const fd = fs.openSync(file, 'a+', fileMode);
    try {
      const whole = this.#endsInLine(fd, size) ? bytes : Buffer.concat([Buffer.of(LINE_END), bytes]);
      for (let at = 0; at < whole.length; ) at += fs.writeSync(fd, whole, at);
      if (fsync) fs.fdatasyncSync(fd);
    } catch (error) {
      fs.ftruncateSync(fd, size);
      throw error;
    } finally {
      fs.closeSync(fd);
    }
    return dropped;
  }

  #endsInLine(fd: number, size: number): boolean {
    if (size === 0) return true;
    const last = Buffer.alloc(1);
    this.#options.fs.readSync(fd, last, 0, 1, size - 1);
    return last[0] === LINE_END;
  }
}

function lineOf({ tag, status, type, reason, action, record }: Letter, now: number): string {
  const text = (value: string) => encodeJson(value);
  return (
    `{"time":"${new Date(now).toISOString()}","tag":${text(tag)},"index":${text(indexOf(action))},"status":${status},` +
    `"type":${text(type)},"reason":${text(reason)},"action":${action},"record":${record}}\n`
  );
}

function indexOf(action: string): string {
  const [target] = Object.values(JSON.parse(Buffer.from(action, 'latin1').toString('utf8')) as Record<string, unknown>);
  return String((target as { _index?: unknown } | undefined)?._index ?? '');
}

/** What `sluice replay` needs of a line. */
export interface Replayable {
  readonly tag: string;
  readonly action: string;
  readonly record: string;
}

/** A line (byte string) of a dead-letter file, also of one that a person wrote anew; undefined where it is none. */
export function readLetter(line: string): Replayable | undefined {
  let letter: { tag?: unknown; index?: unknown; action?: unknown; record?: unknown };
  try {
    letter = JSON.parse(line) as typeof letter;
  } catch {
    return undefined;
  }
  if (typeof letter !== 'object' || letter === null || typeof letter.record !== 'object' || letter.record === null)
    return undefined;
  const tag = fromBytes(String(letter.tag ?? ''));
  // Quotes inside of texts are escaped, so the first `,"record":` is the key. The text is kept: numbers stay what they were.
  const found = /^(.*?),"action":(\{.*?\}),"record":(\{.*\})\}\s*$/s.exec(line);
  if (found !== null && isJson(found[2]!) && isJson(found[3]!)) return { tag, action: found[2]!, record: found[3]! };
  if (typeof letter.action !== 'object' && typeof letter.index !== 'string') return undefined;
  const action = letter.action ?? { index: { _index: letter.index } };
  return { tag, action: JSON.stringify(action), record: JSON.stringify(letter.record) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
