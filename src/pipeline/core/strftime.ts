/**
 * Ruby's strftime, compiled once per format. What depends on whole seconds is made once per second: events come in order, so
 * most calls only write the nanoseconds.
 */
import type { Zone } from './zone.ts';

export type Strftime = (sec: number, nsec: number) => string;

export interface CompiledStrftime extends Strftime {
  /** The text of a second; a number stands for that many digits of the nanoseconds. */
  parts(sec: number): readonly (string | number)[];
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

interface Moment {
  readonly date: Date;
  readonly sec: number;
  readonly offset: number;
  readonly zone: string;
}

type Field = (m: Moment) => string | number;

/** Directive → its value, its width and its padding. */
const FIELDS: Readonly<Record<string, readonly [Field, number, string]>> = {
  Y: [(m) => m.date.getUTCFullYear(), 4, '0'],
  C: [(m) => Math.floor(m.date.getUTCFullYear() / 100), 2, '0'],
  y: [(m) => m.date.getUTCFullYear() % 100, 2, '0'],
  m: [(m) => m.date.getUTCMonth() + 1, 2, '0'],
  d: [(m) => m.date.getUTCDate(), 2, '0'],
  e: [(m) => m.date.getUTCDate(), 2, ' '],
  j: [(m) => dayOfYear(m.date), 3, '0'],
  H: [(m) => m.date.getUTCHours(), 2, '0'],
  k: [(m) => m.date.getUTCHours(), 2, ' '],
  I: [(m) => m.date.getUTCHours() % 12 || 12, 2, '0'],
  l: [(m) => m.date.getUTCHours() % 12 || 12, 2, ' '],
  M: [(m) => m.date.getUTCMinutes(), 2, '0'],
  S: [(m) => m.date.getUTCSeconds(), 2, '0'],
  B: [(m) => MONTHS[m.date.getUTCMonth()]!, 0, ' '],
  b: [(m) => MONTHS[m.date.getUTCMonth()]!.slice(0, 3), 0, ' '],
  h: [(m) => MONTHS[m.date.getUTCMonth()]!.slice(0, 3), 0, ' '],
  A: [(m) => DAYS[m.date.getUTCDay()]!, 0, ' '],
  a: [(m) => DAYS[m.date.getUTCDay()]!.slice(0, 3), 0, ' '],
  u: [(m) => m.date.getUTCDay() || 7, 1, '0'],
  w: [(m) => m.date.getUTCDay(), 1, '0'],
  p: [(m) => (m.date.getUTCHours() < 12 ? 'AM' : 'PM'), 0, ' '],
  P: [(m) => (m.date.getUTCHours() < 12 ? 'am' : 'pm'), 0, ' '],
  s: [(m) => m.sec, 1, '0'],
  Z: [(m) => m.zone, 0, ' '],
  U: [(m) => week(m.date, 0), 2, '0'],
  W: [(m) => week(m.date, 1), 2, '0'],
  V: [(m) => isoWeek(m.date)[1], 2, '0'],
  G: [(m) => isoWeek(m.date)[0], 4, '0'],
  g: [(m) => isoWeek(m.date)[0] % 100, 2, '0'],
};

const COMBINED: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  c: '%a %b %e %H:%M:%S %Y',
  v: '%e-%^b-%4Y',
};

type Part = { readonly nanos: number } | ((m: Moment) => string);

/**
 * Compiles a format. Unknown directives stay as they are, as in Ruby.
 * @param name of the zone, for `%Z`
 */
export function compileStrftime(
  format: string,
  zone: Zone,
  name: (sec: number) => string = nameOf(zone),
): CompiledStrftime {
  const parts = compileParts(format);
  let second = Number.NaN;
  let texts: (string | number)[] = [];
  const partsOf = (sec: number) => {
    if (sec !== second) {
      second = sec;
      texts = render(parts, { date: dateOf(sec, zone(sec)), sec, offset: zone(sec), zone: name(sec) });
    }
    return texts;
  };
  const strftime = (sec: number, nsec: number) => {
    let out = '';
    for (const text of partsOf(sec)) out += typeof text === 'string' ? text : fraction(nsec, text);
    return out;
  };
  return Object.assign(strftime, { parts: partsOf });
}

function nameOf(zone: Zone): (sec: number) => string {
  return (sec) => (zone(sec) === 0 ? 'UTC' : '');
}

/** The fields of local time, read with the getUTC methods. */
function dateOf(sec: number, offset: number): Date {
  return new Date((sec + offset) * 1000);
}

/** Parts as text, neighbours joined; a number is that many digits of the nanoseconds. */
function render(parts: readonly Part[], moment: Moment): (string | number)[] {
  const out: (string | number)[] = [];
  for (const part of parts) {
    if (typeof part === 'object') out.push(part.nanos);
    else if (typeof out.at(-1) === 'string') out[out.length - 1] += part(moment);
    else out.push(part(moment));
  }
  return out;
}

