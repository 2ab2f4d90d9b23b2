/** Makes events of rows: a value per key, null where the row is too short; values beyond the keys do not count. */

import { LogEvent, NO_TIME } from '../core/event.ts';
import { Shape } from '../core/shape.ts';
import { Text } from '../core/slot.ts';

export function rowMaker(keys: readonly string[]): (values: readonly (string | null)[]) => LogEvent {
  const shape = Shape.of(keys);
  // A key that stands twice takes the last value.
  const sources = shape.keys.map((key) => keys.lastIndexOf(key));
  return (values) => {
    const slots = sources.map((i) => {
      const value = values[i];
      return value === undefined || value === null ? 'null' : new Text(value);
    });
    return new LogEvent(NO_TIME, 0, shape, slots);
  };
}
