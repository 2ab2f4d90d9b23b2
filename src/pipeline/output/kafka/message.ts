/**
 * An event as a message in a chunk: one line of JSON about it, then its value as it is sent, whatever bytes it has, and a newline.
 *
 *   [17,1546270458123,null,2,null,"key",[["app","web"]]]\n{"message":"…"}\n
 *
 * That is: bytes of the value, milliseconds (0: now), topic (null: the chunk's), partition, what chooses the partition, key, headers. Texts are
 * byte strings.
 */
import { rubyToS } from '../../../ruby/to-s.ts';
import { Accessor } from '../../core/accessor.ts';
import { SluiceError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import { toBytes } from '../../core/value.ts';

type Header = readonly [name: string, value: string];

export interface Message {
  /** Milliseconds since the epoch; 0: when it is sent. */
  readonly time: number;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly partitionKey: string | null;
  readonly key: string | null;
  readonly headers: readonly Header[];
  readonly value: Buffer;
  /** The message as it stands in the chunk. */
  readonly bytes: Buffer;
}

/** A field, whether it leaves the record, and what counts where it is missing. */
export interface Field {
  readonly key: string;
  readonly remove: boolean;
  readonly fallback: string | undefined;
}

export interface MessageOptions {
  /** Undefined: the topic is that of the chunk. */
  readonly topic: Field | undefined;
  readonly partitionKey: Field;
  readonly partition: Field;
  readonly key: Field;
  readonly headers: readonly Header[];
  /** Header → record accessor. */
  readonly headersFromRecord: readonly Header[];
  readonly removals: readonly string[];
  readonly useEventTime: boolean;
  /** Bytes. */
  readonly maxSize: number | undefined;
  readonly value: (event: LogEvent) => string;
}

/** The function changes the event. @throws SluiceError for an event that cannot be sent */
export function compileMessage(options: MessageOptions): (event: LogEvent) => string {
  const constant = options.headers.map(([name, value]): Header => [toBytes(name), toBytes(value)]);
  const fromRecord = options.headersFromRecord.map(([name, text]) => [toBytes(name), new Accessor(text)] as const);
  const removals = options.removals.map((text) => new Accessor(text));
  return (event) => {
    const topic = options.topic === undefined ? null : take(event, options.topic);
    const partitionKey = take(event, options.partitionKey);
    const partition = take(event, options.partition);
    const key = take(event, options.key);
    const own = fromRecord.map(([name, accessor]): Header => [name, toBytes(rubyToS(accessor.get(event)))]);
    for (const accessor of removals) accessor.delete(event);
    const value = options.value(event);
    if (options.maxSize !== undefined && value.length > options.maxSize)
      throw new SluiceError('ERR_TOO_LARGE', `the message has ${value.length} bytes, more than max_send_limit_bytes`);
    const time = options.useEventTime ? event.sec * 1000 + Math.floor(event.nsec / 1_000_000) : 0;
    const headers = [...new Map([...constant, ...own])];
    const head = [value.length, time, topic, numberOf(partition), partitionKey, key, headers];
    return `${JSON.stringify(head)}\n${value}\n`;
  };
}

/** A missing field, nil and false give the fallback. In bytes. */
function take(event: LogEvent, { key, remove, fallback }: Field): string | null {
  const value = event.get(key);
  if (remove) event.delete(key);
  if (value !== undefined && value !== null && value !== false) return toBytes(rubyToS(value));
  return fallback === undefined ? null : toBytes(fallback);
}

function numberOf(text: string | null): number | null {
  if (text === null) return null;
  if (!/^\d+$/.test(text)) throw new SluiceError('ERR_PARTITION', `'${text}' is no number of a partition`);
  return Number(text);
}

const NEWLINE = 10;

export function messagesIn(chunk: Buffer): Message[] {
  const messages: Message[] = [];
  for (let from = 0; from < chunk.length; ) {
    const at = chunk.indexOf(NEWLINE, from);
    const head = JSON.parse(chunk.toString('latin1', from, at)) as [
      ...[number, number, string | null, number | null, string | null, string | null],
      Header[],
    ];
    const [size, time, topic, partition, partitionKey, key, headers] = head;
    const end = at + 1 + size;
    const value = chunk.subarray(at + 1, end);
    const bytes = chunk.subarray(from, end + 1);
    messages.push({ time, topic, partition, partitionKey, key, headers, value, bytes });
    from = end + 1;
  }
  return messages;
}
