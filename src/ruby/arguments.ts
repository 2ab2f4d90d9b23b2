/** Arguments of methods as they must be; anything else is Ruby's TypeError. */
import { Float } from '../pipeline/core/value.ts';
import { classOf } from './methods/dispatch.ts';
import { RubyError } from './objects.ts';

/** The name of a value's class as messages have it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nil';
  return typeof value === 'boolean' ? String(value) : classOf(value);
}

function missing(): never {
  throw new RubyError('ArgumentError', 'wrong number of arguments');
}

export function text(value: unknown): string {
  if (value === undefined) missing();
  if (typeof value === 'string') return value;
  throw new RubyError('TypeError', `no implicit conversion of ${kindOf(value)} into String`);
}

export function int(value: unknown): number {
  if (value === undefined) missing();
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : floatDomain(value);
  if (value instanceof Float) return Math.trunc(value.value);
  if (typeof value === 'bigint') throw new RubyError('RangeError', "bignum too big to convert into `long'");
  const kind = kindOf(value);
  throw new RubyError(
    'TypeError',
    `no implicit conversion ${kind === 'nil' ? 'from nil' : `of ${kind}`} ${kind === 'nil' ? 'to integer' : 'into Integer'}`,
  );
}

function floatDomain(value: number): never {
  throw new RubyError('FloatDomainError', Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity');
}

/** @throws RubyError ArgumentError below zero */
export function count(value: unknown, what = 'size'): number {
  const n = int(value);
  if (n < 0) throw new RubyError('ArgumentError', `negative ${what}`);
  return n;
}

export function array(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new RubyError('TypeError', `no implicit conversion of ${kindOf(value)} into Array`);
}
