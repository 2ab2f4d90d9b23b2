/** Time: its methods and its constructors. */
import { compileStrftime } from '../../pipeline/core/strftime.ts';
import { Float } from '../../pipeline/core/value.ts';
import { parseZone, type Zone } from '../../pipeline/core/zone.ts';
import { compareStrictly, numeric } from '../equal.ts';
import { toFloat } from '../numbers.ts';
import { RubyError, RubyTime, Sym } from '../objects.ts';
import { define, type Method } from './dispatch.ts';

const formats = new Map<string, ReturnType<typeof compileStrftime>>();

function strftime(time: RubyTime, format: string): string {
  const key = `${time.offset}${time.utc}/${format}`;
  let compiled = formats.get(key);
  if (compiled === undefined) {
    if (formats.size > 200) formats.clear();
    const zone: Zone = () => time.offset;
    compiled = compileStrftime(time.utc ? format.replaceAll('%Z', 'UTC') : format, zone);
    formats.set(key, compiled);
  }
  return compiled(time.sec, time.nsec);
}

/** A time from seconds that may have a fraction. */
function at(seconds: unknown, offset?: number): RubyTime {
  if (seconds instanceof RubyTime) return new RubyTime(seconds.sec, seconds.nsec, offset);
  const value = Number(seconds instanceof Float ? seconds.value : seconds);
  if (
    Number.isNaN(value) ||
    (typeof seconds !== 'number' && typeof seconds !== 'bigint' && !(seconds instanceof Float))
  ) {
    throw new RubyError('TypeError', `can't convert ${seconds === null ? 'nil' : 'String'} into an exact number`);
  }
  const whole = Math.floor(value);
  return new RubyTime(whole, Math.floor((value - whole) * 1e9), offset);
}

const shift = (time: RubyTime, by: unknown, sign: number): RubyTime => {
  const seconds = Number(numeric(by)) * sign;
  const total = time.nsec + Math.round((seconds - Math.floor(seconds)) * 1e9);
  return new RubyTime(time.sec + Math.floor(seconds) + Math.floor(total / 1e9), total % 1e9, time.offset, time.utc);
};

const iso: Method = (self: RubyTime, [digits = 0]) => {
  const part = Number(digits) > 0 ? `.%${digits}N` : '';
  return strftime(self, `%Y-%m-%dT%H:%M:%S${part}`) + (self.utc ? 'Z' : strftime(self, '%:z'));
};
const utc: Method = (self: RubyTime) => new RubyTime(self.sec, self.nsec, 0, true);
const local: Method = (self: RubyTime, [offset]) =>
  new RubyTime(
    self.sec,
    self.nsec,
    offset === undefined ? undefined : typeof offset === 'string' ? parseZone(offset)(self.sec) : Number(offset),
  );
const unit =
  (read: (date: Date) => number): Method =>
  (self: RubyTime) =>
    read(self.date);

define('Time', {
  strftime: (self: RubyTime, [format]) => strftime(self, format),
  to_i: (self: RubyTime) => self.sec,
  tv_sec: (self: RubyTime) => self.sec,
  to_f: (self: RubyTime) => toFloat(self.sec + self.nsec / 1e9),
  to_r: (self: RubyTime) => toFloat(self.sec + self.nsec / 1e9),
  nsec: (self: RubyTime) => self.nsec,
  tv_nsec: (self: RubyTime) => self.nsec,
  usec: (self: RubyTime) => Math.floor(self.nsec / 1000),
  iso8601: iso,
  xmlschema: iso,
  utc,
  getutc: utc,
  gmtime: utc,
  getgm: utc,
  localtime: local,
  getlocal: local,
  'utc?': (self: RubyTime) => self.utc,
  utc_offset: (self: RubyTime) => self.offset,
  gmt_offset: (self: RubyTime) => self.offset,
  zone: (self: RubyTime) => (self.utc ? 'UTC' : strftime(self, '%Z') || null),
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
  'monday?': unit((d) => Number(d.getUTCDay() === 1)),
  round: (self) => self,
  '+': (self: RubyTime, [by]) => shift(self, by, 1),
  '-': (self: RubyTime, [by]) =>
    by instanceof RubyTime ? toFloat(self.sec - by.sec + (self.nsec - by.nsec) / 1e9) : shift(self, by, -1),
  '<': (self, [other]) => compareStrictly(self, other) < 0,
  '>': (self, [other]) => compareStrictly(self, other) > 0,
  '<=': (self, [other]) => compareStrictly(self, other) <= 0,
  '>=': (self, [other]) => compareStrictly(self, other) >= 0,
  to_time: (self) => self,
});

function parse(text: unknown): RubyTime {
  const source = String(text);
  const found = /(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s*(Z|UTC|[-+]\d\d:?\d\d)?/.exec(
    source,
  );
  if (found === null) return parseLoose(source);
  const [, y, mo, d, h = 0, mi = 0, s = 0, frac = '', zone] = found;
  const seconds = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s)) / 1000;
  const nsec = Number(frac.padEnd(9, '0').slice(0, 9));
  if (zone === undefined) {
    const guess = new RubyTime(seconds, nsec);
    return new RubyTime(seconds - guess.offset, nsec);
  }
  const offset = parseZone(zone)(0);
  return new RubyTime(seconds - offset, nsec, offset, zone === 'Z' || zone === 'UTC');
}

function parseLoose(source: string): RubyTime {
  const ms = Date.parse(source);
  if (Number.isNaN(ms)) throw new RubyError('ArgumentError', `no time information in ${JSON.stringify(source)}`);
  return new RubyTime(Math.floor(ms / 1000), (ms % 1000) * 1_000_000);
}

function now(): RubyTime {
  const ms = Date.now();
  return new RubyTime(Math.floor(ms / 1000), (ms % 1000) * 1_000_000);
}

function made(args: readonly number[], isUtc: boolean): RubyTime {
  const [y = 1970, mo = 1, d = 1, h = 0, mi = 0, s = 0] = args.map(Number);
  const seconds = Date.UTC(y, mo - 1, d, h, mi, s) / 1000;
  if (isUtc) return new RubyTime(seconds, 0, 0, true);
  return new RubyTime(seconds - new RubyTime(seconds, 0).offset, 0);
}

const SCALE: Readonly<Record<string, number>> = {
  millisecond: 1e6,
  usec: 1e3,
  microsecond: 1e3,
  nsec: 1,
  nanosecond: 1,
};

define('Time.', {
  now,
  at: (_self, [seconds, sub, unitName]) => {
    const time = at(seconds);
    if (sub === undefined || sub instanceof Map) return time;
    const nanos = Number(numeric(sub)) * (unitName instanceof Sym ? (SCALE[unitName.name] ?? 1e3) : 1e3);
    return shift(new RubyTime(time.sec, time.nsec), nanos / 1e9, 1);
  },
  new: (_self, args) => (args.length === 0 ? now() : made(args, false)),
  mktime: (_self, args) => made(args, false),
  local: (_self, args) => made(args, false),
  utc: (_self, args) => made(args, true),
  gm: (_self, args) => made(args, true),
  parse: (_self, [text]) => parse(text),
  iso8601: (_self, [text]) => parse(text),
  strptime: (_self, [text]) => parse(text),
});
