/**
 * What stands in a field of a record: raw JSON text (a byte string cut out of the input, never decoded unless asked),
 * a `Text` cut out of a line that is no JSON, a `Plain` value of this record alone, or a `Shared` value that thousands of records point to.
 */
import { decodeJson, deepFreeze, encodeJson, fromBytes, toBytes, type Value } from './value.ts';

/** A string given as bytes; its JSON and its value are made when they are asked for. */
export class Text {
  readonly bytes: string;
  #text: string | undefined;
  #value: string | undefined;
  constructor(bytes: string) {
    this.bytes = bytes;
  }
  /** What JSON escapes is ASCII, so the bytes of other characters stay as they are. */
  get text(): string {
    this.#text ??= JSON.stringify(this.bytes);
    return this.#text;
  }
  get value(): Value {
    this.#value ??= fromBytes(this.bytes);
    return this.#value;
  }
}

/** A value of one record; its JSON text is kept where it is known. */
export class Plain {
  readonly value: Value;
  #text: string | undefined;
  constructor(value: Value, text?: string) {
    this.value = value;
    this.#text = text;
  }
  get text(): string {
    this.#text ??= encodeJson(this.value);
    return this.#text;
  }
}

/**
 * A deep-frozen value built once (pod metadata, a constant) with its JSON text cached, and with whatever was computed
 * from it: `derive` is how a filter does its work once per pod instead of once per record.
 */
export class Shared {
  readonly value: Value;
  #text: string | undefined;
  #derived: Map<object, unknown> | undefined;
  constructor(value: Value, text?: string) {
    this.value = deepFreeze(value);
    this.#text = text;
  }
  get text(): string {
    this.#text ??= encodeJson(this.value);
    return this.#text;
  }
  /** The result of `compute` for this value; computed once per `by` (any object that identifies the computation). */
  derive<T>(by: object, compute: (value: Value) => T): T {
    this.#derived ??= new Map();
    let result = this.#derived.get(by) as T | undefined;
    if (result === undefined && !this.#derived.has(by)) {
      result = compute(this.value);
      this.#derived.set(by, result);
    }
    return result as T;
  }
}

/**
 * A hash or an array that several records hold, as Ruby's do after `copy`: what one of them deletes inside is gone for all.
 * Only copy makes these; everywhere else values are read-only.
 */
export class Nested {
  #text: string | undefined;
  #value: Value | undefined;
  constructor(text: string) {
    this.#text = text;
  }
  get text(): string {
    this.#text ??= encodeJson(this.#value!);
    return this.#text;
  }
  get value(): Value {
    this.#value ??= decodeJson(this.#text!);
    return this.#value;
  }
  replace(value: Value): void {
    this.#value = value;
    this.#text = undefined;
  }
}

/** Stands for a value that differs from record to record (columns.ts): its getters throw. */
export interface Varying {
  readonly text: never;
  readonly value: never;
}

export type Slot = string | Text | Plain | Shared | Nested | Varying;

export function slotText(slot: Slot): string {
  return typeof slot === 'string' ? slot : slot.text;
}

export function slotValue(slot: Slot): Value {
  return typeof slot === 'string' ? decodeJson(slot) : slot.value;
}

const QUOTE = 34;

/** The bytes of a string; undefined for any other value. A raw slot without escapes is not decoded. */
export function slotBytes(slot: Slot): string | undefined {
  if (slot instanceof Text) return slot.bytes;
  if (typeof slot !== 'string') return typeof slot.value === 'string' ? toBytes(slot.value) : undefined;
  return slot.charCodeAt(0) === QUOTE ? stringBytes(slot) : undefined;
}

function stringBytes(json: string): string {
  if (!json.includes('\\')) return json.slice(1, -1);
  // Only \u gives characters beyond bytes.
  return json.includes('\\u') ? toBytes(decodeJson(json) as string) : (JSON.parse(json) as string);
}
