/**
 * Messages of Fluentd's forward protocol: `[tag, time, record, option?]`, `[tag, [[time, record] …], option?]` and `[tag, packed entries, option?]`,
 * the last also compressed; as MessagePack or as JSON text.
 *
 * Guarantees: entries become events without a detour over objects; unpacked data is bounded. A message that is none throws; an entry whose
 * record is no map is counted in `invalid` and left out.
 */
import { gunzipSync } from 'node:zlib';
import { MsgpackError, MsgpackReader } from '../codec/msgpack.ts';
import { LogEvent, NO_TIME } from '../core/event.ts';
import { Float, isHash, parseJson, type Value } from '../core/value.ts';

/** A compressed message may become this large. */
const MAX_UNPACKED = 256 * 1024 * 1024;

export interface ForwardMessage {
  readonly tag: string;
  /** Events without a time have sec NO_TIME. */
  readonly events: LogEvent[];
  /** Entries that are no events. */
  readonly invalid: number;
  /** What the sender wants to hear back. */
  readonly chunk: string | undefined;
}

/**
 * Undefined for nil, which senders use to keep a connection alive. `strict`: an entry whose time is no integer and no EventTime is invalid too.
 * @throws MsgpackError
 */
export function readMessage(bytes: Buffer, strict = false): ForwardMessage | undefined {
  const reader = new MsgpackReader(bytes);
  if (reader.peek() === NIL) return undefined;
  const size = reader.arrayHead();
  if (size < 2) throw new MsgpackError('a message has two parts at least');
  const tag = reader.bytes().toString('utf8');
  if (reader.isBytes()) {
    const packed = reader.bytes();
    const option = size > 2 ? optionOf(reader.value()) : {};
    return { tag, ...readEntries(unpacked(packed, option.compressed), strict), chunk: option.chunk };
  }
  if (reader.isArray()) {
    const entries = new Entries(strict);
    for (let left = reader.arrayHead(); left > 0; left--) entries.read(reader, true);
    return { tag, ...entries.done(), chunk: size > 2 ? optionOf(reader.value()).chunk : undefined };
  }
  const entries = new Entries(strict);
  entries.readPair(reader, size - 1, true);
  return { tag, ...entries.done(), chunk: size > 3 ? optionOf(reader.value()).chunk : undefined };
}

/** Packed entries, one after the other. @throws MsgpackError */
export function readEntries(bytes: Buffer, strict = false): { events: LogEvent[]; invalid: number } {
  const reader = new MsgpackReader(bytes);
  const entries = new Entries(strict);
  while (!reader.done) entries.read(reader, false);
  return entries.done();
}

const NIL = 0xc0;

class Entries {
  readonly #strict: boolean;
  readonly #events: LogEvent[] = [];
  #invalid = 0;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  /** `[time, record]`; a zero time counts as none where `zeroIsNow`. */
  read(reader: MsgpackReader, zeroIsNow: boolean): void {
    this.readPair(reader, reader.arrayHead(), zeroIsNow);
  }

  readPair(reader: MsgpackReader, size: number, zeroIsNow: boolean): void {
    if (size < 2) throw new MsgpackError('an entry has two parts');
    // Newer Fluent Bit puts a map of metadata beside the time.
    const nested = reader.isArray() ? reader.arrayHead() : 0;
    const timely = !this.#strict || reader.isTime();
    const time = reader.time();
    for (let i = 1; i < nested; i++) reader.json();
    if (!timely || !reader.isMap()) {
      if (this.#strict || reader.peek() !== NIL) this.#invalid++;
      reader.json();
      return;
    }
    const event = reader.record();
    const none = time === undefined || (zeroIsNow && time.sec === 0);
    event.sec = none ? NO_TIME : time.sec;
    event.nsec = none ? 0 : time.nsec;
    this.#events.push(event);
  }

  done(): { events: LogEvent[]; invalid: number } {
    return { events: this.#events, invalid: this.#invalid };
  }
}

interface Option {
  readonly chunk?: string;
  readonly compressed?: string;
}

function optionOf(value: Value): Option {
  if (!isHash(value)) return {};
  const { chunk, compressed } = value;
  return {
    ...(typeof chunk === 'string' ? { chunk } : {}),
    ...(typeof compressed === 'string' ? { compressed } : {}),
  };
}

function unpacked(packed: Buffer, compressed: string | undefined): Buffer {
  if (compressed !== 'gzip') return packed;
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_UNPACKED });
  } catch (error) {
    throw new MsgpackError(`compressed entries cannot be unpacked: ${(error as Error).message}`);
  }
}

/** A message as JSON text (UTF-16). Undefined for null. @throws SyntaxError, MsgpackError */
export function readJsonMessage(text: string): ForwardMessage | undefined {
  const message = parseJson(text);
  if (message === null) return undefined;
  if (!Array.isArray(message) || message.length < 2) throw new MsgpackError('incoming chunk is broken: no array');
  const [tag, second, third, fourth] = message as readonly Value[];
  const name = typeof tag === 'string' ? tag : String(tag);
  const pairs = Array.isArray(second) ? (second as readonly Value[]) : [[second, third] as readonly Value[]];
  const events: LogEvent[] = [];
  let invalid = 0;
  for (const pair of pairs) {
    const [time, record] = Array.isArray(pair) ? (pair as readonly Value[]) : [];
    if (isHash(record)) events.push(LogEvent.from(jsonTime(time), 0, record));
    else if (record !== null && record !== undefined) invalid++;
  }
  const option = optionOf((Array.isArray(second) ? third : fourth) ?? null);
  return { tag: name, events, invalid, chunk: option.chunk };
}

function jsonTime(time: Value | undefined): number {
  const sec = time instanceof Float ? time.value : time;
  return typeof sec === 'number' && Math.floor(sec) !== 0 ? Math.floor(sec) : NO_TIME;
}
