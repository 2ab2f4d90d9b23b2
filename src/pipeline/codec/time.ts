/** Event times from text and numbers, by the time parameters that parsers share. */
import { compileStrftime as compile, type Strftime } from '../core/strftime.ts';
import { Float, type Value } from '../core/value.ts';
import { localZone, parseZone, utcZone, type Zone } from '../core/zone.ts';
import { compileStrptime, type TimeTarget } from './strptime.ts';

export interface ZoneOptions {
  readonly utc?: boolean | undefined;
  readonly localtime?: boolean | undefined;
  readonly timezone?: string | undefined;
}

/** `timezone` wins, then `utc`, then local time. */
export function zoneOf({ utc, localtime, timezone }: ZoneOptions): Zone {
  if (timezone !== undefined) return parseZone(timezone);
  return utc === true || localtime === false ? utcZone : localZone;
}

export function compileStrftime(format: string, options: ZoneOptions): Strftime {
  return compile(format, zoneOf(options));
}

export interface TimeOptions extends ZoneOptions {
  readonly time_type: 'float' | 'unixtime' | 'string' | 'mixed';
  readonly time_format?: string | undefined;
  readonly time_format_fallbacks?: readonly string[] | undefined;
}

/** False when the value is no time of this kind; else `target` is set. */
export type TimeParser = (value: Value, target: TimeTarget) => boolean;

export function compileTimeParser(options: TimeOptions): TimeParser {
  const { time_type: type } = options;
  if (type === 'float') return parseFloatTime;
  if (type === 'unixtime') return parseUnixTime;
  const first = ofFormat(options.time_format, options);
  if (type === 'string') return first;
  const all = [first, ...(options.time_format_fallbacks ?? []).map((format) => ofFormat(format, options))];
  return (value, target) => all.some((parse) => parse(value, target));
}

function ofFormat(format: string | undefined, options: ZoneOptions): TimeParser {
  if (format === 'unixtime') return parseUnixTime;
  if (format === 'float') return parseFloatTime;
  const zone = zoneOf(options);
  if (format === undefined) return (value, target) => typeof value === 'string' && parseFree(value, zone, target);
  const strptime = compileStrptime(format, zone);
  return (value, target) => {
    if (typeof value === 'string') return strptime(value, target);
    return (typeof value === 'number' || typeof value === 'bigint') && strptime(String(value), target);
  };
}

/** Digits are read from the text, so that a fraction keeps all its nanoseconds. */
function parseFloatTime(value: Value, target: TimeTarget): boolean {
  const text = numberText(value);
  const found = text === undefined ? null : /^\s*([-+]?\d+)(?:\.(\d*))?/.exec(text);
  if (found === null) return false;
  target.sec = Number(found[1]);
  target.nsec = Number((found[2] ?? '').padEnd(9, '0').slice(0, 9));
  return true;
}

function parseUnixTime(value: Value, target: TimeTarget): boolean {
  const text = numberText(value);
  const seconds = text === undefined ? Number.NaN : Number.parseInt(text, 10);
  if (Number.isNaN(seconds)) return false;
  target.sec = seconds;
  target.nsec = 0;
  return true;
}

function numberText(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Float) return String(value.value);
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

const FREE = [
  '%Y-%m-%dT%H:%M:%S.%N%z',
  '%Y-%m-%dT%H:%M:%S%z',
  '%Y-%m-%d %H:%M:%S %z',
  '%Y-%m-%d %H:%M:%S.%N',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%dT%H:%M:%S',
  '%Y-%m-%d',
  '%a, %d %b %Y %H:%M:%S %z',
  '%d/%b/%Y:%H:%M:%S %z',
  '%a %b %d %H:%M:%S %Y',
  '%b %d %H:%M:%S',
];

/** Without a format: the usual spellings, as Ruby's Time.parse takes them. */
function parseFree(text: string, zone: Zone, target: TimeTarget): boolean {
  return FREE.some((format) => compileStrptime(format, zone)(text, target));
}
