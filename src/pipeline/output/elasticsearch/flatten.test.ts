import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogEvent } from '../../core/event.ts';
import { Shared } from '../../core/slot.ts';
import { decodeJson, encodeJson, type Hash, isHash, type Value } from '../../core/value.ts';
import { compileFlatten } from './flatten.ts';

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'a_b', ''), tie('value')),
  ),
})).value;
const record = fc.dictionary(fc.constantFrom('a', 'b', 'a_b', 'a_a_b', 'x'), value);

/** The plain twin. */
function flat(hash: Hash, separator: string, prefix: readonly string[] = []): [string, Value][] {
  return Object.entries(hash).flatMap(([key, inner]): [string, Value][] =>
    isHash(inner) ? flat(inner, separator, [...prefix, key]) : [[[...prefix, key].join(separator), inner]],
  );
}

test('raw, plain and shared fields flatten alike, each time', () => {
  fc.assert(
    fc.property(
      record,
      fc.constantFrom('_', '-', '.'),
      fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }),
      (given, separator, kinds) => {
        const flatten = compileFlatten(separator);
        const expected = JSON.stringify(Object.fromEntries(flat(given, separator)));
        const shared = Object.values(given).map((each) => new Shared(each));
        for (let round = 0; round < 2; round++) {
          const event = LogEvent.from(0, 0, given);
          event.slots = event.slots.map(
            (slot, i) => [slot, encodeJson(Object.values(given)[i]!), shared[i]!][kinds[i]!]!,
          );
          flatten(event);
          expect(JSON.stringify(decodeJson(event.toJson()))).toBe(expected);
        }
      },
    ),
  );
});

test('arrays stay, empty hashes vanish', () => {
  const event = LogEvent.from(0, 0, { a: { b: [{ c: 1 }], d: {} }, e: {} });
  compileFlatten('_')(event);
  expect(event.toObject()).toEqual({ a_b: [{ c: 1 }] });
});
