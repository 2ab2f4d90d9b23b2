/** `@type msgpack`: MessagePack maps, one after the other or in arrays. A value that is no map is unmatched, broken bytes are an error. */
import { MsgpackError, MsgpackReader } from '../codec/msgpack.ts';
import { ParserError } from '../core/errors.ts';
import { type LogEvent, NO_TIME } from '../core/event.ts';
import { defineParser } from '../plugin.ts';
import { emitFinished, finisher, UNTIMED } from './common.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'msgpack',
  doc: 'Parses MessagePack.',
  schema: { doc: 'MessagePack parser.', params: { ...UNTIMED } },
  create(config, host) {
    const finish = finisher(config, host);
    return {
      type: 'msgpack',
      parse(line, emit) {
        const reader = new MsgpackReader(Buffer.from(line, 'latin1'));
        while (!reader.done) {
          for (const event of readRecords(reader)) {
            if (event !== undefined) event.sec = NO_TIME;
            emitFinished(event, finish, emit);
          }
        }
      },
    };
  },
});

function readRecords(reader: MsgpackReader): (LogEvent | undefined)[] {
  try {
    const count = reader.isArray() ? reader.arrayHead() : 1;
    return Array.from({ length: count }, () => {
      if (reader.isMap()) return reader.record();
      reader.json();
      return undefined;
    });
  } catch (error) {
    if (error instanceof MsgpackError) throw new ParserError(error.message, { cause: error });
    throw error;
  }
}
