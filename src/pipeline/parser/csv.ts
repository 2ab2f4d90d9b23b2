/** `@type csv`: values in a row of CSV. A broken row is an error, not an unmatched line. */
import { parseCsvRow, parseCsvRowFast } from '../codec/csv-row.ts';
import { ParserError } from '../core/errors.ts';
import { LogEvent, NO_TIME } from '../core/event.ts';
import { EMPTY_SHAPE, Shape } from '../core/shape.ts';
import { toBytes } from '../core/value.ts';
import { defineParser } from '../plugin.ts';
import { emitFinished, finisher, UNTIMED } from './common.ts';
import { rowMaker } from './row.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'csv',
  doc: 'Parses rows of CSV.',
  schema: {
    doc: 'CSV parser.',
    params: {
      ...UNTIMED,
      keys: { type: 'array', required: true, doc: 'Field of each column.' },
      delimiter: { type: 'string', default: ',', doc: 'Between the values.' },
      parser_engine: {
        type: 'enum',
        values: ['normal', 'fast'],
        default: 'normal',
        alias: 'parser_type',
        doc: '`fast` takes rows that `normal` refuses, and leaves out columns that are not there.',
      },
    },
  },
  create(config, host) {
    const keys = config.keys ?? [];
    const delimiter = toBytes(config.delimiter);
    const eventOf = rowMaker(keys);
    const finish = finisher(config, host);
    const short = keys.map((_, n) => Shape.of(keys.slice(0, n)));
    if (config.parser_engine === 'fast') {
      return {
        type: 'csv',
        parse(line, emit) {
          const row = parseCsvRowFast(line, delimiter);
          const event = row.length === 0 ? new LogEvent(NO_TIME, 0, EMPTY_SHAPE, []) : eventOf(row);
          if (row.length < keys.length) {
            event.shape = short[row.length]!;
            event.slots.length = event.shape.keys.length;
          }
          // A column beyond the keys has the name nil, which is an empty one in JSON; the last of them stays.
          if (row.length > keys.length) event.set('', row.at(-1) ?? null);
          emitFinished(event, finish, emit);
        },
      };
    }
    return {
      type: 'csv',
      parse(line, emit) {
        const row = line === '' ? undefined : parseCsvRow(line, delimiter);
        if (row === undefined) throw new ParserError(`malformed CSV: ${line.slice(0, 100)}`);
        emitFinished(eventOf(row), finish, emit);
      },
    };
  },
});
