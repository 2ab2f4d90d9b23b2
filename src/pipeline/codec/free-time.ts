/**
 * Times without a format, as Ruby's `Time.parse` reads them: the usual spellings of date, time and zone, in any order. What is
 * missing above the first part given is today's, what is missing below is the smallest.
 */
import type { Zone } from '../core/zone.ts';
import { compileStrptime, fromLocal, type Strptime, zoneOffset } from './strptime.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const ZONE = '(z\\b|[-+]\\d{1,2}:?\\d{2}|[-+]\\d{1,2}\\b|(?:gmt|utc|[a-z]{3,4})\\b)';

const CLOCK = new RegExp(
  `(?<!\\d)(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?(?:\\s*([ap])\\.?m\\b\\.?)?(?:\\s*${ZONE}(?!\\w))?`,
  'i',
);
const COMPACT = new RegExp(
  `(?<!\\d)(\\d{4})(\\d{2})(\\d{2})(?:t?(\\d{2})(\\d{2})(\\d{2})?(?:[.,](\\d+))?)?${ZONE}?(?!\\d)`,
  'i',
);

interface Day {
  year?: number;
  month?: number;
  day?: number;
}
interface Clock {
  hour: number;
  minute: number;
  second: number;
  nsec: number;
  zone: string | undefined;
}

type ReadDay = readonly [RegExp, (m: RegExpExecArray) => Day];

const DAYS: readonly ReadDay[] = [
  [/(\d{4,})-(\d{1,2})-(\d{1,2})/, (m) => day(m[1], Number(m[2]), m[3])],
  [
    new RegExp(`(\\d{1,2})(?:st|nd|rd|th)?[-/,\\s]*${MONTH}[-/,\\s]*'?(\\d{2,})?`, 'i'),
    (m) => day(m[3], monthOf(m[2]!), m[1]),
  ],
  [
    new RegExp(`${MONTH}[-/,\\s]*(\\d{1,2})(?!\\d)(?:st|nd|rd|th)?[-/,\\s]*'?(\\d{2,})?`, 'i'),
    (m) => day(m[3], monthOf(m[1]!), m[2]),
  ],
  [/(\d{4,})\/(\d{1,2})\/(\d{1,2})/, (m) => day(m[1], Number(m[2]), m[3])],
  [/(\d{1,2})\/(\d{1,2})\/(\d{4,})/, (m) => day(m[3], Number(m[2]), m[1])],
  [/(\d{2})[-/.](\d{1,2})[-/.](\d{1,2})/, (m) => day(m[1], Number(m[2]), m[3])],
  [/(\d{1,2})\/(\d{1,2})/, (m) => day(undefined, Number(m[1]), m[2])],
];

export function compileFreeTime(zone: Zone): Strptime {
  const iso = compileStrptime('%Y-%m-%dT%H:%M:%S.%N%z', zone);
  return (text, target) => {
    if (iso(text, target)) return true;
    const read = compact(text) ?? split(text);
    if (read === undefined) return false;
    const { date, clock } = read;
    const now = new Date();
    const year = date.year ?? now.getFullYear();
    const month = date.month ?? (date.year === undefined ? now.getMonth() + 1 : 1);
    const dayOfMonth = date.day ?? (date.year === undefined && date.month === undefined ? now.getDate() : 1);
    if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31) return false;
    if (clock.hour > 24 || clock.minute > 59 || clock.second > 60) return false;
    const wall = Date.UTC(year, month - 1, dayOfMonth, clock.hour, clock.minute, clock.second) / 1000;
    target.sec = clock.zone === undefined ? fromLocal(wall, zone) : wall - zoneOffset(clock.zone);
    target.nsec = clock.nsec;
    return true;
  };
}

function split(text: string): { date: Day; clock: Clock } | undefined {
  const found = CLOCK.exec(text);
  const clock = clockOf(found);
  // The time's place is kept as a gap: `Mar 1 10:20:30 2024` names the year behind it.
  const rest =
    found === null
      ? text
      : `${text.slice(0, found.index).replace(/t$/i, '')} ${text.slice(found.index + found[0].length)}`;
  for (const [pattern, read] of DAYS) {
    const match = pattern.exec(rest);
    if (match !== null) return { date: read(match), clock };
  }
  return found === null ? undefined : { date: {}, clock };
}

function clockOf(m: RegExpExecArray | null): Clock {
  if (m === null) return { hour: 0, minute: 0, second: 0, nsec: 0, zone: undefined };
  const half = m[5]?.toLowerCase();
  const hour = half === undefined ? Number(m[1]) : (Number(m[1]) % 12) + (half === 'p' ? 12 : 0);
  return { hour, minute: Number(m[2]), second: Number(m[3] ?? 0), nsec: nanos(m[4]), zone: m[6] };
}

/** `20240301T102030Z` and the like. */
function compact(text: string): { date: Day; clock: Clock } | undefined {
  const m = COMPACT.exec(text);
  if (m === null || text.includes(':')) return undefined;
  const clock = { hour: Number(m[4] ?? 0), minute: Number(m[5] ?? 0), second: Number(m[6] ?? 0), nsec: nanos(m[7]) };
  return { date: day(m[1], Number(m[2]), m[3]), clock: { ...clock, zone: m[8] } };
}

function nanos(digits: string | undefined): number {
  return Number((digits ?? '').padEnd(9, '0').slice(0, 9));
}

function monthOf(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

function day(year: string | undefined, month: number, dayOfMonth: string | undefined): Day {
  const date: Day = { month, day: Number(dayOfMonth) };
  if (year === undefined) return date;
  const number = Number(year);
  // Two digits: 69 … 99 are of the last century, as in Ruby.
  date.year = year.length > 2 ? number : number + (number < 69 ? 2000 : 1900);
  return date;
}
