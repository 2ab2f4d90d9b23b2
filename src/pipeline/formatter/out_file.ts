/** `@type out_file`: `time TAB tag TAB record as JSON`. */
import { compileStrftime } from '../codec/time.ts';
import { toBytes } from '../core/value.ts';
import { defineFormatter } from '../plugin.ts';

const DELIMITERS: Readonly<Record<string, string>> = { TAB: '\t', SPACE: ' ', COMMA: ',' };

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'out_file',
  doc: 'Writes time, tag and record.',
  schema: {
    doc: 'out_file formatter.',
    params: {
      output_time: { type: 'bool', default: 'true', doc: 'Write the time.' },
      output_tag: { type: 'bool', default: 'true', doc: 'Write the tag.' },
      delimiter: { type: 'string', default: '\t', doc: 'Between the parts: a text, or TAB, SPACE, COMMA.' },
      time_type: {
        type: 'enum',
        values: ['float', 'unixtime', 'string'],
        default: 'string',
        doc: 'How the time is written.',
      },
      time_format: { type: 'string', default: '%Y-%m-%dT%H:%M:%S%:z', doc: 'strftime of the time.' },
      utc: { type: 'bool', doc: 'Times in UTC.' },
      localtime: { type: 'bool', default: 'true', doc: 'Times in local time.' },
      timezone: { type: 'string', doc: 'Times in this zone.' },
    },
  },
  create(config) {
    const delimiter = DELIMITERS[config.delimiter] ?? config.delimiter;
    const strftime = compileStrftime(config.time_format, config);
    const time = (sec: number, nsec: number) => {
      if (config.time_type === 'unixtime') return String(sec);
      return config.time_type === 'float' ? String(sec + nsec / 1e9) : strftime(sec, nsec);
    };
    return {
      type: 'out_file',
      format(tag, event) {
        const head = config.output_time ? time(event.sec, event.nsec) + delimiter : '';
        const name = config.output_tag ? toBytes(tag) + delimiter : '';
        return `${head}${name}${event.toJson()}\n`;
      },
    };
  },
});
