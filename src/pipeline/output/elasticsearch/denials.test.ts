import { expect, it } from 'vitest';
import { Denials } from './denials.ts';

it('while nothing else is taken no denied document is refused', () => {
  const denials = new Denials();
  for (let i = 0; i < 1000; i++) expect(denials.isLasting(`chunk ${i % 3}`)).toBe(false);
});

it('what was taken before does not count', () => {
  const denials = new Denials();
  denials.taken();
  for (let i = 0; i < 10; i++) expect(denials.isLasting('a')).toBe(false);
});

it('a chunk that is denied again and again while others are taken is refused', () => {
  const denials = new Denials();
  expect(denials.isLasting('a')).toBe(false);
  denials.taken();
  expect([1, 2, 3].map(() => denials.isLasting('a'))).toEqual([false, false, true]);
  expect(denials.isLasting('b')).toBe(false);
});
