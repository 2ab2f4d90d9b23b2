/** Between records' values and Ruby's: results are converted; inputs are read as they are, unless the program changes them. */
import { Float, type Value } from '../pipeline/core/value.ts';
import { RHash } from './hash.ts';
import { Sym } from './objects.ts';
import { rubyToS } from './to-s.ts';

/** A Ruby value as a record can hold it: hashes as plain objects, symbols and other objects as their text. */
export function fromRuby(value: unknown): Value {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : fromObject(value);
    default:
      return null;
  }
}

function fromObject(value: object): Value {
  if (value instanceof Float) return value;
  if (Array.isArray(value)) return value.map(fromRuby);
  if (value instanceof Map) return fromEntries([...value]);
  if (value instanceof Sym) return value.name;
  if (Object.getPrototypeOf(value) === Object.prototype) return fromEntries(Object.entries(value));
  return rubyToS(value);
}

function fromEntries(entries: readonly (readonly [unknown, unknown])[]): Value {
  const out: Record<string, Value> = {};
  for (const [key, item] of entries) {
    Object.defineProperty(out, rubyToS(key), {
      value: fromRuby(item),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return out;
}

/** A record's value as an expression may change it: hashes and arrays are copied, scalars are values anyway. */
export function toChangeable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toChangeable);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return RHash.of(Object.entries(value).map(([key, item]) => [key, toChangeable(item)]));
}
