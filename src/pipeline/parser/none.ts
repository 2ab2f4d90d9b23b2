/** `@type none`: the whole line is one field. */
import { LogEvent, NO_TIME } from '../core/event.ts';
import { Shape } from '../core/shape.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, stringSlot } from './common.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'none',
  doc: 'Takes the line as it is.',
  schema: {
    doc: 'None parser.',
    params: { ...COMMON, message_key: { type: 'string', default: 'message', doc: 'Field that takes the line.' } },
  },
  create(config) {
    const shape = Shape.of([config.message_key]);
    return {
      type: 'none',
      parse: (line, emit) => emit(new LogEvent(NO_TIME, 0, shape, [stringSlot(line)])),
    };
  },
});
