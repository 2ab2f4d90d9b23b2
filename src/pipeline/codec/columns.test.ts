/** The kernel's cutting and reading of times against the plain code's. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Column, Columns } from '../core/columns.ts';
import { theKernel } from '../core/kernel/index.ts';
import { Shape } from '../core/shape.ts';
import { parseZone, utcZone } from '../core/zone.ts';
import { JsonScanner } from './json-scan.ts';
import { compileStrptime } from './strptime.ts';

function fill(text: string): number {
  return theKernel().block.write(text, 0, 'latin1');
}

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((v) => Buffer.from(JSON.stringify(v)).toString('latin1')),
  fc.stringMatching(/^[-+0-9.eE]{1,8}$/),
  fc.stringMatching(/^"[ -~]{0,40}"$/),
  fc.stringMatching(/^"(\\["\\/bfnrtu0-9a-fx]){0,6}"$/),
  fc.constantFrom(
    'true',
    'fals',
    'nul',
    'null',
    '[1 ,\t2]',
    '{"a" : {}}',
    '[1,]',
    '{"a"}',
    '""',
    '"\x01"',
    '{',
    '"',
    '',
  ),
);

it('cuts the lines that the scanner takes, at the same places, and no others', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 20 }), (pairs) => {
      const lines = pairs.map(([a, b]) => `{"log":${a},"ä":${b}}`.replaceAll('ä', '\xc3\xa4').replaceAll('\n', ' '));
      const scanner = new JsonScanner();
      scanner.scan('{"log":1,"\xc3\xa4":2}');
      const length = fill(lines.map((line) => `${line}\n`).join(''));
      const events = scanner.columns(length)?.events() ?? [];
      const plain = lines.map((line) => new JsonScanner().scan(line));
      const wrong = plain.findIndex((event) => event === undefined || event.keys().length !== 2);
      expect(events.length).toBe(wrong < 0 ? lines.length : wrong);
      for (const [i, event] of events.entries()) expect(event.toJson()).toBe(plain[i]!.toJson());
    }),
    { numRuns: 300 },
  );
});

const FORMATS = ['%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S.%N', '%Y-%m-%dT%H:%M:%S.%NZ'];
const MORE = ['%Y-%m-%dT%H:%M:%S.%N%z', '%Y-%m-%dT%H:%M:%S%:z', '%Y-%m-%d %H:%M:%S.%L %z', '%iso8601'];
const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
const date = fc.tuple(
  fc.integer({ min: 0, max: 9999 }).map((n) => String(n).padStart(4, '0')),
  two(13),
  two(32),
);
const clock = fc.tuple(two(24), two(60), two(61));
const end = fc.tuple(
  fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{0,11}$/), fc.constant('.123456789')),
  fc.oneof(fc.constantFrom('', 'Z', ' +0900', '+', '+09', '-0a:00', ' UTC', '+0530', '-05:00', ' Z')),
);

it('reads times as strptime does, or leaves them to it', () => {
  const written = fc
    .tuple(date, fc.constantFrom('T', ' '), clock, end)
    .map(([d, separator, c, [fraction, zone]]) => `${d.join('-')}${separator}${c.join(':')}${fraction}${zone}`);
  fc.assert(
    fc.property(
      fc.constantFrom(...FORMATS, ...MORE),
      fc.constantFrom(utcZone, parseZone('+0900'), parseZone('Europe/Berlin')),
      fc.array(written, { minLength: 1, maxLength: 10 }),
      (format, zone, times) => {
        const parse = compileStrptime(format, zone);
        const length = fill(times.map((text) => `${text}\n`).join(''));
        const column = new Column(0, false);
        const columns = Columns.cut(theKernel(), [{ cut: 'rest' }], Shape.of(['time']), [column], length)!;
        const isRead = columns.readTimes(column, parse.form!);
        const target = { sec: 0, nsec: 0 };
        for (const [i, event] of (isRead ? columns.events() : []).entries()) {
          expect(parse(times[i]!, target), times[i]).toBe(true);
          expect([event.sec, event.nsec], `${times[i]} by ${format}`).toEqual([target.sec, target.nsec]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
