/** Event times from text and numbers and back, by the time parameters that parsers and formatters share. */
import type { TimeForm } from '../core/columns.ts';
import { PluginConfigError } from '../core/errors.ts';
import { compileStrftime as compile, type Strftime } from '../core/strftime.ts';
import { Float, type Value } from '../core/value.ts';
import { checkZone, localZone, parseZone, utcZone, type Zone } from '../core/zone.ts';
import { compileFreeTime } from './free-time.ts';
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

export interface TimeFormatOptions extends ZoneOptions {
  readonly time_type: 'float' | 'unixtime' | 'string' | 'mixed';
  readonly time_format?: string | undefined;
}

/** The text of an event time. Without a format it is ISO 8601: with `Z` in UTC, else with the offset. */
export function compileTimeFormat(options: TimeFormatOptions): Strftime {
  checkZone(options.timezone);
  if (options.time_type === 'unixtime') return (sec) => String(sec);
  if (options.time_type !== 'string') return floatText;
  if (options.time_format !== undefined) return compileStrftime(options.time_format, options);
  const utc = options.timezone === undefined && (options.utc === true || options.localtime === false);
  return compileStrftime(utc ? '%Y-%m-%dT%H:%M:%SZ' : '%Y-%m-%dT%H:%M:%S%:z', options);
}

/** Fluentd writes a whole second with eight zeros. */
function floatText(sec: number, nsec: number): string {
  return `${sec}.${nsec === 0 ? '00000000' : String(nsec).padStart(9, '0')}`;
}

export interface TimeOptions extends TimeFormatOptions {
  readonly time_format_fallbacks?: readonly string[] | undefined;
}

/** False when the value is no time of this kind; else `target` is set. */
export interface TimeParser {
  (value: Value, target: TimeTarget): boolean;
  /** Where texts of one form are all it takes: that form. Others may be taken, too. */
  readonly form?: TimeForm | undefined;
}

/** @throws PluginConfigError for parameters that contradict each other */
export function compileTimeParser(options: TimeOptions): TimeParser {
  const { time_type: type, time_format: format } = options;
  checkZone(options.timezone);
  if (type === 'float') return parseFloatTime;
  if (type === 'unixtime') return parseUnixTime;
  if (type === 'string') return ofFormat(format, options);
  const formats = [...(format === undefined ? [] : [format]), ...(options.time_format_fallbacks ?? [])];
  if (formats.length === 0)
    throw new PluginConfigError('time_type is :mixed but time_format and time_format_fallbacks is empty.');
  const all = formats.map((each) => fallback(each, options));
  return (value, target) => all.some((parse) => parse(value, target));
}

/** A format among several: numbers count only where the whole text is one. */
function fallback(format: string, options: TimeOptions): TimeParser {
  if (format !== 'unixtime' && format !== 'float') return ofFormat(format, options);
  const parse = format === 'unixtime' ? parseUnixTime : parseFloatTime;
  return (value, target) =>
    /^\s*[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?\s*$/i.test(numberText(value) ?? '') && parse(value, target);
}

function ofFormat(format: string | undefined, options: TimeOptions): TimeParser {
  const zone = zoneOf(options);
  if (format === undefined) {
    if (zone !== localZone) throw new PluginConfigError('specifying timezone requires time format');
    const parse = compileFreeTime(zone);
    return (value, target) => typeof value === 'string' && parse(value, target);
  }
  const strptime = compileStrptime(format, zone);
  const parse = (value: Value, target: TimeTarget) => typeof value === 'string' && strptime(value, target);
  return Object.assign(parse, { form: strptime.form });
}

/** Digits are read from the text, so that a fraction keeps all its nanoseconds; no digits at all are 0, as in Ruby. */
function parseFloatTime(value: Value, target: TimeTarget): boolean {
  const text = numberText(value);
  if (text === undefined) return false;
  const [seconds = '', fraction = ''] = text.split('.', 2);
  target.sec = Number.parseInt(seconds, 10) || 0;
  target.nsec = Number.parseInt(fraction.padEnd(9, '0').slice(0, 9), 10) || 0;
  return true;
}

function parseUnixTime(value: Value, target: TimeTarget): boolean {
  const text = numberText(value);
  if (text === undefined) return false;
  target.sec = Number.parseInt(text, 10) || 0;
  target.nsec = 0;
  return true;
}

function numberText(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof Float) return String(value.value);
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}
