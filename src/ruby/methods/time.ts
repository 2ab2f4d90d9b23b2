/** Time: its methods and its constructors. */
import { compileFreeTime } from '../../pipeline/codec/free-time.ts';
import { compileStrptime, zoneOffset } from '../../pipeline/codec/strptime.ts';
import { compileStrftime } from '../../pipeline/core/strftime.ts';
import { localZone, parseZone, type Zone } from '../../pipeline/core/zone.ts';
import { int, kindOf, text as need } from '../arguments.ts';
import { compareStrictly, numeric } from '../equal.ts';
import { RHash } from '../hash.ts';
import { isFloat, toFloat } from '../numbers.ts';
import { RubyDateTime, RubyError, RubyTime, Sym } from '../objects.ts';
import { define, type Method } from './dispatch.ts';

const formats = new Map<string, ReturnType<typeof compileStrftime>>();

export function strftime(time: RubyTime, format: string): string {
  const key = `${time.offset} ${time.zoneName} ${format}`;
  let compiled = formats.get(key);
  if (compiled === undefined) {
    if (formats.size > 200) formats.clear();
    const zone: Zone = () => time.offset;
    compiled = compileStrftime(format, zone, () => time.zoneName);
    formats.set(key, compiled);
  }
  return compiled(time.sec, time.nsec);
}

/** Seconds and nanoseconds of a number that may have a fraction. */
function split(value: unknown): [number, number] {
  const number = numeric(value);
  if (number === undefined) throw new RubyError('TypeError', `can't convert ${kindOf(value)} into an exact number`);
  if (!isFloat(value)) return [Number(number), 0];
  // A Float is the binary fraction it is: Ruby cuts it at nanoseconds, it does not round.
  const seconds = Math.floor(Number(number));
  const fraction = Number(number) - seconds;
  return [seconds, Math.floor(fraction * 1e9)];
}

function shift(time: RubyTime, by: unknown, sign: number): RubyTime {
  if (numeric(by) === undefined) throw new RubyError('TypeError', `can't convert ${kindOf(by)} into an exact number`);
  const [sec, nsec] = split(by);
  const total = time.nsec + sign * nsec;
  const carry = Math.floor(total / 1e9);
  return time.moved(time.sec + sign * sec + carry, total - carry * 1e9);
}

/** `+09:00`, `UTC`, `Z`, seconds. */
function offsetOf(zone: unknown): number {
  if (typeof zone === 'number') return zone;
  const text = need(zone);
  if (!/^(?:[-+]\d\d(?::?\d\d)?(?::?\d\d)?|UTC|Z|[A-IK-Z])$/.test(text))
    throw new RubyError(
      'ArgumentError',
      `"+HH:MM", "-HH:MM", "UTC" or "A".."I","K".."Z" expected for utc_offset: ${text}`,
    );
  return parseZone(text)(0);
}

function inZone(sec: number, nsec: number, zone: unknown): RubyTime {
  if (zone === 'UTC' || zone === 'Z') return new RubyTime(sec, nsec, 0, true);
  return new RubyTime(sec, nsec, offsetOf(zone));
}

const iso: Method = (self: RubyTime, [digits = 0]) => {
  const part = int(digits) > 0 ? `.%${int(digits)}N` : '';
  const zone = self.utc && !(self instanceof RubyDateTime) ? 'Z' : strftime(self, '%:z');
  return strftime(self, `%Y-%m-%dT%H:%M:%S${part}`) + zone;
};
const utc: Method = (self: RubyTime) => new RubyTime(self.sec, self.nsec, 0, true);
const local: Method = (self: RubyTime, [zone]) =>
  zone === undefined || zone === null ? new RubyTime(self.sec, self.nsec) : inZone(self.sec, self.nsec, zone);
const unit =
  (read: (date: Date) => number): Method =>
  (self: RubyTime) =>
    read(self.date);
const weekday =
  (day: number): Method =>
  (self: RubyTime) =>
    self.date.getUTCDay() === day;
