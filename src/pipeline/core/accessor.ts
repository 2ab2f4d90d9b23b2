/**
 * Record accessors: `key`, `$.a.b[0]`, `$['a']['b.c']`: how parameters name a field of a record, nested or not.
 *
 * Guarantees: a shared value (pod metadata) is read or rewritten once, not once per record; values are never changed in
 * place. Without a leading `$.` or `$[` the whole text is one top-level key, dots and all, as in Fluentd.
 */
import type { LogEvent } from './event.ts';
import { Nested, Plain, Shared, slotValue } from './slot.ts';
import { isHash, type Value } from './value.ts';

type Step = string | number;

/** Parses an accessor's text. @throws SyntaxError for a broken one. */
export function parseAccessor(text: string): readonly Step[] {
  if (!text.startsWith('$.') && !text.startsWith('$[')) return [text];
  const steps: Step[] = [];
  const rest = text.slice(1);
  const step = /\.([^.[\]]+)|\[(?:'([^']*)'|"([^"]*)"|(-?\d+))\]/y;
  while (step.lastIndex < rest.length) {
    const from = step.lastIndex;
    const found = step.exec(rest);
    if (found === null) throw new SyntaxError(`invalid syntax in record accessor: ${text} (at position ${from + 1})`);
    steps.push(found[4] !== undefined ? Number(found[4]) : (found[1] ?? found[2] ?? found[3] ?? ''));
  }
  if (typeof steps[0] !== 'string') throw new SyntaxError(`invalid syntax in record accessor: ${text}`);
  return steps;
}

export class Accessor {
  readonly text: string;
  readonly key: string;
  readonly #rest: readonly Step[];
  /** The shared value of the record before, and what `delete` makes of it. */
  #shared: Shared | undefined;
  #cut: Shared | undefined;

  constructor(text: string) {
    const [key, ...rest] = parseAccessor(text);
    this.text = text;
    this.key = key as string;
    this.#rest = rest;
  }

  get nested(): boolean {
    return this.#rest.length > 0;
  }

  /** The value, or undefined where any step is missing. */
  get(event: LogEvent): Value | undefined {
    const value = event.get(this.key);
    return this.#rest.length === 0 || value === undefined ? value : dig(value, this.#rest);
  }

  /** True where Ruby's `dig` raises: a step leads into something that holds no such fields. */
  isBlocked(event: LogEvent): boolean {
    if (this.#rest.length === 0) return false;
    let at: Value | undefined = event.get(this.key);
    for (const step of this.#rest) {
      if (at === undefined || at === null) return false;
      if (!(Array.isArray(at) ? typeof step === 'number' : isHash(at))) return true;
      at = dig(at, [step]);
    }
    return false;
  }

  /** Puts a value; steps that are missing are made as hashes. */
  set(event: LogEvent, value: Value): void {
    event.set(this.key, this.#rest.length === 0 ? value : put(event.get(this.key), this.#rest, value));
  }

  delete(event: LogEvent): void {
    if (this.#rest.length === 0) return event.delete(this.key);
    const at = event.shape.indexOf(this.key);
    if (at < 0) return;
    const slot = event.slots[at]!;
    if (slot instanceof Shared) {
      if (slot !== this.#shared) {
        this.#cut = slot.derive(this, (value) => this.#sharedWithout(slot, value));
        this.#shared = slot;
      }
      event.slots[at] = this.#cut!;
      return;
    }
    const value = slotValue(slot);
    const cut = without(value, this.#rest);
    if (cut === value) return;
    if (slot instanceof Nested) slot.replace(cut);
    else event.setSlot(this.key, new Plain(cut));
  }

  #sharedWithout(slot: Shared, value: Value): Shared {
    const cut = without(value, this.#rest);
    return cut === value ? slot : new Shared(cut);
  }
}

function dig(value: Value, steps: readonly Step[]): Value | undefined {
  let at: Value | undefined = value;
  for (const step of steps) {
    if (Array.isArray(at)) at = typeof step === 'number' ? at.at(step) : undefined;
    else if (isHash(at) && Object.hasOwn(at, step)) at = at[step];
    else return undefined;
  }
  return at;
}

/** A copy of `value` without the field that `steps` names; the same object where there is no such field. */
function without(value: Value, steps: readonly Step[]): Value {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (Array.isArray(value)) return typeof step === 'number' ? arrayWithout(value, step, rest) : value;
  if (!isHash(value) || !Object.hasOwn(value, step)) return value;
  const { [step]: inner, ...others } = value;
  if (rest.length === 0) return others;
  const cut = without(inner!, rest);
  // Rebuilt in the old order: the field keeps its place.
  return cut === inner ? value : { ...value, [step]: cut };
}

function arrayWithout(value: readonly Value[], index: number, rest: readonly Step[]): Value {
  const at = index < 0 ? value.length + index : index;
  if (at < 0 || at >= value.length) return value;
  if (rest.length === 0) return value.toSpliced(at, 1);
  const cut = without(value[at]!, rest);
  return cut === value[at] ? value : value.with(at, cut);
}

function put(value: Value | undefined, steps: readonly Step[], item: Value): Value {
  const [step, ...rest] = steps;
  if (step === undefined) return item;
  if (Array.isArray(value) && typeof step === 'number' && value.at(step) !== undefined) {
    return value.with(step, put(value.at(step), rest, item));
  }
  const hash = isHash(value) ? value : {};
  return { ...hash, [step]: put(hash[step], rest, item) };
}
