import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Entry } from './entry.ts';
import { mask, signatureOf } from './exceptions.ts';
import { compileFilter, levelsOf } from './filter.ts';
import { levelOf } from './level.ts';
import { behind, entryId, parseEntryId } from './line-id.ts';
import { LATEST_MS, parseTime } from './time.ts';

const source = { index: 0, namespace: 'n', pod: 'p', container: 'c', role: 'r', attempt: 1 };
const entry = (text: string, level: Entry['level'] = 'info'): Entry => ({
  ...{ source, ms: 1, nanos: 0, file: 1, offset: 0, stream: 'stdout', text, partial: false, level, documentId: '' },
});
const texts = (q: string, lines: string[]) =>
  (compileFilter({ q })?.(lines.map((line) => entry(line))) ?? []).map((e) => e.text);

it('words must all be there, whatever their case, and are never an expression or query language', () => {
  expect(texts('slot FAIL', ['a Failed slot', 'slot ok', 'failing'])).toEqual(['a Failed slot']);
  expect(texts('a.c', ['abc', 'a.c'])).toEqual(['a.c']);
  expect(texts('log:* OR 1', ['anything', 'log:* or 1'])).toEqual(['log:* or 1']);
});

it('an expression between slashes is a regular expression', () => {
  expect(texts('/^a\\d+$/', ['a12', 'ba12', 'A1'])).toEqual(['a12']);
  expect(texts('/^a\\d+$/i', ['A1'])).toEqual(['A1']);
  expect(() => texts('/(/', ['x'])).toThrow(expect.objectContaining({ status: 400 }));
});

it('an expression that would run for ever is refused instead', () => {
  expect(() => texts('/(a+)+$/', [`${'a'.repeat(50)}b`])).toThrow(
    expect.objectContaining({ status: 400, code: 'ERR_SLOW_EXPRESSION' }),
  );
});

it('a level means it and everything worse', () => {
  expect(levelsOf('warn')).toEqual(['warn', 'error', 'fatal']);
  expect(levelsOf('info,other')).toEqual(['info', 'other']);
  expect(() => levelsOf('loud')).toThrow(expect.objectContaining({ status: 400 }));
});

it.each([
  ['2026-11-23 10:00:00,123 WARN  o.a.f.X [] - ERROR was seen', 'warn'],
  ['17/06/09 20:10:40 INFO executor.Executor: x', 'info'],
  ['E1123 10:00:00.1 1 main.go:3] x', 'error'],
  ['ts=1 level=warning msg="x"', 'warn'],
  ['{"level":"error","msg":"x"}', 'error'],
  ['Traceback (most recent call last):', 'error'],
  ['plain print', 'other'],
  ['    at foo', undefined],
  ['Caused by: java.io.IOException: x', undefined],
  ['ValueError: x is not a level by itself', 'other'],
])('the level of %j is %s', (text, level) => {
  expect(levelOf(text)).toBe(level);
});

it('signatures mask numbers and ids', () => {
  expect(mask('slot 12 of 3f2504e0-4f89-11d3-9a0c-0305e82c3301 at 10.0.0.1:6123 in 0xdeadBEEF, ab12cd34ef')).toBe(
    'slot # of # at # in #, #',
  );
  expect(signatureOf('10:00 ERROR x - java.util.concurrent.TimeoutException: after 30 ms')).toBe(
    'java.util.concurrent.TimeoutException: after # ms',
  );
  expect(signatureOf('no trouble here')).toBeUndefined();
});

it('an id gives back the place it was made of', () => {
  const time = fc.integer({ min: 0, max: LATEST_MS });
  const number = fc.integer({ min: 0, max: 2 ** 48 });
  const nano = fc.integer({ min: 0, max: 999_999 });
  fc.assert(
    fc.property(time, nano, number, number, fc.string(), (ms, nanos, file, offset, documentId) => {
      const ordered = parseEntryId(entryId({ ms, nanos, file, offset, documentId }));
      expect(ordered).toEqual({ position: [ms, nanos, file, offset], documentId: '' });
      const unordered = entryId({ ms, nanos, file: -1, offset: -1, documentId });
      expect(unordered).toMatch(/^[\x21-\x7e]+$/);
      expect(parseEntryId(unordered)).toEqual({ position: [ms, -1, -1, -1], documentId });
    }),
  );
  for (const wrong of ['', 'a', '_._._._', 'a.b.c', '1.2.3.4.%', '1.2.3.4.', '../..', 'zzzzzzzzz._._._'])
    expect(parseEntryId(wrong)).toBeUndefined();
});

it('what is behind a place comes after it in the order, also among lines that share a time', () => {
  const place = (ms: number, file: number, documentId: string) => ({ ...entry(''), ms, file, documentId });
  const ordered = [
    place(1, -1, 'z'),
    place(2, -1, 'b'),
    place(2, -1, 'a'),
    place(2, -1, 'c'),
    place(2, 7, ''),
    place(3, -1, 'y'),
  ];
  for (const [i, one] of ordered.entries()) {
    const from = parseEntryId(entryId(one))!;
    expect(ordered.filter(behind(from, 'asc', 'asc'))).toEqual(ordered.slice(i + 1));
    expect(ordered.toReversed().filter(behind(from, 'asc', 'desc'))).toEqual(ordered.slice(i + 1).toReversed());
    expect(ordered.toReversed().filter(behind(from, 'desc', 'desc'))).toEqual(ordered.slice(0, i).toReversed());
  }
});

it('times are RFC 3339, milliseconds, or how long ago', () => {
  expect(parseTime('from', '90s', 1_000_000)).toBe(910_000);
  expect(parseTime('from', '2026-01-31T10:00:00+02:00')).toBe(Date.parse('2026-01-31T08:00:00Z'));
  expect(parseTime('from', '1769846400000')).toBe(1_769_846_400_000);
  expect(() => parseTime('from', 'yesterday')).toThrow(/from 'yesterday' is no time/);
  for (const text of ['0001-01-01', '9999999999999999', '9999w', '2500-01-01'])
    expect(() => parseTime('to', text)).toThrow(/is not between 1970 and 2262/);
});
