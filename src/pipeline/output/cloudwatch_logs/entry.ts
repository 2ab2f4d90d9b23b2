/**
 * An event as one line of a chunk: a JSON array of milliseconds, group, stream, message, and what a new group is made with.
 *
 *   [1546270458123,null,"pod-1","{\"log\":\"…\"}"]\n
 *
 * null: the name that the configuration gives. An event that can have no place (no name, no text, more than the API takes) is a problem.
 */
import { rubyToS } from '../../../ruby/to-s.ts';
import { fieldText } from '../../codec/field-text.ts';
import { SluiceError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import { slotBytes, slotText } from '../../core/slot.ts';
import { fromBytes, toBytes } from '../../core/value.ts';

/** Bytes that each event counts for beside its message, and the most that one may have. */
export const EVENT_HEADER = 26;
const MAX_EVENT = 1024 * 1024;

/** Where a name comes from: the configuration, the tag, or a field. */
export type Name = 'config' | 'tag' | { readonly key: string; readonly remove: boolean };

export interface EntryOptions {
  readonly group: Name;
  readonly stream: Name;
  readonly tags: { readonly key: string; readonly remove: boolean } | undefined;
  readonly retention: { readonly key: string; readonly remove: boolean } | undefined;
  /** Message of an event, in bytes. */
  readonly message: (event: LogEvent) => string;
  readonly maxLength: number | undefined;
}

export type Entry = readonly [
  time: number,
  group: string | null,
  stream: string | null,
  message: string,
  tags?: Readonly<Record<string, unknown>> | null,
  retention?: number | null,
];

/** @throws SluiceError for an event that cannot be sent; changes the event */
export function entryOf(event: LogEvent, tag: string, options: EntryOptions): string {
  const group = nameOf(event, tag, options.group, 'group');
  const stream = nameOf(event, tag, options.stream, 'stream');
  const extra = [taken(event, options.tags), taken(event, options.retention)];
  dropEmpty(event);
  const message = cut(options.message(event), options.maxLength);
  if (message === '') throw new SluiceError('ERR_EMPTY_MESSAGE', 'the fields of message_keys are empty');
  const size = message.length + EVENT_HEADER;
  if (size > MAX_EVENT)
    throw new SluiceError('ERR_TOO_LARGE', `the event is too large: ${size} bytes exceeds limit of ${MAX_EVENT}`);
  const rest = extra[0] === 'null' && extra[1] === 'null' ? '' : `,${extra.join(',')}`;
  return `[${milliseconds(event)},${group},${stream},${JSON.stringify(message)}${rest}]\n`;
}

/** `chunk` as UTF-8; what is none becomes U+FFFD. */
export function entriesIn(chunk: Buffer): Entry[] {
  const text = chunk.toString('utf8');
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Entry);
}

export function chunkOf(entries: readonly Entry[]): Buffer {
  return Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}

function milliseconds({ sec, nsec }: LogEvent): number {
  return sec * 1000 + Math.floor(nsec / 1_000_000);
}

/** JSON of the name. */
function nameOf(event: LogEvent, tag: string, name: Name, what: string): string {
  if (name === 'config') return 'null';
  const text = name === 'tag' ? toBytes(tag) : fieldText(event, name.key);
  if (text === '') throw new SluiceError('ERR_NO_NAME', `the record does not name the log ${what}`);
  if (name !== 'tag' && name.remove) event.delete(name.key);
  return JSON.stringify(text);
}

function taken(event: LogEvent, field: { key: string; remove: boolean } | undefined): string {
  if (field === undefined) return 'null';
  const slot = event.slot(field.key);
  if (slot === undefined) return 'null';
  const text = slotText(slot);
  if (field.remove) event.delete(field.key);
  return text;
}

function dropEmpty(event: LogEvent): void {
  for (let i = event.slots.length - 1; i >= 0; i--)
    if (slotBytes(event.slots[i]!) === '') event.delete(event.keys()[i]!);
}

/** The values of some fields, those that are something. In bytes. */
export function joined(event: LogEvent, keys: readonly string[]): string {
  return keys
    .map((key) => fieldText(event, key))
    .filter((text) => text !== '')
    .join(' ');
}

/** Characters are Unicode's, not bytes. */
function cut(message: string, length: number | undefined): string {
  if (length === undefined || message.length <= length) return message;
  return toBytes([...fromBytes(message)].slice(0, Math.max(0, length)).join(''));
}

/** Days in a field, as text or number; undefined for what is none. */
export function daysOf(value: unknown): number | undefined {
  const days = Number.parseInt(rubyToS(value), 10);
  return Number.isNaN(days) ? undefined : days;
}
