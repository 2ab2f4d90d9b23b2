/** `@type ltsv`: all fields as `label:value`; a delimiter inside a value is replaced. */

import { fieldText } from '../codec/field-text.ts';
import { toBytes } from '../core/value.ts';
import { defineFormatter } from '../plugin.ts';
import { lineEnd, NEWLINE } from './newline.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'ltsv',
  doc: 'Writes records as labelled TSV.',
  schema: {
    doc: 'LTSV formatter.',
    params: {
      delimiter: { type: 'string', default: '\t', doc: 'Between the fields.' },
      label_delimiter: { type: 'string', default: ':', doc: 'Between label and value.' },
      replacement: { type: 'string', default: ' ', doc: 'What stands for a delimiter inside a value.' },
      ...NEWLINE,
    },
  },
  create(config) {
    const delimiter = toBytes(config.delimiter);
    const label = toBytes(config.label_delimiter);
    const replacement = toBytes(config.replacement);
    const end = lineEnd(config);
    return {
      type: 'ltsv',
      format(_tag, event) {
        const fields = event.keys().map((key) => {
          const value = fieldText(event, key);
          return toBytes(key) + label + (delimiter === '' ? value : value.replaceAll(delimiter, () => replacement));
        });
        return fields.join(delimiter) + end;
      },
    };
  },
});
