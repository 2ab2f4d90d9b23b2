/**
 * Scans a line that is a JSON object and cuts its top-level values out as raw JSON text: nothing is decoded. The hot path
 * of every JSON log.
 *
 * Guarantees: what is accepted is valid JSON (RFC 8259), so that joined text is valid JSON again; anything else gives undefined. Lines of
 * one container have the same keys, so the keys of the line before are tried first: then a key costs one comparison.
 */
import { Column, Columns, type Template } from '../core/columns.ts';
import { LogEvent, NO_TIME } from '../core/event.ts';
import { type Program, theKernel } from '../core/kernel/index.ts';
import { EMPTY_SHAPE, type Shape } from '../core/shape.ts';
import type { Slot } from '../core/slot.ts';
import { fromBytes } from '../core/value.ts';
import { mendJson } from './json-mend.ts';

const STRING = /"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const SPACE = /[ \t\r\n]*/y;

const QUOTE = 34;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const COMMA = 44;
const COLON = 58;
/** Deeper nesting than any log's; bounds the recursion. */
const MAX_DEPTH = 512;
/** Lines of more keys are scanned one by one; bounds what the kernel keeps of them. */
const MAX_COLUMNS = 256;

export class JsonScanner {
  #shape: Shape = EMPTY_SHAPE;
  /** The shape as columns. */
  #columns: { readonly shape: Shape; readonly program: Program; readonly slots: readonly Slot[] } | undefined;

  /** Lines at the beginning of the block that have the keys of the line before; undefined where the first one has others. */
  columns(length: number): Columns | undefined {
    const known = this.#known();
    return known && Columns.cut(theKernel(), known.program, known.shape, known.slots, length);
  }

  /** The fields of a column's text, where all rows have the keys of the line before. */
  fields(columns: Columns, column: Column): Template | undefined {
    const known = this.#known();
    return known && columns.extend(column, known.program, known.shape);
  }

  #known() {
    if (this.#shape.keys.length === 0 || this.#shape.keys.length > MAX_COLUMNS) return undefined;
    if (this.#columns?.shape !== this.#shape) {
      const { heads, keys } = this.#shape;
      this.#columns = {
        shape: this.#shape,
        program: [...heads.flatMap((literal) => [{ literal }, { cut: 'json' as const }]), { literal: '}' }],
        slots: keys.map((_, i) => new Column(i, true)),
      };
    }
    return this.#columns;
  }

  /** An event without time; undefined where the line is not one JSON object. */
  scan(line: string): LogEvent | undefined {
    return this.#scanKnown(line) ?? this.#scanAny(line);
  }

  /** The same for lines with the mistakes that mendJson knows, too. */
  scanMended(line: string): LogEvent | undefined {
    const event = this.scan(line);
    if (event !== undefined) return event;
    const mended = mendJson(line);
    return mended === undefined ? undefined : this.#scanAny(mended);
  }

  /** Tries the keys of the line before. */
  #scanKnown(line: string): LogEvent | undefined {
    const { heads } = this.#shape;
    if (heads.length === 0) return undefined;
    const slots: Slot[] = [];
    let at = 0;
    for (const head of heads) {
      if (!line.startsWith(head, at)) return undefined;
      const from = at + head.length;
      at = valueEnd(line, from, 0);
      if (at < 0) return undefined;
      slots.push(line.slice(from, at));
    }
    if (line.charCodeAt(at) !== CLOSE_BRACE || at + 1 !== line.length) return undefined;
    return new LogEvent(NO_TIME, 0, this.#shape, slots);
  }

  #scanAny(line: string): LogEvent | undefined {
    let at = skip(line, 0);
    if (line.charCodeAt(at) !== OPEN_BRACE) return undefined;
    const event = new LogEvent(NO_TIME, 0, EMPTY_SHAPE, []);
    at = skip(line, at + 1);
    if (line.charCodeAt(at) === CLOSE_BRACE) return skip(line, at + 1) === line.length ? event : undefined;
    for (;;) {
      const keyEnd = stringEnd(line, at);
      if (keyEnd < 0) return undefined;
      const key = decodeKey(line, at, keyEnd);
      at = skip(line, keyEnd);
      if (line.charCodeAt(at) !== COLON) return undefined;
      const from = skip(line, at + 1);
      at = valueEnd(line, from, 0);
      if (at < 0) return undefined;
      event.setSlot(key, line.slice(from, at));
      at = skip(line, at);
      const c = line.charCodeAt(at);
      at = skip(line, at + 1);
      if (c === CLOSE_BRACE) break;
      if (c !== COMMA) return undefined;
    }
    if (at !== line.length) return undefined;
    this.#shape = event.shape;
    return event;
  }
}

function decodeKey(line: string, from: number, to: number): string {
  const raw = line.slice(from + 1, to - 1);
  return raw.includes('\\') ? (JSON.parse(fromBytes(line.slice(from, to))) as string) : fromBytes(raw);
}

function skip(line: string, from: number): number {
  const c = line.charCodeAt(from);
  if (c > 32 || Number.isNaN(c)) return from;
  SPACE.lastIndex = from;
  SPACE.test(line);
  return SPACE.lastIndex;
}

/** Index behind the string that begins here, or -1. */
function stringEnd(line: string, from: number): number {
  STRING.lastIndex = from;
  return STRING.test(line) ? STRING.lastIndex : -1;
}

/** Index behind the value that begins here, or -1. */
function valueEnd(line: string, from: number, depth: number): number {
  const c = line.charCodeAt(from);
  if (c === QUOTE) return stringEnd(line, from);
  if (c === OPEN_BRACE || c === OPEN_BRACKET)
    return depth < MAX_DEPTH ? containerEnd(line, from, depth + 1, c === OPEN_BRACE) : -1;
  SCALAR.lastIndex = from;
  return SCALAR.test(line) ? SCALAR.lastIndex : -1;
}

function containerEnd(line: string, from: number, depth: number, isObject: boolean): number {
  const close = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
  let at = skip(line, from + 1);
  if (line.charCodeAt(at) === close) return at + 1;
  for (;;) {
    if (isObject) {
      const keyEnd = stringEnd(line, at);
      if (keyEnd < 0) return -1;
      at = skip(line, keyEnd);
      if (line.charCodeAt(at) !== COLON) return -1;
      at = skip(line, at + 1);
    }
    at = valueEnd(line, at, depth);
    if (at < 0) return -1;
    at = skip(line, at);
    const c = line.charCodeAt(at);
    if (c === close) return at + 1;
    if (c !== COMMA) return -1;
    at = skip(line, at + 1);
  }
}
