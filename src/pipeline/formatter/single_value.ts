/** `@type single_value`: one field of the record, as it is. */

import { fieldText } from '../codec/field-text.ts';
import { defineFormatter } from '../plugin.ts';
import { lineEnd, NEWLINE } from './newline.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'single_value',
  doc: 'Writes one field.',
  schema: {
    doc: 'Single value formatter.',
    params: { message_key: { type: 'string', default: 'message', doc: 'The field.' }, ...NEWLINE },
  },
  create(config) {
    const end = lineEnd(config);
    return { type: 'single_value', format: (_tag, event) => fieldText(event, config.message_key) + end };
  },
});
