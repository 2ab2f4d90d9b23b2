/** `@type json`: the record as one line of JSON. */
import { defineFormatter } from '../plugin.ts';
import { lineEnd, NEWLINE } from './newline.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'json',
  doc: 'Writes records as JSON lines.',
  schema: {
    doc: 'JSON formatter.',
    params: {
      json_parser: { type: 'string', default: 'oj', doc: 'Ruby library of Fluentd.', fluentd: 'ignored' },
      ...NEWLINE,
    },
  },
  create(config) {
    const end = lineEnd(config);
    return { type: 'json', format: (_tag, event) => event.toJson() + end };
  },
});
