import fs from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseZone, utcZone } from '../core/zone.ts';
import { compileStrptime } from './strptime.ts';

type Row = [format: string, text: string, expected: [sec: number, nsec: number] | null];

/** What Fluentd 1.16.11's own reader of times said (TZ=UTC). */
const recorded = JSON.parse(fs.readFileSync(new URL('strptime.recorded.json', import.meta.url), 'utf8')) as Row[];

function read(format: string, text: string, zone = utcZone): [number, number] | null {
  const target = { sec: 0, nsec: 0 };
  return compileStrptime(format, zone)(text, target) ? [target.sec, target.nsec] : null;
}

test.each(recorded)('%s reads %j as Fluentd does', (format, text, expected) => {
  expect(read(format, text)).toEqual(expected);
});

test('the fast path for ISO 8601 takes what the general reader takes, and gives the same time', () => {
  const digits = (max: number, width: number) => fc.nat(max).map((n) => String(n).padStart(width, '0'));
  const text = fc
    .tuple(
      digits(3000, 4),
      digits(13, 2),
      digits(32, 2),
      fc.constantFrom('T', ' '),
      digits(25, 2),
      digits(61, 2),
      digits(61, 2),
      fc.constantFrom('', '.5', '.123', '.123456789', '.1234567890', '.', ',5'),
      fc.constantFrom('', 'Z', '+0900', '-03:30', ' +0100', '+9', ' tail'),
    )
    .map(([y, m, d, t, h, min, s, fraction, end]) => `${y}-${m}-${d}${t}${h}:${min}:${s}${fraction}${end}`);
  const format = fc
    .tuple(fc.constantFrom('T', ' '), fc.constantFrom('', '.%N', '.%L'), fc.constantFrom('', 'Z', '%z', '%:z', ' %z'))
    .map(([t, fraction, end]) => `%Y-%m-%d${t}%H:%M:%S${fraction}${end}`);
  fc.assert(
    fc.property(format, text, (f, t) => {
      // A literal before the format keeps it from the fast path.
      expect(read(f, t)).toEqual(read(`x${f}`, `x${t}`));
    }),
    { numRuns: 2000 },
  );
});

test('a named time zone takes the offset that its rules tell for the wall time taken as UTC, as Fluentd does', () => {
  const berlin = parseZone('Europe/Berlin');
  expect(read('%Y-%m-%d %H:%M:%S', '2023-03-26 02:30:00', berlin)).toEqual([Date.UTC(2023, 2, 26, 0, 30) / 1000, 0]);
  expect(read('%Y-%m-%d %H:%M:%S', '2023-10-29 02:30:00', berlin)).toEqual([Date.UTC(2023, 9, 29, 1, 30) / 1000, 0]);
});

test('every hour of a clock of twelve is read, also those of two digits', () => {
  for (const half of ['AM', 'PM'])
    for (let hour = 1; hour <= 12; hour++) {
      const expected = Date.UTC(2024, 2, 1, (hour % 12) + (half === 'PM' ? 12 : 0), 20, 30) / 1000;
      expect(read('%m/%d/%Y %I:%M:%S %p', `03/01/2024 ${hour}:20:30 ${half}`)).toEqual([expected, 0]);
    }
});

test("Ruby's own reader takes what the quick one does not", () => {
  const target = { sec: 0, nsec: 0 };
  expect(read('%Y-%m-%d %H:%M:%S', '2024-03-01 24:00:00')).toBeNull();
  expect(compileStrptime('%Y-%m-%d %H:%M:%S', utcZone, 'ruby')('2024-03-01 24:00:00', target)).toBe(true);
  expect(target.sec).toBe(Date.UTC(2024, 2, 2) / 1000);
});