/** Digits after the point: cut, not rounded, as Ruby does. */
function fraction(nsec: number, digits: number): string {
  const text = String(nsec).padStart(9, '0');
  return digits <= 9 ? text.slice(0, digits) : text.padEnd(digits, '0');
}

function compileParts(format: string): Part[] {
  const parts: Part[] = [];
  const directive = /%([-0^#_]*)(\d*)(:{0,3})([EO]?)([a-zA-Z%+])/g;
  let at = 0;
  for (const found of format.matchAll(directive)) {
    const literal = format.slice(at, found.index);
    if (literal !== '') parts.push(() => literal);
    at = found.index + found[0].length;
    parts.push(
      ...compileDirective(found[0], found[1]! + found[3]!, found[2]!, takes(found[4]!, found[5]!) ? found[5]! : ''),
    );
  }
  const tail = format.slice(at);
  if (tail !== '') parts.push(() => tail);
  return parts;
}

/** `%Ey` and `%Od` are other spellings of the directives that may have such. */
function takes(modifier: string, name: string): boolean {
  return modifier === '' || (modifier === 'E' ? 'cCxXyY' : 'deHkIlmMSuUVwWy').includes(name);
}

function compileDirective(text: string, flags: string, width: string, name: string): Part[] {
  if (flags.includes(':') && name !== 'z') return [() => text];
  if (name === '%') return [() => '%'];
  if (name === 'n' || name === 't')
    return [() => (name === 'n' ? '\n' : '\t').padStart(Number(width || 0), padOf(flags, ' '))];
  if (name === 'N') return [{ nanos: Number(width || 9) }];
  if (name === 'L') return [{ nanos: Number(width || 3) }];
  if (name === 'z') return [(m) => offsetText(m.offset, flags, Number(width || 0))];
  const combined = COMBINED[name];
  if (combined !== undefined) return compileCombined(combined, flags, width);
  const field = FIELDS[name];
  if (field === undefined) return [() => text];
  return [(m) => padded(field[0](m), field, flags, width)];
}

function compileCombined(format: string, flags: string, width: string): Part[] {
  const parts = compileParts(format);
  if (width === '' && !/[\^#]/.test(flags)) return parts;
  return [
    (m) => {
      const text = render(parts, m)
        .join('')
        .padStart(Number(width || 0), padOf(flags, ' '));
      return flags.includes('^') ? text.toUpperCase() : text;
    },
  ];
}

/** The last of the padding flags counts. */
function padOf(flags: string, fill: string): string {
  const last = [...flags].findLast((flag) => flag === '0' || flag === '_');
  return last === undefined ? fill : last === '0' ? '0' : ' ';
}

function padded(
  value: string | number,
  [, wide, fill]: readonly [Field, number, string],
  flags: string,
  width: string,
): string {
  const size = flags.includes('-') ? 0 : Number(width || wide);
  const pad = padOf(flags, fill);
  const negative = typeof value === 'number' && value < 0;
  const digits = String(negative ? -value : value);
  const text = !negative
    ? digits.padStart(size, pad)
    : pad === '0'
      ? `-${digits.padStart(size - 1, '0')}`
      : `-${digits}`.padStart(size, pad);
  if (flags.includes('^')) return text.toUpperCase();
  return flags.includes('#') ? swapCase(text) : text;
}

function swapCase(text: string): string {
  return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
}

/** `+0900`, with `:` `+09:00`, with `::` `+09:00:00`, with `:::` as short as it can be. */
function offsetText(offset: number, flags: string, width: number): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const abs = Math.abs(offset);
  const [minutes, seconds] = [two((abs % 3600) / 60), two(abs % 60)];
  const colons = flags.split(':').length - 1;
  const rest =
    colons === 0
      ? minutes
      : colons === 1
        ? `:${minutes}`
        : colons === 2
          ? `:${minutes}:${seconds}`
          : seconds !== '00'
            ? `:${minutes}:${seconds}`
            : minutes === '00'
              ? ''
              : `:${minutes}`;
  const sign = offset < 0 ? '-' : '+';
  const hours = String(Math.floor(abs / 3600));
  if (flags.includes('-')) return sign + hours + rest;
  if (flags.includes('_')) return `${sign}${hours}`.padStart(Math.max(3, width - rest.length), ' ') + rest;
  return sign + hours.padStart(Math.max(2, width - 1 - rest.length), '0') + rest;
}

const DAY_MS = 86_400_000;

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
}

/** Week of the year, weeks beginning on `first` (0 Sunday, 1 Monday). */
function week(date: Date, first: number): number {
  return Math.floor((dayOfYear(date) - 1 + 7 - ((date.getUTCDay() - first + 7) % 7)) / 7);
}

/** ISO 8601: year and week. */
function isoWeek(date: Date): [number, number] {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS);
  return [thursday.getUTCFullYear(), Math.floor((dayOfYear(thursday) - 1) / 7) + 1];
}
