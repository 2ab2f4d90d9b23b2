/** strftime and strptime against CRuby, on times, zones and formats of every kind. */
import { beforeAll, expect, it } from 'vitest';
import { compileStrptime } from '../../src/pipeline/codec/strptime.ts';
import { compileStrftime } from '../../src/pipeline/core/strftime.ts';
import { utcZone } from '../../src/pipeline/core/zone.ts';
import { randomOf } from './fuzz.ts';
import { type Oracle, quote, startOracle } from './oracle.ts';

let oracle: Oracle;
beforeAll(async () => {
  oracle = await startOracle();
});

const DIRECTIVES = 'Y C y m d e j H k I l M S N L z Z b B h a A u w p P s U W V G g F T X D x R r c v n t %'.split(' ');
const MODIFIERS = ['', '', '', '-', '_', '0', '^', '#', '3', '6', '9', '10', '05', '_6', '-4', '^10'];
/** What a modifier does to these is of no use and changes between versions of Ruby. */
const BARE = new Set(['n', 't', '%', 'z', 'Z', 'c', 'v', 'x', 'X', 'D', 'F', 'T', 'R', 'r']);
const SPECIAL = [
  '%3N',
  '%6N',
  '%9N',
  '%12N',
  '%1N',
  '%L',
  '%6L',
  '%:z',
  '%::z',
  '%:::z',
  '%10z',
  '%-d',
  '%-m',
  '%^a',
  '%^b',
  '%#p',
  '%q',
  '%Ez',
  '%EY',
  '%Od',
  'é',
  'T',
  '%%Y',
  '%10F',
  '%^c',
];

it('strftime gives what CRuby gives', () => {
  const random = randomOf(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const directive = () => {
    const name = pick(DIRECTIVES);
    return `%${BARE.has(name) ? '' : pick(MODIFIERS)}${name}`;
  };
  const cases = Array.from({ length: 1500 }, () => ({
    sec: Math.floor(random() * 4e9) - 1e9,
    nsec: Math.floor(random() * 1e9),
    offset: pick([0, 3600, -12_600, 19_800, 32_400, -43_200, 50_400]),
    format: Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
      random() < 0.3 ? pick(SPECIAL) : directive(),
    ).join(pick(['', ' ', '-'])),
  }));
  const theirs = JSON.parse(
    oracle.text(
      `JSON.generate(JSON.parse(${quote(JSON.stringify(cases))}).map { |c| Time.at(c["sec"], c["nsec"], :nsec, in: c["offset"]).strftime(c["format"]) })`,
    ),
  ) as string[];
  const differences = cases.flatMap((c, i) => {
    const ours = compileStrftime(
      c.format,
      () => c.offset,
      () => '',
    )(c.sec, c.nsec);
    return ours === theirs[i] ? [] : [{ ...c, ours, theirs: theirs[i] }];
  });
  expect(differences).toEqual([]);
});

/** Formats of real configurations with texts that fit, fit nearly, or do not fit. */
const PARSED: readonly [string, readonly string[]][] = [
  [
    '%Y-%m-%dT%H:%M:%S.%NZ',
    [
      '2024-03-01T10:20:30.123456789Z',
      '2024-03-01T10:20:30.5Z',
      '2024-03-01T10:20:30Z',
      '2024-3-1T1:2:3.4Z',
      '2024-02-30T10:20:30.1Z',
      '2024-13-01T10:20:30.1Z',
    ],
  ],
  [
    '%Y-%m-%dT%H:%M:%S.%N%z',
    [
      '2024-03-01T10:20:30.123+09:00',
      '2024-03-01T10:20:30.123Z',
      '2024-03-01T10:20:30.123+0900',
      '2024-03-01T10:20:30.123-03',
      '2024-03-01T10:20:30.123',
    ],
  ],
  ['%Y-%m-%dT%H:%M:%S.%L%:z', ['2024-03-01T10:20:30.123+09:00', '2024-03-01T10:20:30.123Z']],
  [
    '%Y-%m-%dT%H:%M:%S%z',
    ['2024-03-01T10:20:30+09:00', '2024-03-01T10:20:30Z', '2024-03-01T10:20:30UTC', '2024-03-01T10:20:30EST'],
  ],
  [
    '%Y-%m-%d %H:%M:%S',
    [
      '2024-03-01 10:20:30',
      '2024-03-01  10:20:30',
      '2024-03-01 10:20',
      '24-03-01 10:20:30',
      ' 2024-03-01 10:20:30',
      '2024-03-01 24:00:00',
      '2024-03-01 10:20:60',
      '2024-03-01 10:61:00',
      'x2024-03-01 10:20:30',
    ],
  ],
  ['%Y-%m-%d %H:%M:%S %z', ['2024-03-01 10:20:30 +0900', '2024-03-01 10:20:30 -03:30', '2024-03-01 10:20:30']],
  ['%Y-%m-%d %H:%M:%S,%L', ['2024-03-01 10:20:30,123', '2024-03-01 10:20:30,1']],
  ['%Y/%m/%d %H:%M:%S.%N', ['2024/03/01 10:20:30.123456']],
  [
    '%d/%b/%Y:%H:%M:%S %z',
    [
      '01/Mar/2024:10:20:30 +0100',
      '1/mar/2024:10:20:30 +0100',
      '01/March/2024:10:20:30 +0000',
      '01/Foo/2024:10:20:30 +0000',
    ],
  ],
  ['%b %d %H:%M:%S %Y', ['Mar  1 10:20:30 2024', 'mar 01 10:20:30 2024', 'March 1 10:20:30 2024']],
  ['%a %b %d %H:%M:%S %Y', ['Fri Mar  1 10:20:30 2024', 'Friday March 1 10:20:30 2024']],
  ['%a, %d %b %Y %H:%M:%S %Z', ['Fri, 01 Mar 2024 10:20:30 GMT', 'Fri, 01 Mar 2024 10:20:30 JST']],
  ['%m/%d/%y %I:%M:%S %p', ['03/01/24 10:20:30 PM', '03/01/70 12:20:30 am', '03/01/68 12:00:00 PM']],
  ['%Y-%j', ['2024-061', '2023-365']],
  ['%s', ['1709288430', '-5', '1709288430.5']],
  ['%s.%N', ['1709288430.123']],
  ['%F %T', ['2024-03-01 10:20:30']],
  ['%D %R', ['03/01/24 10:20']],
  ['%Y%m%d%H%M%S', ['20240301102030', '20240301']],
  ['%e %k:%M %Y %m', [' 1  9:05 2024 03', '1 9:05 2024 3']],
  ['%%%Y %m %d', ['%2024 03 01', '2024 03 01']],
];

it('strptime reads what CRuby reads', () => {
  const cases = PARSED.flatMap(([format, texts]) => texts.map((text) => ({ format, text })));
  const theirs = JSON.parse(
    oracle.text(`JSON.generate(JSON.parse(${quote(JSON.stringify(cases))}).map { |c|
      begin
        t = Time.strptime(c["text"], c["format"])
        [t.to_i, t.nsec]
      rescue ArgumentError
        nil
      end
    })`),
  ) as ([number, number] | null)[];
  const differences = cases.flatMap(({ format, text }, i) => {
    const target = { sec: 0, nsec: 0 };
    const ours = compileStrptime(format, utcZone, 'ruby')(text, target) ? [target.sec, target.nsec] : null;
    return JSON.stringify(ours) === JSON.stringify(theirs[i]) ? [] : [{ format, text, ours, theirs: theirs[i] }];
  });
  expect(differences).toEqual([]);
});
