/** `@type tsv`: values with a delimiter between them; the last key takes the rest of the line. */
import { toBytes } from '../core/value.ts';
import { defineParser } from '../plugin.ts';
import { emitFinished, finisher, splitText, UNTIMED } from './common.ts';
import { rowMaker } from './row.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'tsv',
  doc: 'Parses values separated by tabs.',
  schema: {
    doc: 'TSV parser.',
    params: {
      ...UNTIMED,
      keys: { type: 'array', required: true, doc: 'Field of each column.' },
      delimiter: { type: 'string', default: '\t', doc: 'Between the values.' },
    },
  },
  create(config, host) {
    const keys = config.keys ?? [];
    const delimiter = toBytes(config.delimiter);
    const eventOf = rowMaker(keys);
    const finish = finisher(config, host);
    return {
      type: 'tsv',
      parse: (line, emit) => emitFinished(eventOf(splitText(line, delimiter, keys.length)), finish, emit),
    };
  },
});
