/**
 * Ruby's strptime, compiled once per format: text → seconds and nanoseconds.
 *
 * Fluentd has two readers: formats of %Y %y %m %b %B %h %d %e %H %M %S %N %z alone go to a quick one that takes digits without blanks before
 * them, at most nine of a fraction, hours up to 23 and offsets in numbers; any other format goes to Ruby's own, which is
 * laxer. In both, flags and widths (`%-d`, `%3N`) match nothing, text behind the format is ignored, white space in the format
 * matches any. ISO 8601 formats take a fast path that parses the part up to the second once per second of the input.
 */
import type { TimeForm } from '../core/columns.ts';
import { localZone, parseZone, type Zone } from '../core/zone.ts';
import { dateFields, weekDay } from './week-date.ts';

/** Where a parser puts its result; one object is used again and again. */
export interface TimeTarget {
  sec: number;
  nsec: number;
}

/** True when the text matched; then `target` is set. */
export interface Strptime {
  (text: string, target: TimeTarget): boolean;
  /** ISO 8601 formats: what the kernel needs to read them. */
  readonly form?: TimeForm;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const DAY = '(?:sun(?:day)?|mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?)';

/** Directive → its regexp; a capturing group where it says something. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  Y: '([-+]?\\d{1,4})',
  y: '(\\d{2})',
  m: '(\\d{1,2})',
  d: '( \\d|\\d{1,2})',
  e: '( \\d|\\d{1,2})',
  j: '(\\d{1,3})',
  H: '( \\d|\\d{1,2})',
  k: '( \\d|\\d{1,2})',
  I: '( ?(?:1[0-2]|0?[1-9]))',
  l: '( ?(?:1[0-2]|0?[1-9]))',
  M: '(\\d{1,2})',
  S: '(\\d{1,2})',
  N: '(\\d+)',
  L: '(\\d+)',
  b: MONTH,
  B: MONTH,
  h: MONTH,
  a: DAY,
  A: DAY,
  p: '([ap]\\.?m\\.?)',
  P: '([ap]\\.?m\\.?)',
  z: '(Z|UTC|GMT|[-+]\\d\\d(?::?\\d\\d)?|[A-Z]{3,4})',
  Z: '([A-Za-z]{1,5}|[-+]\\d\\d:?\\d\\d)',
  s: '(-?\\d+)',
  n: '\\s*',
  t: '\\s*',
  C: '([-+]?\\d{1,2})',
  Q: '(-?\\d+)',
  G: '([-+]?\\d{1,4})',
  V: '(\\d{1,2})',
  U: '(\\d{1,2})',
  W: '(\\d{1,2})',
  u: '([1-7])',
  w: '([0-6])',
  '%': '%',
};

/** What the quick reader takes instead. */
const QUICK: Readonly<Record<string, string>> = {
  d: '(\\d{1,2})',
  e: '(\\d{1,2})',
  H: '(\\d{1,2})',
  N: '(\\d{1,9})',
  z: '(Z|[-+]?\\d{1,2}:?\\d{0,2})',
};

/** What Ruby's reader takes before more digits. */
const FIXED: Readonly<Record<string, string>> = {
  Y: '([-+]?\\d{4})',
  G: '([-+]?\\d{4})',
  L: '(\\d{1,3})',
  N: '(\\d{1,9})',
};

function isQuick(format: string): boolean {
  return !/%(?![YymbBhdeHMSNzn])/.test(format);
}

const COMBINED: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  r: '%I:%M:%S %p',
  c: '%a %b %e %H:%M:%S %Y',
  v: '%e-%b-%Y',
  '+': '%a %b %e %H:%M:%S %Z %Y',
};

/** Same meaning for the fields' names. */
const SAME: Readonly<Record<string, string>> = { e: 'd', k: 'H', I: 'l', B: 'b', h: 'b', P: 'p', L: 'N' };

/** `reader`: Ruby's own takes every format where it is asked for (`Time.strptime` in Ruby expressions). */
export function compileStrptime(format: string, zone: Zone, reader: 'fluentd' | 'ruby' = 'fluentd'): Strptime {
  if (format === '%iso8601') return compileIso({ separator: 'T', fraction: 'optional', end: '%z' }, zone);
  const expanded = expand(format);
  // The combined ones are Ruby's: they make the format one for the lax reader.
  const general = compileGeneral(expanded, zone, reader === 'fluentd' && isQuick(format));
  const iso = /^%Y-%m-%d(T| )%H:%M:%S(\.%[NL])?(Z|%z|%:z| %z)?$/.exec(expanded);
  if (iso === null) return general;
  const fast = compileIso(
    { separator: iso[1]!, fraction: iso[2] === undefined ? 'none' : 'needed', end: iso[3] ?? '' },
    zone,
  );
  // What the fast path does not take (one-digit months …) the general one may.
  const either = (text: string, target: TimeTarget) => fast(text, target) || general(text, target);
  return Object.assign(either, { form: fast.form! });
}

function expand(format: string): string {
  return format.replace(/%([FTXRDxrcv+])/g, (_all, name: string) => COMBINED[name]!);
}

