/** `@type out_file`: `time TAB tag TAB record as JSON`. */
import { compileTimeFormat } from '../codec/time.ts';
import { toBytes } from '../core/value.ts';
import { defineFormatter } from '../plugin.ts';
import { lineEnd, NEWLINE } from './newline.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'out_file',
  doc: 'Writes time, tag and record.',
  schema: {
    doc: 'out_file formatter.',
    params: {
      output_time: { type: 'bool', default: 'true', doc: 'Write the time.' },
      output_tag: { type: 'bool', default: 'true', doc: 'Write the tag.' },
      delimiter: {
        type: 'string',
        default: 'TAB',
        doc: 'Between the parts: TAB, SPACE or COMMA; anything else is TAB.',
      },
      time_type: {
        type: 'enum',
        values: ['float', 'unixtime', 'string', 'mixed'],
        default: 'string',
        doc: 'How the time is written.',
      },
      time_format: { type: 'string', doc: 'strftime of the time; ISO 8601 by default.' },
      utc: { type: 'bool', doc: 'Times in UTC.' },
      localtime: { type: 'bool', default: 'true', doc: 'Times in local time.' },
      timezone: { type: 'string', doc: 'Times in this zone.' },
      newline: NEWLINE.newline,
    },
  },
  create(config) {
    const delimiter = /SPACE/i.test(config.delimiter) ? ' ' : /COMMA/i.test(config.delimiter) ? ',' : '\t';
    const time = compileTimeFormat(config);
    const end = lineEnd(config);
    return {
      type: 'out_file',
      format(tag, event) {
        const head = config.output_time ? time(event.sec, event.nsec) + delimiter : '';
        const name = config.output_tag ? toBytes(tag) + delimiter : '';
        return head + name + event.toJson() + end;
      },
    };
  },
});
