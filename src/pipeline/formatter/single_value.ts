/** `@type single_value`: one field of the record, as it is. */
import { rubyToS } from '../../ruby/to-s.ts';
import { toBytes } from '../core/value.ts';
import { defineFormatter } from '../plugin.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'single_value',
  doc: 'Writes one field.',
  schema: {
    doc: 'Single value formatter.',
    params: {
      message_key: { type: 'string', default: 'message', doc: 'The field.' },
      add_newline: { type: 'bool', default: 'true', doc: 'End each value with a line end.' },
    },
  },
  create(config) {
    return {
      type: 'single_value',
      format(_tag, event) {
        const text = toBytes(rubyToS(event.get(config.message_key) ?? null));
        return config.add_newline ? `${text}\n` : text;
      },
    };
  },
});
