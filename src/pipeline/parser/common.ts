/** What all parsers share: the time field, `types`, null values. Each parser spreads COMMON into its schema and calls `finisher`. */

import type { RegexpText } from '../../config/schema.ts';
import { compileRegexp } from '../../ruby/regexp.ts';
import type { TimeTarget } from '../codec/strptime.ts';
import { compileTimeParser, type TimeOptions } from '../codec/time.ts';
import { ParserError, PluginConfigError } from '../core/errors.ts';
import { type LogEvent, NO_TIME } from '../core/event.ts';
import { Float, fromBytes, parseJson, toBytes, type Value } from '../core/value.ts';

export const COMMON = {
  time_key: { type: 'string', default: 'time', doc: 'Field that holds the event time.' },
  time_type: {
    type: 'enum',
    values: ['float', 'unixtime', 'string', 'mixed'],
    default: 'string',
    doc: 'What kind of value the time is.',
  },
  time_format: { type: 'string', doc: 'strptime of the time; `%iso8601` for that.' },
  time_format_fallbacks: { type: 'array', default: '', doc: 'With time_type mixed: formats tried after time_format.' },
  keep_time_key: { type: 'bool', default: 'false', doc: 'Leave the time field in the record.' },
  estimate_current_event: { type: 'bool', default: 'true', doc: 'Take the current time where a record has none.' },
  timezone: { type: 'string', doc: 'Zone of times that name none: `+09:00`, `Asia/Tokyo`.' },
  utc: { type: 'bool', doc: 'Times that name no zone are UTC.' },
  localtime: { type: 'bool', default: 'true', doc: 'Times that name no zone are local.' },
  types: { type: 'hash', doc: 'Types of fields: `a:integer,b:float,c:bool,d:time:%Y,e:array:,`.' },
  null_value_pattern: { type: 'regexp', doc: 'Values that match become null.' },
  null_empty_string: { type: 'bool', default: 'false', doc: 'Empty values become null.' },
  timeout: { type: 'time', doc: 'Longest time for one line; the regexps here need none.', fluentd: 'ignored' },
} as const;

export interface CommonConfig {
  readonly time_key: string;
  readonly time_type: TimeOptions['time_type'];
  readonly time_format: string | undefined;
  readonly time_format_fallbacks: readonly string[];
  readonly keep_time_key: boolean;
  readonly estimate_current_event: boolean;
  readonly timezone: string | undefined;
  readonly utc: boolean | undefined;
  readonly localtime: boolean;
  readonly types: Readonly<Record<string, unknown>> | undefined;
  readonly null_value_pattern: RegexpText | undefined;
  readonly null_empty_string: boolean;
}

/** Completes an event whose fields are set. False: it has no time and none may be estimated, so the line is unmatched. */
export type Finish = (event: LogEvent) => boolean;

export function finisher(config: CommonConfig, timeType?: TimeOptions['time_type']): Finish {
  const setTime = timeSetter({ ...config, time_type: timeType ?? config.time_type });
  const convert = converter(config);
  if (convert === undefined) return setTime;
  return (event) => {
    const ok = setTime(event);
    convert(event);
    return ok;
  };
}

function timeSetter(config: CommonConfig): Finish {
  const parse = compileTimeParser(config);
  const { time_key: key, keep_time_key: keep, estimate_current_event: estimate } = config;
  const target: TimeTarget = { sec: 0, nsec: 0 };
  return (event) => {
    const slot = event.slot(key);
    if (slot === undefined) {
      event.sec = NO_TIME;
      return estimate;
    }
    if (!parse(timeValue(event, slot, key), target)) {
      throw new ParserError(`invalid time value: value = ${String(event.get(key)).slice(0, 100)}`);
    }
    event.sec = target.sec;
    event.nsec = target.nsec;
    if (!keep) event.delete(key);
    return true;
  };
}

/** A time without escapes is read straight from the JSON text. */
function timeValue(event: LogEvent, slot: unknown, key: string): Value {
  if (typeof slot !== 'string') return event.get(key)!;
  if (slot.charCodeAt(0) === 34 && !slot.includes('\\')) return slot.slice(1, -1);
  // Digits of a number are kept as they stand: a float would lose nanoseconds.
  return /^-?\d/.test(slot) ? slot : event.get(key)!;
}

type Convert = (value: Value) => Value;

function converter(config: CommonConfig): ((event: LogEvent) => void) | undefined {
  const types = Object.entries(config.types ?? {}).map(([field, type]): [string, Convert] => [
    field,
    typeConverter(String(type), config),
  ]);
  const pattern =
    config.null_value_pattern === undefined
      ? undefined
      : compileRegexp(config.null_value_pattern.source, config.null_value_pattern.flags);
  const empty = config.null_empty_string;
  if (types.length === 0 && pattern === undefined && !empty) return undefined;
  return (event) => {
    if (pattern !== undefined || empty) nullify(event, pattern, empty);
    for (const [field, convert] of types) {
      const value = event.get(field);
      if (value !== undefined && value !== null) event.set(field, convert(value));
    }
  };
}

function nullify(event: LogEvent, pattern: RegExp | undefined, empty: boolean): void {
  for (const key of event.keys()) {
    const value = event.get(key);
    if (typeof value !== 'string') continue;
    if ((empty && value === '') || pattern?.test(value)) event.set(key, null);
  }
}

function typeConverter(spec: string, config: CommonConfig): Convert {
  const [type, ...rest] = spec.split(':');
  const detail = rest.join(':');
  switch (type) {
    case 'string':
      return (value) => (typeof value === 'string' ? value : String(value));
    case 'integer':
      return (value) => integer(String(value instanceof Float ? value.value : value));
    case 'float':
      return (value) => float(String(value instanceof Float ? value.value : value));
    case 'bool':
      return (value) => /^(true|yes|1)$/i.test(String(value));
    case 'time': {
      const parse = compileTimeParser({
        ...config,
        time_type: 'string',
        time_format: detail === '' ? undefined : detail,
      });
      const target = { sec: 0, nsec: 0 };
      return (value) => (parse(value, target) ? target.sec : null);
    }
    case 'array':
      return (value) => (Array.isArray(value) ? value : String(value).split(detail === '' ? ',' : detail));
    case 'json':
    case 'hash':
      return (value) => {
        try {
          return parseJson(String(value));
        } catch {
          return value;
        }
      };
    default:
      throw new PluginConfigError(`unknown value conversion for key:${spec}`);
  }
}

function integer(text: string): Value {
  const digits = /^\s*[-+]?\d+/.exec(text)?.[0] ?? '0';
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits.trim());
}

function float(text: string): Value {
  const value = Number.parseFloat(text) || 0;
  return Number.isInteger(value) ? new Float(value) : value;
}

const NEEDS_ESCAPE = /["\\\x00-\x1f]/;

/** JSON text of a string given as bytes; text without quotes, backslashes and control characters needs no work. */
export function stringSlot(bytes: string): string {
  return NEEDS_ESCAPE.test(bytes) ? toBytes(JSON.stringify(fromBytes(bytes))) : `"${bytes}"`;
}
