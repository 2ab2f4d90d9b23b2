/**
 * `@type syslog`: RFC 3164, RFC 5424 or both (`auto`), by regexps or by cutting at spaces (`parser_engine string`, which takes an
 * ident without colon). What has no priority where one is asked for is unmatched; a line that ends within its header is broken.
 */
import { compileTimeParser, type TimeParser } from '../../codec/time.ts';
import { defineParser, type Host } from '../../plugin.ts';
import { invalidTime, UNTIMED } from '../common.ts';
import { cutterRfc3164, cutterRfc5424 } from './cut.ts';
import type { Fields, ReadSyslog, SyslogOptions } from './fields.ts';
import { matcherRfc3164, matcherRfc5424 } from './match.ts';

/** How `auto` knows RFC 5424: a version follows the priority. */
const VERSIONED = /^<[0-9]{1,3}>[1-9]\d{0,2}/;

export const plugin = defineParser({
  kind: 'parser',
  type: 'syslog',
  doc: 'Parses syslog messages.',
  schema: {
    doc: 'Syslog parser.',
    params: {
      ...UNTIMED,
      time_format: { ...UNTIMED.time_format, default: '%b %d %H:%M:%S' },
      with_priority: { type: 'bool', default: 'false', doc: 'Messages begin with a priority, as `<9>`.' },
      message_format: {
        type: 'enum',
        values: ['rfc3164', 'rfc5424', 'auto'],
        default: 'rfc3164',
        doc: 'Which format; `auto` looks at each message.',
      },
      rfc5424_time_format: {
        type: 'string',
        default: '%Y-%m-%dT%H:%M:%S.%L%z',
        doc: 'strptime of the time in RFC 5424; the same without a fraction is taken too.',
      },
      parser_engine: {
        type: 'enum',
        values: ['regexp', 'string'],
        default: 'regexp',
        alias: 'parser_type',
        doc: 'How messages are read.',
      },
      support_colonless_ident: {
        type: 'bool',
        default: 'true',
        doc: 'With parser_engine string: the word behind the host is the ident even without a colon.',
      },
    },
  },
  create(config, host) {
    const times = (time_format: string) => compileTimeParser({ ...config, time_format });
    const new_format =
      config.message_format === 'rfc5424' && config.$element.params.has('time_format')
        ? config.time_format
        : config.rfc5424_time_format;
    const options: SyslogOptions = {
      priority: config.with_priority,
      keepTime: config.keep_time_key,
      colonless: config.support_colonless_ident,
    };
    const byRegexp = config.parser_engine === 'regexp';
    const old = reader(
      (byRegexp ? matcherRfc3164 : cutterRfc3164)(config.time_format, options, host as Pick<Host, 'use'>),
      times(config.time_format),
    );
    const time = times(new_format);
    const whole = times('%Y-%m-%dT%H:%M:%S%z');
    const recent = reader(
      (byRegexp ? matcherRfc5424 : cutterRfc5424)(new_format, options, host as Pick<Host, 'use'>),
      (value, target) => time(value, target) || whole(value, target),
    );
    const { message_format: format } = config;
    const pick = (line: string) => (format === 'rfc5424' || (format === 'auto' && VERSIONED.test(line)) ? recent : old);
    return { type: 'syslog', parse: (line, emit) => emit(pick(line)(line)) };
  },
});

function reader(read: ReadSyslog, parseTime: TimeParser): (line: string) => ReturnType<Fields['event']> | undefined {
  const target = { sec: 0, nsec: 0 };
  return (line) => {
    const fields = read(line);
    if (fields === undefined) return undefined;
    if (!parseTime(fields.time, target)) throw invalidTime(fields.time);
    return fields.event(target);
  };
}
