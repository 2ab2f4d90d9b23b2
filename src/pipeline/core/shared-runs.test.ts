import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogEvent } from './event.ts';
import { Shape } from './shape.ts';
import { Plain, Shared, type Slot, Text } from './slot.ts';
import { encodeJson, type Hash } from './value.ts';

const CONSTANTS = [new Shared('info'), new Shared({ pod: 'ä', labels: { a: '"' } }), new Shared(null), new Shared([1])];

function slotOf([kind, text]: [number, string]): Slot {
  if (kind < CONSTANTS.length) return CONSTANTS[kind]!;
  if (kind === 4) return new Plain(text);
  return kind === 5 ? new Text(Buffer.from(text.toWellFormed()).toString('latin1')) : encodeJson(text);
}

test('JSON of an event is that of its values, whatever other records of the same shape held before', () => {
  const field = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.string({ unit: 'binary', maxLength: 5 }));
  const records = fc.array(fc.array(field, { minLength: 4, maxLength: 4 }), { maxLength: 12 });
  const shape = Shape.of(['log', 'kubernetes', 'severity', '@timestamp']);
  fc.assert(
    fc.property(records, (rows) => {
      for (const row of rows) {
        const event = new LogEvent(0, 0, shape, row.map(slotOf));
        expect(event.toJson()).toBe(encodeJson(event.clone().toObject() as Hash));
      }
    }),
  );
});
