/** `@type none`: the whole line is one field. */

import { LogEvent } from '../core/event.ts';
import { Shape } from '../core/shape.ts';
import { Plain, type Slot, Text } from '../core/slot.ts';
import { defineParser } from '../plugin.ts';
import { missingTime, UNTIMED } from './common.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'none',
  doc: 'Takes the line as it is.',
  schema: {
    doc: 'None parser.',
    params: { ...UNTIMED, message_key: { type: 'string', default: 'message', doc: 'Field that takes the line.' } },
  },
  create(config, host) {
    const shape = Shape.of([config.message_key]);
    const time = missingTime(config, host);
    const take = (slot: Slot) => (time === undefined ? undefined : new LogEvent(time, 0, shape, [slot]));
    return {
      type: 'none',
      parse: (line, emit) => emit(take(new Text(line))),
      whole: (value, emit) => emit(take(new Plain(value))),
    };
  },
});
