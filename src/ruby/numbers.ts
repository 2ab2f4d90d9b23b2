/** Numbers: which JavaScript values are which Ruby numbers, and reading them from text. */
import { Float } from '../pipeline/core/value.ts';
import { RubyError } from './objects.ts';

export type RubyNumber = number | bigint | Float;

export function isFloat(value: unknown): boolean {
  return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value));
}

/** A JavaScript number as a Ruby Float. */
export function toFloat(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

/** An integer result: a bigint only where a number would not be exact. */
export function toInteger(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Truncates a float to an Integer. @throws RubyError FloatDomainError */
export function truncate(value: number): number | bigint {
  if (!Number.isFinite(value))
    throw new RubyError('FloatDomainError', Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity');
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? (whole === 0 ? 0 : whole) : BigInt(whole);
}

/** `String#to_i`: leading digits; 0 without. */
export function integerPrefix(text: string, base: number): number | bigint {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base);
  const found = new RegExp(`^\\s*([-+]?)(?:0[xX](?=[0-9a-f])|0[bB]|0[oO])?([${digits}](?:_?[${digits}])*)`, 'i').exec(
    text,
  );
  if (found === null) return 0;
  const clean = found[2]!.replaceAll('_', '').toLowerCase();
  const sign = found[1] === '-' ? -1 : 1;
  const value = Number.parseInt(clean, base);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : sign * value;
  const big = [...clean].reduce((sum, c) => sum * BigInt(base) + BigInt(Number.parseInt(c, base)), 0n);
  return BigInt(sign) * big;
}

/** `String#to_f`. */
export function floatPrefix(text: string): number | Float {
  const found = /^\s*[-+]?\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][-+]?\d+)?/.exec(text);
  return toFloat(found === null ? 0 : Number(found[0].replaceAll('_', '')));
}
