/** `[]` with an index, an index and a length, or a range: for arrays, strings and bytes. */
import { Float } from '../pipeline/core/value.ts';
import { RRange, RubyError } from './objects.ts';

interface Sliceable<T> {
  readonly length: number;
  slice(from: number, to: number): T;
  at(index: number): unknown;
}

/** null outside of the sequence, as Ruby. */
export function sliceOf<T>(sequence: Sliceable<T>, [at, count]: readonly unknown[]): T | unknown | null {
  const { length } = sequence;
  if (at instanceof RRange) {
    const range = rangeOf(at, length);
    return range === undefined ? null : sequence.slice(range[0], Math.max(...range));
  }
  const i = toIndex(at);
  if (count === undefined) return sequence.at(i) ?? null;
  const from = i < 0 ? length + i : i;
  const n = toIndex(count);
  if (from < 0 || from > length || n < 0) return null;
  return sequence.slice(from, from + n);
}

/** From and to (exclusive) of a range in a sequence; undefined where it begins outside. */
export function rangeOf(range: RRange, length: number): [number, number] | undefined {
  const first = range.first === null ? 0 : toIndex(range.first);
  const last = range.last === null ? length : toIndex(range.last);
  const from = first < 0 ? length + first : first;
  if (from < 0 || from > length) return undefined;
  const to = (last < 0 ? length + last : last) + (range.exclusive || range.last === null ? 0 : 1);
  return [from, Math.min(to, length)];
}

function toIndex(value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (value instanceof Float) return Math.trunc(value.value);
  const name = value === null || value === undefined ? 'from nil' : 'of String';
  throw new RubyError('TypeError', `no implicit conversion ${name} to integer`);
}
