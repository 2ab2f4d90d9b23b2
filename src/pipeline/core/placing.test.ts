import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogEvent } from './event.ts';
import { Placing } from './placing.ts';

test('fields are placed as setSlot places them, whatever events came before', () => {
  const key = fc.constantFrom('log', 'a', 'b', 'message');
  const step = fc.tuple(fc.uniqueArray(key), fc.array(key, { maxLength: 5 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const placing = new Placing();
      for (const [own, keys] of steps) {
        const event = LogEvent.from(0, 0, Object.fromEntries(own.map((name) => [name, 'old'])));
        const plain = event.clone();
        const slots = keys.map((name, i) => `"${name}${i}"`);
        placing.put(event, keys, slots);
        for (const [i, name] of keys.entries()) plain.setSlot(name, slots[i]!);
        expect(event.toJson()).toBe(plain.toJson());
        expect(event.keys()).toEqual(plain.keys());
      }
    }),
  );
});
