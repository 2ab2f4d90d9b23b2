/**
 * Ruby's Hash: a Map whose keys are equal as `eql?` has it. Strings, symbols, integers, true, false and nil are keys of the Map
 * itself; floats, arrays, hashes and times are found by a text that is the same for equal ones.
 */
import { Float } from '../pipeline/core/value.ts';
import { RubyTime, Sym } from './objects.ts';

export class RHash extends Map<unknown, unknown> {
  fallback: unknown = null;
  /** `Hash.new { |hash, key| … }`. */
  fallbackBlock: ((hash: RHash, key: unknown) => unknown) | undefined;
  #objects: Map<string, unknown> | undefined;

  static of(entries: Iterable<readonly [unknown, unknown]>): RHash {
    const out = new RHash();
    for (const [key, value] of entries) out.set(key, value);
    return out;
  }

  /** The value, or the default as `[]` gives it. */
  at(key: unknown): unknown {
    const value = this.get(key);
    if (value !== undefined) return value;
    return this.fallbackBlock === undefined ? this.fallback : this.fallbackBlock(this, key);
  }

  override get(key: unknown): unknown {
    return super.get(this.#known(key));
  }
  override has(key: unknown): boolean {
    return super.has(this.#known(key));
  }
  override set(key: unknown, value: unknown): this {
    if (isDirect(key)) return super.set(key ?? null, value);
    const id = identity(key);
    // The constructor of Map may run before the fields of this class exist.
    this.#objects ??= new Map();
    if (!this.#objects.has(id)) this.#objects.set(id, key);
    return super.set(this.#objects.get(id), value);
  }
  override delete(key: unknown): boolean {
    const known = this.#known(key);
    if (!isDirect(key)) this.#objects?.delete(identity(key));
    return super.delete(known);
  }
  override clear(): void {
    this.#objects = undefined;
    super.clear();
  }

  #known(key: unknown): unknown {
    if (isDirect(key)) return key ?? null;
    return this.#objects?.get(identity(key));
  }
}

function isDirect(key: unknown): boolean {
  return typeof key !== 'object' || key === null || key instanceof Sym;
}

/** A text that two keys share exactly when Ruby's `eql?` holds. */
export function identity(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Sym) return `:${JSON.stringify(value.name)}`;
  if (value instanceof Float) return `f${Object.is(value.value, -0) ? '-0' : value.value}`;
  if (value instanceof RubyTime) return `t${value.sec}.${value.nsec}`;
  if (Array.isArray(value)) return `[${value.map(identity).join(',')}]`;
  if (value instanceof Map)
    return `{${[...value]
      .map(([k, v]) => `${identity(k)}:${identity(v)}`)
      .sort()
      .join(',')}}`;
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return identity(new Map(Object.entries(value)));
  if (typeof value === 'object' && value !== null) return `o${objectId(value)}`;
  return String(value ?? null);
}

const ids = new WeakMap<object, number>();
let lastId = 0;
function objectId(value: object): number {
  let id = ids.get(value);
  if (id === undefined) {
    id = ++lastId;
    ids.set(value, id);
  }
  return id;
}
