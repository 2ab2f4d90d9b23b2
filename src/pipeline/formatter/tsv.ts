/** `@type tsv`: chosen fields with a delimiter between them; nothing is quoted or escaped. */

import { fieldText } from '../codec/field-text.ts';
import { toBytes } from '../core/value.ts';
import { defineFormatter } from '../plugin.ts';
import { lineEnd, NEWLINE } from './newline.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'tsv',
  doc: 'Writes chosen fields as TSV.',
  schema: {
    doc: 'TSV formatter.',
    params: {
      keys: { type: 'array', required: true, doc: 'Fields of a row.' },
      delimiter: { type: 'string', default: '\t', doc: 'Between the fields.' },
      ...NEWLINE,
    },
  },
  create(config) {
    const keys = config.keys ?? [];
    const delimiter = toBytes(config.delimiter);
    const end = lineEnd(config);
    return {
      type: 'tsv',
      format: (_tag, event) => keys.map((key) => fieldText(event, key)).join(delimiter) + end,
    };
  },
});