const rounding =
  (round: (x: number) => number): Method =>
  (self: RubyTime, [digits = 0]) => {
    const step = 10 ** (9 - int(digits));
    const nsec = round(self.nsec / step) * step;
    return nsec >= 1e9 ? self.moved(self.sec + 1, 0) : self.moved(self.sec, nsec);
  };

define('Time', {
  strftime: (self: RubyTime, [format]) => strftime(self, need(format)),
  to_i: (self: RubyTime) => self.sec,
  tv_sec: (self: RubyTime) => self.sec,
  to_f: (self: RubyTime) => toFloat(Number(BigInt(self.sec) * 1_000_000_000n + BigInt(self.nsec)) / 1e9),
  nsec: (self: RubyTime) => self.nsec,
  tv_nsec: (self: RubyTime) => self.nsec,
  usec: (self: RubyTime) => Math.floor(self.nsec / 1000),
  iso8601: iso,
  xmlschema: iso,
  rfc3339: iso,
  httpdate: (self: RubyTime) => strftime(new RubyTime(self.sec, self.nsec, 0, true), '%a, %d %b %Y %H:%M:%S GMT'),
  rfc2822: (self: RubyTime) => strftime(self, `%a, %d %b %Y %H:%M:%S ${self.utc ? '-0000' : '%z'}`),
  utc,
  getutc: utc,
  gmtime: utc,
  getgm: utc,
  localtime: local,
  getlocal: local,
  'utc?': (self: RubyTime) => self.utc,
  'gmt?': (self: RubyTime) => self.utc,
  utc_offset: (self: RubyTime) => self.offset,
  gmt_offset: (self: RubyTime) => self.offset,
  zone: (self: RubyTime) => self.zoneName || null,
  year: unit((d) => d.getUTCFullYear()),
  month: unit((d) => d.getUTCMonth() + 1),
  mon: unit((d) => d.getUTCMonth() + 1),
  day: unit((d) => d.getUTCDate()),
  mday: unit((d) => d.getUTCDate()),
  hour: unit((d) => d.getUTCHours()),
  min: unit((d) => d.getUTCMinutes()),
  sec: unit((d) => d.getUTCSeconds()),
  wday: unit((d) => d.getUTCDay()),
  yday: (self: RubyTime) => Number(strftime(self, '%-j')),
  'sunday?': weekday(0),
  'monday?': weekday(1),
  'tuesday?': weekday(2),
  'wednesday?': weekday(3),
  'thursday?': weekday(4),
  'friday?': weekday(5),
  'saturday?': weekday(6),
  round: rounding(Math.round),
  floor: rounding(Math.floor),
  ceil: rounding(Math.ceil),
  '+': (self: RubyTime, [by]) => shift(self, by, 1),
  '-': (self: RubyTime, [by]) =>
    by instanceof RubyTime ? toFloat(self.sec - by.sec + (self.nsec - by.nsec) / 1e9) : shift(self, by, -1),
  '<': (self, [other]) => compareStrictly(self, other) < 0,
  '>': (self, [other]) => compareStrictly(self, other) > 0,
  '<=': (self, [other]) => compareStrictly(self, other) <= 0,
  '>=': (self, [other]) => compareStrictly(self, other) >= 0,
  'between?': (self, [a, b]) => compareStrictly(self, a) >= 0 && compareStrictly(self, b) <= 0,
  to_time: (self: RubyTime) => new RubyTime(self.sec, self.nsec, self.offset, self.utc),
  to_a: (self: RubyTime) => {
    const d = self.date;
    const yday = Number(strftime(self, '%-j'));
    return [
      d.getUTCSeconds(),
      d.getUTCMinutes(),
      d.getUTCHours(),
      d.getUTCDate(),
      d.getUTCMonth() + 1,
      d.getUTCFullYear(),
      d.getUTCDay(),
      yday,
      false,
      self.zoneName || null,
    ];
  },
});

const free = compileFreeTime(localZone);
const ZONE = /(?:\d|\s)(z|utc|gmt|[a-z]{3}|[-+]\d{1,2}:?\d{2})\s*(?:\d{4})?$/i;
const target = { sec: 0, nsec: 0 };

