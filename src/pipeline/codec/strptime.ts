/**
 * Ruby's strptime, compiled once per format: text → seconds and nanoseconds.
 *
 * Fluentd's corners that count: `%N` and `%L` take any number of digits, `%3N` matches nothing; text behind the format is ignored;
 * white space in the format matches any. ISO 8601 formats take a fast path that parses the part up to the second once per
 * second of the input.
 */
import { parseZone, type Zone } from '../core/zone.ts';

/** Where a parser puts its result; one object is used again and again. */
export interface TimeTarget {
  sec: number;
  nsec: number;
}

/** True when the text matched; then `target` is set. */
export type Strptime = (text: string, target: TimeTarget) => boolean;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const DAY = '(?:sun(?:day)?|mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?|sat(?:urday)?)';

/** Directive → its regexp; a capturing group where it says something. */
const DIRECTIVES: Readonly<Record<string, string>> = {
  Y: '([-+]?\\d{1,4})',
  y: '(\\d{2})',
  m: '(\\d{1,2})',
  d: '( ?\\d{1,2})',
  e: '( ?\\d{1,2})',
  j: '(\\d{1,3})',
  H: '( ?\\d{1,2})',
  k: '( ?\\d{1,2})',
  I: '( ?\\d{1,2})',
  l: '( ?\\d{1,2})',
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
  n: '\\s+',
  t: '\\s+',
  '%': '%',
};

const COMBINED: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  r: '%I:%M:%S %p',
  c: '%a %b %e %H:%M:%S %Y',
};

/** Same meaning for the fields' names. */
const SAME: Readonly<Record<string, string>> = { e: 'd', k: 'H', I: 'l', B: 'b', h: 'b', P: 'p', L: 'N' };

export function compileStrptime(format: string, zone: Zone): Strptime {
  if (format === '%iso8601') return compileIso('T', true, true, zone);
  const iso = /^%Y-%m-%d(T| )%H:%M:%S(\.%[NL])?(Z|%z|%:z| %z)?$/.exec(expand(format));
  const general = compileGeneral(expand(format), zone);
  if (iso === null) return general;
  const fast = compileIso(
    iso[1]!,
    iso[2] !== undefined,
    iso[3]?.includes('%') ?? false,
    zone,
    iso[3] === 'Z',
    iso[3] === ' %z',
  );
  // What the fast path does not take (one-digit months …) the general one may.
  return (text, target) => fast(text, target) || general(text, target);
}

function expand(format: string): string {
  return format.replace(/%([FTXRDxrc])/g, (_all, name: string) => COMBINED[name]!);
}

function compileGeneral(format: string, zone: Zone): Strptime {
  const fields: string[] = [];
  let source = '^';
  for (const found of format.matchAll(/%(:{0,2}z|[-0^#_]*[a-zA-Z%])|%|\s+|[^%\s]+/g)) {
    const directive = found[1]?.replace(/^:+/, '').replace(/^[-0^#_]+/, '');
    if (directive === undefined) {
      source += /^\s/.test(found[0]) ? '\\s*' : found[0].replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      continue;
    }
    const regexp = DIRECTIVES[directive];
    if (regexp === undefined) return () => false;
    if (regexp.startsWith('(') && !regexp.startsWith('(?:')) fields.push(SAME[directive] ?? directive);
    source += regexp;
  }
  // A width (`%3N`) is no directive of strptime: nothing matches.
  if (/%\d/.test(format)) return () => false;
  const compiled = new RegExp(source, 'i');
  return (text, target) => {
    const match = compiled.exec(text);
    return match !== null && assemble(fields, match, zone, target);
  };
}

function assemble(fields: readonly string[], match: RegExpExecArray, zone: Zone, target: TimeTarget): boolean {
  const at: Record<string, string> = {};
  fields.forEach((field, i) => {
    at[field] = match[i + 1]!.trim();
  });
  target.nsec = at['N'] === undefined ? 0 : Number(at['N'].padEnd(9, '0').slice(0, 9));
  if (at['s'] !== undefined) {
    target.sec = Number(at['s']);
    return true;
  }
  const date = calendar(at);
  if (date === undefined) return false;
  const offset = at['z'] ?? at['Z'];
  // Ruby knows few names of zones; with another one the time is local.
  target.sec = offset === undefined || !isKnown(offset) ? fromLocal(date, zone) : date - zoneOffset(offset);
  return true;
}

/** Seconds of the fields taken as UTC; undefined for an impossible date. Fields that are missing are today's. */
function calendar(at: Record<string, string>): number | undefined {
  const now = new Date();
  const year = yearOf(at, now);
  const hasDate = ['m', 'b', 'd', 'j', 'Y', 'y'].some((field) => at[field] !== undefined);
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
  if (hour > 24 || minute > 59 || second > 60) return undefined;
  // Date.UTC takes years below 100 for those of the last century.
  const midnight =
    year >= 0 && year < 100 ? new Date(0).setUTCFullYear(year, month - 1, day) : Date.UTC(year, month - 1, day);
  return midnight / 1000 + hour * 3600 + minute * 60 + second;
}

function yearOf(at: Record<string, string>, now: Date): number {
  if (at['Y'] !== undefined) return Number(at['Y']);
  if (at['y'] === undefined) return now.getFullYear();
  const short = Number(at['y']);
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
  if (/^[A-Z]+$/i.test(text)) return NAMED[text.toUpperCase()] ?? 0;
  return parseZone(text)(0);
}

/** Local wall time → instant: the offset is that of the instant itself. */
export function fromLocal(wall: number, zone: Zone): number {
  const guess = wall - zone(wall);
  return wall - zone(guess);
}

const ZERO = 48;
const digit = (text: string, i: number) => text.charCodeAt(i) - ZERO;
const two = (text: string, i: number) => digit(text, i) * 10 + digit(text, i + 1);

/** `YYYY-MM-DDThh:mm:ss`, a fraction, an offset. */
function compileIso(
  separator: string,
  fraction: boolean,
  offset: boolean,
  zone: Zone,
  zulu = false,
  spaced = false,
): Strptime {
  const shape = new RegExp(`^\\d{4}-\\d\\d-\\d\\d${separator}\\d\\d:\\d\\d:\\d\\d$`);
  let known = '';
  let wall = 0;
  return (text, target) => {
    if (known === '' || !text.startsWith(known)) {
      const head = text.slice(0, 19);
      if (!shape.test(head)) return false;
      const month = two(head, 5);
      const day = two(head, 8);
      if (
        month < 1 ||
        month > 12 ||
        day < 1 ||
        day > 31 ||
        two(head, 11) > 24 ||
        two(head, 14) > 59 ||
        two(head, 17) > 60
      )
        return false;
      wall =
        Date.UTC(two(head, 0) * 100 + two(head, 2), month - 1, day, two(head, 11), two(head, 14), two(head, 17)) / 1000;
      known = head;
    }
    let i = 19;
    let nsec = 0;
    if (text.charCodeAt(i) === 46) {
      if (!fraction) return false;
      let unit = 100_000_000;
      const from = ++i;
      for (let d = digit(text, i); d >= 0 && d <= 9; d = digit(text, ++i)) {
        nsec += d * unit;
        unit = Math.floor(unit / 10);
      }
      if (i === from) return false;
    } else if (fraction && separator === 'T' && !offset) return false;
    target.nsec = nsec;
    if (zulu && text.charCodeAt(i) !== 90) return false;
    if (!offset) {
      target.sec = fromLocal(wall, zone);
      return true;
    }
    return readOffset(text, spaced && text.charCodeAt(i) === 32 ? i + 1 : i, wall, target);
  };
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
