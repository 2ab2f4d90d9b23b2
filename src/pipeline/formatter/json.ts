/** `@type json`: the record as one line of JSON. */
import { defineFormatter } from '../plugin.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'json',
  doc: 'Writes records as JSON lines.',
  schema: {
    doc: 'JSON formatter.',
    params: {
      json_parser: { type: 'string', default: 'oj', doc: 'Ruby library of Fluentd.', fluentd: 'ignored' },
      add_newline: { type: 'bool', default: 'true', doc: 'End each record with a line end.' },
    },
  },
  create(config) {
    const end = config.add_newline ? '\n' : '';
    return { type: 'json', format: (_tag, event) => event.toJson() + end };
  },
});
