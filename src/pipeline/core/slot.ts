/**
 * What stands in a field of a record: raw JSON text (a byte string cut out of the input, never decoded unless asked),
 * a `Plain` value of this record alone, or a `Shared` value that thousands of records point to.
 */
import { decodeJson, deepFreeze, encodeJson, type Value } from './value.ts';

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

export type Slot = string | Plain | Shared;

export function slotText(slot: Slot): string {
  return typeof slot === 'string' ? slot : slot.text;
}

export function slotValue(slot: Slot): Value {
  return typeof slot === 'string' ? decodeJson(slot) : slot.value;
}
