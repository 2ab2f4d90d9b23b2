import { describe, expect, it } from 'vitest';
import { utcZone } from '../core/zone.ts';
import { compileFreeTime } from './free-time.ts';

const parse = compileFreeTime(utcZone);

function iso(text: string): string | undefined {
  const target = { sec: 0, nsec: 0 };
  if (!parse(text, target)) return undefined;
  return new Date(target.sec * 1000 + Math.floor(target.nsec / 1e6)).toISOString();
}

describe('times without a format', () => {
  it.each([
    ['2024-03-01T10:20:30Z', '2024-03-01T10:20:30.000Z'],
    ['2024-03-01T10:20:30.25+09:00', '2024-03-01T01:20:30.250Z'],
    ['2024-03-01 10:20:30 +0200', '2024-03-01T08:20:30.000Z'],
    ['2024-03-01 10:20:30,250', '2024-03-01T10:20:30.250Z'],
    ['2024-03-01 10:20', '2024-03-01T10:20:00.000Z'],
    ['2024-03-01', '2024-03-01T00:00:00.000Z'],
    ['2024/03/01 10:20:30', '2024-03-01T10:20:30.000Z'],
    ['01/Mar/2024:10:20:30 +0000', '2024-03-01T10:20:30.000Z'],
    ['Fri, 01 Mar 2024 10:20:30 GMT', '2024-03-01T10:20:30.000Z'],
    ['Fri Mar  1 10:20:30 2024', '2024-03-01T10:20:30.000Z'],
    ['Fri Mar  1 10:20:30 UTC 2024', '2024-03-01T10:20:30.000Z'],
    ['March 1, 2024 10:20:30 PM', '2024-03-01T22:20:30.000Z'],
    ['1 Mar 2024 10:20:30 PST', '2024-03-01T18:20:30.000Z'],
    ['20240301T102030Z', '2024-03-01T10:20:30.000Z'],
    ['20240301', '2024-03-01T00:00:00.000Z'],
    ['nothing of the kind', undefined],
    ['2024-13-01', undefined],
    ['', undefined],
  ])('%s is %s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it('takes today for a time alone', () => {
    expect(iso('10:20:30')?.slice(10)).toBe('T10:20:30.000Z');
  });
});