interface Part {
  /** Undefined where nothing is kept: literals, names of days. */
  readonly field: string | undefined;
  readonly regexp: RegExp;
}

/** Part after part, each as long as it can be: neither reader goes back to try a shorter one. */
function compileGeneral(format: string, zone: Zone, quick: boolean): Strptime {
  // Flags and widths are no part of strptime: nothing matches.
  if (/%[-0^#_\d]/.test(format)) return () => false;
  const items = [...format.matchAll(/%(:{0,2}z|[a-zA-Z%])|%|\s+|[^%\s]+/g)];
  const parts: Part[] = [];
  for (const [i, found] of items.entries()) {
    const directive = found[1]?.replace(/^:+/, '');
    const source =
      directive === undefined ? literal(found[0]) : directiveSource(directive, items[i + 1]?.[0] ?? '', quick);
    if (source === undefined) return () => false;
    const isKept = directive !== undefined && source.startsWith('(') && !source.startsWith('(?:');
    parts.push({ field: isKept ? (SAME[directive] ?? directive) : undefined, regexp: new RegExp(source, 'iy') });
  }
  return (text, target) => {
    const at: Record<string, string> = {};
    let position = 0;
    for (const { field, regexp } of parts) {
      regexp.lastIndex = position;
      const match = regexp.exec(text);
      if (match === null) return false;
      position = regexp.lastIndex;
      if (field !== undefined) at[field] = match[1]!.trim();
    }
    return assemble(at, zone, target, quick);
  };
}

function literal(text: string): string {
  return /^\s/.test(text) ? '\\s*' : text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function directiveSource(directive: string, next: string, quick: boolean): string | undefined {
  if (quick) return QUICK[directive] ?? DIRECTIVES[directive];
  // Before more digits Ruby's reader takes a fixed number of them.
  return (
    (/^(?:%[CDdeFGgHIjkLlMmNQRrSsTUuVvWwXxYy]|\d)/.test(next) ? FIXED[directive] : undefined) ?? DIRECTIVES[directive]
  );
}

function assemble(at: Record<string, string>, zone: Zone, target: TimeTarget, quick: boolean): boolean {
  target.nsec = at['N'] === undefined ? 0 : Number(at['N'].padEnd(9, '0').slice(0, 9));
  if (at['s'] !== undefined) {
    target.sec = Number(at['s']);
    return true;
  }
  if (at['Q'] !== undefined) {
    const ms = Number(at['Q']);
    target.sec = Math.floor(ms / 1000);
    target.nsec = (ms - target.sec * 1000) * 1_000_000;
    return true;
  }
  const day = weekDay(at);
  if (day === undefined) return false;
  if (day !== 'none' && day.whole) {
    target.sec = fromLocal(day.midnight, zone);
    return true;
  }
  const time = day === 'none' ? at : { ...at, ...dateFields(day.midnight) };
  const date = calendar(time, quick);
  if (date === undefined) return false;
  const offset = at['z'] ?? at['Z'];
  // Ruby knows few names of zones; with another one the time is local.
  target.sec = offset === undefined || !isKnown(offset) ? fromLocal(date, zone) : date - zoneOffset(offset);
  return true;
}

/** Seconds of the fields taken as UTC; undefined for an impossible date. Fields that are missing are today's. */
function calendar(at: Record<string, string>, quick: boolean): number | undefined {
  const now = new Date();
  const year = yearOf(at, now);
  const hasDate = ['m', 'b', 'd', 'j', 'Y', 'y', 'C'].some((field) => at[field] !== undefined);
  let month =
    at['b'] !== undefined
      ? MONTHS.indexOf(at['b'].slice(0, 3).toLowerCase()) + 1
      : Number(at['m'] ?? (hasDate ? 1 : now.getMonth() + 1));
  let day = Number(at['d'] ?? (hasDate ? 1 : now.getDate()));
  if (at['j'] !== undefined) [month, day] = [1, Number(at['j'])];
  else if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const hour = hourOf(at);
  const minute = Number(at['M'] ?? 0);
  const second = Number(at['S'] ?? 0);
  const isMidnight = hour === 24 && minute === 0 && second === 0 && !quick;
  if ((hour > 23 && !isMidnight) || minute > 59 || second > 60) return undefined;
  // Date.UTC takes years below 100 for those of the last century.
  const midnight =
    year >= 0 && year < 100 ? new Date(0).setUTCFullYear(year, month - 1, day) : Date.UTC(year, month - 1, day);
  return midnight / 1000 + hour * 3600 + minute * 60 + second;
}

function yearOf(at: Record<string, string>, now: Date): number {
  if (at['Y'] !== undefined) return Number(at['Y']);
  if (at['y'] === undefined) return at['C'] === undefined ? now.getFullYear() : Number(at['C']) * 100;
  const short = Number(at['y']);
  if (at['C'] !== undefined) return Number(at['C']) * 100 + short;
  return short < 69 ? 2000 + short : 1900 + short;
}

function hourOf(at: Record<string, string>): number {
  if (at['l'] === undefined) return Number(at['H'] ?? 0);
  const hour = Number(at['l']) % 12;
  return /^p/i.test(at['p'] ?? '') ? hour + 12 : hour;
}

const NAMED: Readonly<Record<string, number>> = {
  EST: -18_000,
  EDT: -14_400,
  CST: -21_600,
  CDT: -18_000,
  MST: -25_200,
  MDT: -21_600,
  PST: -28_800,
  PDT: -25_200,
  JST: 32_400,
  CET: 3600,
  CEST: 7200,
};

function isKnown(zone: string): boolean {
  return !/^[A-Z]+$/i.test(zone) || /^(?:UTC|GMT|UT|Z|[ECMP][SD]T)$/i.test(zone);
}

/** Seconds east of UTC of a zone as logs name it; unknown letters count as UTC. */
export function zoneOffset(text: string): number {
  const short = /^([-+]?)(\d{1,2}):?(\d{0,2})$/.exec(text);
  if (short !== null) return (short[1] === '-' ? -1 : 1) * (Number(short[2]) * 3600 + Number(short[3]) * 60);
  if (/^[A-Z]+$/i.test(text)) return NAMED[text.toUpperCase()] ?? 0;
  return parseZone(text)(0);
}

/**
 * Local wall time → instant. The offset of this machine's zone is that of the instant; that of a `timezone` parameter Fluentd looks up by the wall
 * time taken as UTC, which tells another one in the hours around a change.
 */
export function fromLocal(wall: number, zone: Zone): number {
  const offset = zone(wall);
  return wall - (zone === localZone ? zone(wall - offset) : offset);
}

const ZERO = 48;
const digit = (text: string, i: number) => text.charCodeAt(i) - ZERO;
const two = (text: string, i: number) => digit(text, i) * 10 + digit(text, i + 1);

interface IsoForm {
  readonly separator: string;
  readonly fraction: 'none' | 'needed' | 'optional';
  /** What follows the seconds: nothing, `Z`, `%z`, `%:z`, or ` %z`. */
  readonly end: string;
}

/** `YYYY-MM-DDThh:mm:ss`, a fraction of at most nine digits, an offset. False for anything else, which may still be right in another way. */
function compileIso({ separator, fraction, end }: IsoForm, zone: Zone): Strptime {
  const shape = new RegExp(`^\\d{4}-\\d\\d-\\d\\d${separator}\\d\\d:\\d\\d:\\d\\d$`);
  const hasOffset = end.includes('%');
  const bits =
    (fraction === 'none' ? 0 : fraction === 'needed' ? 17 : 1) |
    (hasOffset ? 2 : 0) |
    (end === 'Z' ? 4 : 0) |
    (end === ' %z' ? 8 : 0);
  const form = { separator, bits, fromWall: hasOffset ? undefined : (seconds: number) => fromLocal(seconds, zone) };
  let known = '';
  let wall = 0;
  const parse = (text: string, target: TimeTarget) => {
    if (known === '' || !text.startsWith(known)) {
      const head = text.slice(0, 19);
      const seconds = shape.test(head) ? wallSeconds(head) : undefined;
      if (seconds === undefined) return false;
      wall = seconds;
      known = head;
    }
    let i = 19;
    target.nsec = 0;
    if (text.charCodeAt(i) === 46) {
      const to = fraction === 'none' ? -1 : readFraction(text, i + 1, target);
      if (to < 0) return false;
      i = to;
    } else if (fraction === 'needed') return false;
    if (!hasOffset) {
      if (end === 'Z' && text.charCodeAt(i) !== 90) return false;
      target.sec = fromLocal(wall, zone);
      return true;
    }
    return readOffset(text, end === ' %z' && text.charCodeAt(i) === 32 ? i + 1 : i, wall, target);
  };
  return Object.assign(parse, { form });
}

function wallSeconds(head: string): number | undefined {
  const [month, day, hour, minute, second] = [5, 8, 11, 14, 17].map((i) => two(head, i)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const year = two(head, 0) * 100 + two(head, 2);
  // Date.UTC takes years below 100 for those of the last century.
  if (year < 100) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** Sets `nsec`; gives where the digits end, or -1 where there are none or more than nine. */
function readFraction(text: string, from: number, target: TimeTarget): number {
  let i = from;
  let unit = 100_000_000;
  for (let d = digit(text, i); d >= 0 && d <= 9; d = digit(text, ++i)) {
    target.nsec += d * unit;
    unit = Math.floor(unit / 10);
  }
  return i === from || i > from + 9 ? -1 : i;
}

function readOffset(text: string, i: number, wall: number, target: TimeTarget): boolean {
  const c = text.charCodeAt(i);
  if (c === 90) {
    target.sec = wall;
    return true;
  }
  if (c !== 43 && c !== 45) return false;
  const colon = text.charCodeAt(i + 3) === 58 ? 1 : 0;
  const seconds = two(text, i + 1) * 3600 + two(text, i + 3 + colon) * 60;
  if (Number.isNaN(seconds)) return false;
  target.sec = c === 43 ? wall - seconds : wall + seconds;
  return true;
}
