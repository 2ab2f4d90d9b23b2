/**
 * Reads MessagePack: records straight into JSON text (their slots), so that nothing of them becomes an object unless someone asks.
 *
 * Guarantees: integers are exact, floats stay floats (`1.0`), text that is no UTF-8 is repaired. What is cut short or damaged throws
 * MsgpackError. Nesting is bounded.
 */
import { SluiceError } from '../core/errors.ts';
import { LogEvent } from '../core/event.ts';
import { EMPTY_SHAPE } from '../core/shape.ts';
import type { Slot } from '../core/slot.ts';
import { decodeJson, encodeJson, Float, fromBytes, type Value } from '../core/value.ts';
import { validBytes } from './text.ts';

export class MsgpackError extends SluiceError {
  constructor(message: string) {
    super('ERR_MSGPACK', message);
  }
}

/** Deeper values are refused: records are not trees of thousands of levels. */
const MAX_DEPTH = 500;
/** Extension type of Fluentd's time. */
export const EVENT_TIME = 0;

export interface EventTime {
  readonly sec: number;
  readonly nsec: number;
}

const NEEDS_ESCAPE = /["\\\x00-\x1f]/;

/** JSON text of a string given as bytes. */
function jsonString(bytes: string): string {
  const valid = validBytes(bytes);
  return NEEDS_ESCAPE.test(valid) ? encodeJson(fromBytes(valid)) : `"${valid}"`;
}

interface Key {
  readonly name: string;
  /** JSON with its colon (byte string). */
  readonly json: string;
}

/** Keys come again and again; the map is emptied when endless keys fill it. */
export const MAX_KEYS = 2000;
const keys = new Map<string, Key>();

function keyOf(bytes: string): Key {
  let key = keys.get(bytes);
  if (key === undefined) {
    const name = fromBytes(bytes);
    key = { name, json: `${encodeJson(name)}:` };
    if (keys.size >= MAX_KEYS) keys.clear();
    // A copy: a piece of a message would keep the whole message in memory.
    keys.set(Buffer.from(bytes, 'latin1').toString('latin1'), key);
  }
  return key;
}

/** Reads values one after the other. */
export class MsgpackReader {
  readonly #bytes: Buffer;
  /** The same as a byte string: pieces of it cost no copy. */
  readonly #text: string;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#text = bytes.toString('latin1');
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  /** The first byte of the next value. */
  peek(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw cutShort();
    return byte;
  }

  isArray(): boolean {
    const byte = this.peek();
    return (byte & 0xf0) === 0x90 || byte === 0xdc || byte === 0xdd;
  }

  isMap(): boolean {
    const byte = this.peek();
    return (byte & 0xf0) === 0x80 || byte === 0xde || byte === 0xdf;
  }

  /** Text or binary. */
  isBytes(): boolean {
    const byte = this.peek();
    return (byte & 0xe0) === 0xa0 || (byte >= 0xc4 && byte <= 0xc6) || (byte >= 0xd9 && byte <= 0xdb);
  }

  /** An integer or an EventTime. */
  isTime(): boolean {
    const byte = this.peek();
    const integer = byte < 0x80 || byte >= 0xe0 || (byte >= 0xcc && byte <= 0xd3);
    return integer || byte === 0xd7 || (byte === 0xc7 && this.#bytes[this.at + 1] === 8);
  }

  /** Number of elements of an array; they follow. */
  arrayHead(): number {
    const byte = this.#byte();
    if ((byte & 0xf0) === 0x90) return byte & 0x0f;
    if (byte === 0xdc) return this.#uint(2);
    if (byte === 0xdd) return this.#uint(4);
    throw new MsgpackError('an array is expected');
  }

  /** Number of pairs of a map; they follow. */
  mapHead(): number {
    const byte = this.#byte();
    if ((byte & 0xf0) === 0x80) return byte & 0x0f;
    if (byte === 0xde) return this.#uint(2);
    if (byte === 0xdf) return this.#uint(4);
    throw new MsgpackError('a map is expected');
  }

  /** Text or binary as it is: a view of the data. */
  bytes(): Buffer {
    const size = this.#bytesHead();
    const from = this.#advance(size);
    return this.#bytes.subarray(from, from + size);
  }

  /** Text or binary as a byte string. */
  text(): string {
    const size = this.#bytesHead();
    const from = this.#advance(size);
    return this.#text.slice(from, from + size);
  }

  /** A time: an integer, a float or an EventTime; undefined for anything else, which is skipped. */
  time(): EventTime | undefined {
    const byte = this.peek();
    if (byte === 0xd7 || (byte === 0xc7 && this.#bytes[this.at + 1] === 8)) {
      this.at += byte === 0xd7 ? 1 : 2;
      if (this.#byte() !== EVENT_TIME) throw new MsgpackError('an unknown extension in the place of a time');
      return { sec: this.#uint(4), nsec: this.#uint(4) };
    }
    const value = this.value();
    if (typeof value === 'number')
      return { sec: Math.floor(value), nsec: Math.round((value - Math.floor(value)) * 1e9) };
    if (value instanceof Float) return { sec: value.value, nsec: 0 };
    return undefined;
  }

  /** A map as a record without time. */
  record(): LogEvent {
    const pairs = this.mapHead();
    let shape = EMPTY_SHAPE;
    const slots: Slot[] = [];
    for (let i = 0; i < pairs; i++) {
      const { name } = this.#key();
      const text = this.json();
      const known = shape.indexOf(name);
      if (known >= 0) slots[known] = text;
      else {
        shape = shape.with(name);
        slots.push(text);
      }
    }
    return new LogEvent(0, 0, shape, slots);
  }

  value(): Value {
    return decodeJson(this.json());
  }

  /** The next value as JSON (byte string). */
  json(depth = 0): string {
    if (depth > MAX_DEPTH) throw new MsgpackError('a value is nested too deep');
    const byte = this.peek();
    if (byte < 0x80) {
      this.at++;
      return String(byte);
    }
    if (byte >= 0xe0) {
      this.at++;
      return String(byte - 256);
    }
    if (this.isBytes()) return jsonString(this.text());
    if (this.isMap()) return this.#jsonMap(depth);
    if (this.isArray()) return this.#jsonArray(depth);
    this.at++;
    return this.#jsonScalar(byte);
  }

  #jsonMap(depth: number): string {
    const pairs = this.mapHead();
    let out = '';
    for (let i = 0; i < pairs; i++) out += (i === 0 ? '{' : ',') + this.#key().json + this.json(depth + 1);
    return out === '' ? '{}' : `${out}}`;
  }

  #jsonArray(depth: number): string {
    const items: string[] = [];
    for (let left = this.arrayHead(); left > 0; left--) items.push(this.json(depth + 1));
    return `[${items.join(',')}]`;
  }

  #jsonScalar(byte: number): string {
    switch (byte) {
      case 0xc0:
        return 'null';
      case 0xc2:
        return 'false';
      case 0xc3:
        return 'true';
      case 0xca:
        return encodeJson(floatOf(this.#bytes.readFloatBE(this.#advance(4))));
      case 0xcb:
        return encodeJson(floatOf(this.#bytes.readDoubleBE(this.#advance(8))));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return String(this.#uint(1 << (byte - 0xcc)));
      case 0xcf:
        return this.#bytes.readBigUInt64BE(this.#advance(8)).toString();
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = 1 << (byte - 0xd0);
        return String(this.#bytes.readIntBE(this.#advance(size), size));
      }
      case 0xd3:
        return this.#bytes.readBigInt64BE(this.#advance(8)).toString();
      default:
        return this.#jsonExtension(byte);
    }
  }

  /** An EventTime inside a record is its seconds; other extensions have no JSON. */
  #jsonExtension(byte: number): string {
    const fixed = byte >= 0xd4 && byte <= 0xd8;
    if (!fixed && !(byte >= 0xc7 && byte <= 0xc9)) throw new MsgpackError(`a byte that begins no value: ${byte}`);
    const size = fixed ? 1 << (byte - 0xd4) : this.#uint(1 << (byte - 0xc7));
    const type = this.#byte();
    const from = this.#advance(size);
    return type === EVENT_TIME && size === 8 ? String(this.#bytes.readUInt32BE(from)) : 'null';
  }

  /** Keys are text; others are written as text. */
  #key(): Key {
    return keyOf(this.isBytes() ? this.text() : this.json());
  }

  #byte(): number {
    const byte = this.peek();
    this.at++;
    return byte;
  }

  #uint(size: number): number {
    return this.#bytes.readUIntBE(this.#advance(size), size);
  }

  #bytesHead(): number {
    const byte = this.#byte();
    if ((byte & 0xe0) === 0xa0) return byte & 0x1f;
    if (byte === 0xd9 || byte === 0xc4) return this.#uint(1);
    if (byte === 0xda || byte === 0xc5) return this.#uint(2);
    if (byte === 0xdb || byte === 0xc6) return this.#uint(4);
    throw new MsgpackError('text is expected');
  }

  /** Steps over `size` bytes; gives where they begin. */
  #advance(size: number): number {
    const from = this.at;
    if (from + size > this.#bytes.length) throw cutShort();
    this.at = from + size;
    return from;
  }
}

function cutShort(): MsgpackError {
  return new MsgpackError('the data ends in the middle of a value');
}

function floatOf(value: number): Value {
  return Number.isInteger(value) ? new Float(value) : value;
}

/** One value. @throws MsgpackError */
export function decodeMsgpack(bytes: Buffer): Value {
  return new MsgpackReader(bytes).value();
}
