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

const PREFIXES: Readonly<Record<number, string>> = { 2: '0b', 8: '0o?', 16: '0x' };

/** `String#to_i`: leading digits; 0 without. `oct` also takes another base from a prefix. */
export function integerPrefix(text: string, base: number, anyPrefix = false): number | bigint {
  if (base < 2 || base > 36) throw new RubyError('ArgumentError', `invalid radix ${base}`);
  if (anyPrefix) {
    const prefix = /^\s*[-+]?0([xb])/i.exec(text)?.[1]?.toLowerCase();
    if (prefix !== undefined) return integerPrefix(text, prefix === 'x' ? 16 : 2);
  }
  const digits = `[${'0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base)}]`;
  const prefix = PREFIXES[base] === undefined ? '' : `(?:${PREFIXES[base]}(?=${digits}))?`;
  const found = new RegExp(`^\\s*([-+]?)${prefix}(${digits}(?:_?${digits})*)`, 'i').exec(text);
  if (found === null) return 0;
  const clean = found[2]!.replaceAll('_', '').toLowerCase();
  const sign = found[1] === '-' ? -1 : 1;
  const value = Number.parseInt(clean, base);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : sign * value;
  const big = [...clean].reduce((sum, c) => sum * BigInt(base) + BigInt(Number.parseInt(c, base)), 0n);
  return BigInt(sign) * big;
}

/** `String#to_f`: what looks like a number at the beginning; 0.0 without. */
export function floatPrefix(text: string): number | Float {
  const found = /^\s*[-+]?(?:\d+(?:_\d+)*)?(?:(?<=\d)\.\d+(?:_\d+)*|(?<!\d)\.\d+)?(?:(?<=\d)[eE][-+]?\d+)?/.exec(text);
  const value = Number(found === null ? 0 : found[0].replaceAll('_', '') || 0);
  return toFloat(Number.isNaN(value) ? 0 : value);
}