/** The zone that a text names is kept: the time shows itself in it. */
function placed(text: string): RubyTime {
  const { sec, nsec } = target;
  const zone = ZONE.exec(text)?.[1];
  if (zone === undefined) return new RubyTime(sec, nsec);
  return new RubyTime(sec, nsec, zoneOffset(zone), /^(?:z|utc|gmt)$/i.test(zone));
}

export function parse(value: unknown): RubyTime {
  const text = need(value);
  if (!free(text, target))
    throw new RubyError(
      'ArgumentError',
      /\d/.test(text) ? 'argument out of range' : `no time information in ${JSON.stringify(text)}`,
    );
  return placed(text);
}

/** A strict form: date, `T`, time, zone. */
function parseIso(value: unknown): RubyTime {
  const text = need(value);
  if (!/^\s*[-+]?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d(?::?\d\d)?)?\s*$/i.test(text))
    throw new RubyError('ArgumentError', `invalid xmlschema date: ${JSON.stringify(text)}`);
  return parse(text);
}

export function strptime(value: unknown, format: unknown): RubyTime {
  const text = need(value);
  if (!compileStrptime(need(format), localZone, 'ruby')(text, target))
    throw new RubyError('ArgumentError', `invalid date or strptime format - \`${text}' \`${format}'`);
  if (/%s/.test(format as string) || !/%:*[zZ]/.test(format as string)) return new RubyTime(target.sec, target.nsec);
  return placed(text);
}

export function now(): RubyTime {
  const ms = Date.now();
  return new RubyTime(Math.floor(ms / 1000), (ms % 1000) * 1_000_000);
}

function made(args: readonly unknown[], isUtc: boolean): RubyTime {
  const [y = 1970, mo, d, h, mi, s, zone] = args;
  const whole = [y, mo ?? 1, d ?? 1, h ?? 0, mi ?? 0].map((part) =>
    int(typeof part === 'string' ? Number(part) : part),
  );
  const [year, month, day, hour, minute] = whole as [number, number, number, number, number];
  const [second, nsec] = split(s ?? 0);
  if (
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > 31 ||
    hour < 0 ||
    hour > 24 ||
    minute < 0 ||
    minute > 59 ||
    second > 60
  )
    throw new RubyError('ArgumentError', 'argument out of range');
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  if (isUtc) return new RubyTime(seconds, nsec, 0, true);
  if (zone !== undefined && zone !== null) return inZone(seconds - offsetOf(zone), nsec, zone);
  return new RubyTime(seconds - new RubyTime(seconds, 0).offset, nsec);
}

const UNITS: Readonly<Record<string, number>> = {
  millisecond: 1e6,
  usec: 1e3,
  microsecond: 1e3,
  nsec: 1,
  nanosecond: 1,
};

function at(args: readonly unknown[]): RubyTime {
  const options = args.at(-1) instanceof RHash ? (args.at(-1) as RHash) : undefined;
  const [seconds, sub, unitName] = options === undefined ? args : args.slice(0, -1);
  const zone = options?.get(Sym.of('in'));
  let [sec, nsec] = seconds instanceof RubyTime ? [seconds.sec, seconds.nsec] : split(seconds);
  if (sub !== undefined) {
    const nanos = Number(numeric(sub)) * (unitName instanceof Sym ? (UNITS[unitName.name] ?? 1e3) : 1e3);
    nsec += Math.floor(nanos);
    sec += Math.floor(nsec / 1e9);
    nsec -= Math.floor(nsec / 1e9) * 1e9;
  }
  return zone === undefined ? new RubyTime(sec, nsec) : inZone(sec, nsec, zone);
}

define('Time.', {
  now,
  at: (_self, args) => at(args),
  new: (_self, args) => (args.length === 0 ? now() : made(args, false)),
  mktime: (_self, args) => made(args, false),
  local: (_self, args) => made(args, false),
  utc: (_self, args) => made(args, true),
  gm: (_self, args) => made(args, true),
  parse: (_self, [text]) => parse(text),
  iso8601: (_self, [text]) => parseIso(text),
  strptime: (_self, [text, format]) => strptime(text, format),
});
