import fc from 'fast-check';
import { expect, it } from 'vitest';
import { retryAfter } from './retry-after.ts';

const NOW = Date.UTC(2026, 10, 24, 10);

it.each([
  ['0', 0],
  ['30', 30],
  [' 1.5 ', 1.5],
  ['Tue, 24 Nov 2026 10:00:20 GMT', 20],
  ['Tuesday, 24-Nov-26 10:00:20 GMT', 20],
  ['Tue, 24 Nov 2026 09:00:00 GMT', 0],
  ['Wed, 24 Nov 2027 10:00:00 GMT', 3600],
  ['999999', 3600],
  ['', undefined],
  ['soon', undefined],
  ['-5', undefined],
  ['12,5', undefined],
  [undefined, undefined],
])('Retry-After %s is %s seconds', (header, seconds) => expect(retryAfter(header, NOW)).toBe(seconds));

it('any date within the next hour is as far away as it says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3600 }), (seconds) => {
      expect(retryAfter(new Date(NOW + seconds * 1000).toUTCString(), NOW)).toBe(seconds);
    }),
  );
});
