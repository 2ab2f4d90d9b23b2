/** What all parsers share: the time field, `types`, null values. Each parser spreads COMMON into its schema and calls `finisher`. */
import type { RegexpText } from '../../config/schema.ts';
import { compileLineRegexp } from '../../ruby/line-regexp.ts';
import type { TimeTarget } from '../codec/strptime.ts';
import { compileTimeParser, type TimeOptions } from '../codec/time.ts';
import { Column, type Columns } from '../core/columns.ts';
import { ParserError } from '../core/errors.ts';
import { type LogEvent, NO_TIME, NULL_TIME } from '../core/event.ts';
import { type Slot, Text } from '../core/slot.ts';
import { toBytes, type Value } from '../core/value.ts';
import type { Host, Parser } from '../plugin.ts';
import { type Convert, typeConverter } from './types.ts';

const QUOTE = 34;

/** Parsers without a time field unless one is named. */
export const UNTIMED = {
  time_key: { type: 'string', doc: 'Field that holds the event time.' },
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

export const COMMON = { ...UNTIMED, time_key: { ...UNTIMED.time_key, default: 'time' } } as const;

export interface CommonConfig {
  readonly time_key: string | undefined;
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
export interface Finish {
  (event: LogEvent): boolean;
  /** The same for columns; absent where it is not the same for all records. False: none of the rows could be completed. */
  readonly columns?: (columns: Columns) => boolean;
  /** Whether it changes more than the time. */
  readonly converts?: true;
}

/** @throws PluginConfigError; the result throws ParserError for a broken time */
export function finisher(config: CommonConfig, host: Host): Finish {
  const setTime = timeSetter(config, missingTime(config, host));
  const convert = converter(config);
  if (convert === undefined) return setTime;
  const both = (event: LogEvent) => {
    const ok = setTime(event);
    convert(event);
    return ok;
  };
  return Object.assign(both, { converts: true as const });
}

/** The event time of a record that has none; undefined makes the line unmatched. */
export function missingTime(
  config: { readonly estimate_current_event: boolean },
  host: Pick<Host, 'use'>,
): number | undefined {
  if (config.estimate_current_event) return NO_TIME;
  return host.use.timeless ? NULL_TIME : undefined;
}

/** The usual end of `parse`: completes an event and emits it, or undefined where it does not count. */
export function emitFinished(event: LogEvent | undefined, finish: Finish, emit: Parameters<Parser['parse']>[1]): void {
  emit(event !== undefined && finish(event) ? event : undefined);
}

/** Columns as the parser gives them: completed, or undefined where the plain code has the word. */
export function finishColumns(columns: Columns | undefined, finish: Finish): Columns | undefined {
  return columns !== undefined && finish.columns?.(columns) === true ? columns : undefined;
}

function timeSetter(config: CommonConfig, missing: number | undefined): Finish {
  const parse = compileTimeParser(config);
  const { time_key: key, keep_time_key: keep } = config;
  const without = (event: LogEvent) => {
    event.sec = missing ?? NO_TIME;
    return missing !== undefined;
  };
  if (key === undefined) return without;
  const target: TimeTarget = { sec: 0, nsec: 0 };
  const each = (event: LogEvent) => {
    const slot = event.slot(key);
    if (slot === undefined) return without(event);
    if (!parse(timeValue(event, slot, key), target)) throw invalidTime(String(event.get(key)));
    event.sec = target.sec;
    event.nsec = target.nsec;
    if (!keep) event.delete(key);
    return true;
  };
  const { form } = parse;
  if (form === undefined) return each;
  const columns = (all: Columns) => {
    const slot = all.template.slot(key);
    return slot instanceof Column && all.readTimes(slot, form) && (keep || all.change((one) => one.delete(key)));
  };
  return Object.assign(each, { columns });
}

export function invalidTime(value: string): ParserError {
  return new ParserError(`invalid time format: value = ${value.slice(0, 100)}`);
}

/** A text is read as it stands, and so are a number's digits: a float would lose nanoseconds. */
function timeValue(event: LogEvent, slot: Slot, key: string): Value {
  if (slot instanceof Text) return slot.bytes;
  if (typeof slot !== 'string') return slot.value;
  if (slot.charCodeAt(0) === QUOTE && !slot.includes('\\')) return slot.slice(1, -1);
  return /^-?\d/.test(slot) ? slot : event.get(key)!;
}

/** Nulls come before types, field by field; null and false stay as they are. */
function converter(config: CommonConfig): ((event: LogEvent) => void) | undefined {
  const types = new Map<string, Convert>(
    Object.entries(config.types ?? {}).map(([field, type]) => [field, typeConverter(field, String(type), config)]),
  );
  const { null_value_pattern: pattern, null_empty_string: empty } = config;
  const isNull = pattern === undefined ? undefined : compileLineRegexp(pattern.source, pattern.flags, 'utf-8');
  if (isNull === undefined && !empty) return types.size === 0 ? undefined : (event) => convertFields(event, types);
  return (event) => {
    for (const key of event.keys()) {
      const value = event.get(key);
      if (typeof value === 'string' && ((empty && value === '') || isNull?.test(toBytes(value)))) event.set(key, null);
    }
    convertFields(event, types);
  };
}

function convertFields(event: LogEvent, types: ReadonlyMap<string, Convert>): void {
  for (const [field, convert] of types) {
    const value = event.get(field);
    if (value !== undefined && value !== null && value !== false) event.set(field, convert(value));
  }
}

/** As Ruby splits: without a limit empty parts at the end do not count. */
export function splitText(text: string, delimiter: string | RegExp, limit = 0): string[] {
  if (text === '') return [];
  if (limit === 1) return [text];
  const parts = text.split(delimiter);
  if (limit === 0) {
    while (parts.at(-1) === '') parts.pop();
    return parts;
  }
  if (parts.length <= limit || typeof delimiter !== 'string') return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(delimiter)];
}
