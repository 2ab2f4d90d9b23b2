import { expect, test } from 'vitest';
import { isSubstituted } from './substitution.ts';

const keys = { tag: false, timekey: undefined, fields: [] };

test.each([
  ['app', { ...keys, tag: true }, false],
  ['app-${tag}', { ...keys, tag: true }, true],
  ['app-${tag[-1]}', { ...keys, tag: true }, true],
  ['app-${tag}', keys, false],
  ['app-%Y%m%d', { ...keys, timekey: 86_400 }, true],
  ['app-%Y%m%d', { ...keys, timekey: 3600 }, false],
  ['app-%H', { ...keys, timekey: 3600 }, true],
  ['app-%Y%m%d', keys, false],
  ['app-${a}', { ...keys, fields: ['a'] }, true],
  ['app-${$.k.n}', { ...keys, fields: ['$.k.n'] }, true],
  ['app-${a}', { ...keys, fields: ['a', 'b'] }, false],
  ['app-${a}-${b}', { ...keys, fields: ['a'] }, false],
  ['app-${record["a"]}', { ...keys, fields: ['a'] }, false],
])('%s with the chunk keys %o: filled is %s', (template, given, expected) => {
  expect(isSubstituted(template, given)).toBe(expected);
});
