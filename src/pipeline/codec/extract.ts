/** `<extract>`: takes the tag and the time of an event out of its record. */
import type { ConfigOf, SectionSpec } from '../../config/schema.ts';
import { rubyToS } from '../../ruby/to-s.ts';
import { ParserError } from '../core/errors.ts';
import type { LogEvent } from '../core/event.ts';
import { compileTimeParser } from './time.ts';

export const EXTRACT = {
  doc: 'Tag and time from fields of the record.',
  params: {
    tag_key: { type: 'string', doc: 'Field that holds the tag.' },
    keep_tag_key: { type: 'bool', default: 'false', doc: 'Leave that field in the record.' },
    time_key: { type: 'string', doc: 'Field that holds the time.' },
    keep_time_key: { type: 'bool', default: 'false', doc: 'Leave that field in the record.' },
    time_type: {
      type: 'enum',
      values: ['float', 'unixtime', 'string'],
      default: 'float',
      doc: 'What kind of value the time is.',
    },
    time_format: { type: 'string', doc: 'With time_type string: strptime of the time.' },
    time_format_fallbacks: { type: 'array', default: '', doc: 'No effect.', fluentd: 'ignored' },
    timezone: { type: 'string', doc: 'Zone of times that name none.' },
    utc: { type: 'bool', doc: 'Times that name no zone are UTC.' },
    localtime: { type: 'bool', default: 'true', doc: 'Times that name no zone are local.' },
  },
} as const satisfies SectionSpec;

export interface Extract {
  /** The tag, or undefined where the record names none; the field is removed as configured. */
  tag(event: LogEvent): string | undefined;
  /** Sets the event's time; false where the record has none. @throws ParserError for one that is no time */
  time(event: LogEvent): boolean;
  readonly hasTag: boolean;
}

const NOTHING: Extract = { tag: () => undefined, time: () => false, hasTag: false };

/** `flatTagKey`: the tag's field in v0.12's spelling, where there is no section. */
export function compileExtract(config: ConfigOf<typeof EXTRACT> | undefined, flatTagKey?: string): Extract {
  if (config === undefined) return flatTagKey === undefined ? NOTHING : tagOnly(flatTagKey, false);
  const { tag_key: tagKey, time_key: timeKey } = config;
  // A format without a type means text, as exec has it.
  const given = config.$element.params;
  const type = given.has('time_format') && !given.has('time_type') ? 'string' : config.time_type;
  const parse = timeKey === undefined ? undefined : compileTimeParser({ ...config, time_type: type });
  const target = { sec: 0, nsec: 0 };
  return {
    ...(tagKey === undefined ? NOTHING : tagOnly(tagKey, config.keep_tag_key)),
    time(event) {
      if (timeKey === undefined || !event.has(timeKey)) return false;
      const value = event.get(timeKey)!;
      if (!config.keep_time_key) event.delete(timeKey);
      if (!parse!(value, target)) throw new ParserError(`invalid time value: ${rubyToS(value).slice(0, 100)}`);
      event.sec = target.sec;
      event.nsec = target.nsec;
      return true;
    },
  };
}

function tagOnly(key: string, keep: boolean): Extract {
  return {
    ...NOTHING,
    hasTag: true,
    tag(event) {
      if (!event.has(key)) return undefined;
      const tag = rubyToS(event.get(key));
      if (!keep) event.delete(key);
      return tag;
    },
  };
}
