/**
 * `flatten_hashes`: `{"a":{"b":1}}` → `{"a_b":1}`. Arrays stay as they are, empty hashes vanish, of equal keys the last value stays in
 * the first one's place. What is no hash is not decoded; a shared value (pod metadata) is flattened once.
 */
import type { LogEvent } from '../../core/event.ts';
import { EMPTY_SHAPE } from '../../core/shape.ts';
import { Plain, Shared, type Slot, slotValue } from '../../core/slot.ts';
import { isHash, type Value } from '../../core/value.ts';

type Field = readonly [string, Slot];

export function compileFlatten(separator: string): (event: LogEvent) => void {
  /** Tells this flattening from another one's, for shared values: their key stands in the map. */
  const sharedUnder = new Map<string, object>();
  const identity = (key: string) => {
    let known = sharedUnder.get(key);
    if (known === undefined) {
      known = {};
      sharedUnder.set(key, known);
    }
    return known;
  };
  const fieldsOf = (key: string, slot: Slot): readonly Field[] | undefined => {
    if (slot instanceof Shared) {
      if (!isHash(slot.value)) return undefined;
      return slot.derive(identity(key), (value) => flat(key, value, separator, (leaf) => new Shared(leaf)));
    }
    if (typeof slot === 'string' ? slot.charCodeAt(0) !== BRACE : !isHash(slotValue(slot))) return undefined;
    return flat(key, slotValue(slot), separator, (leaf) => new Plain(leaf));
  };
  return (event) => {
    const keys = event.keys();
    const flattened = event.slots.map((slot, i) => fieldsOf(keys[i]!, slot));
    if (flattened.every((fields) => fields === undefined)) return;
    const { slots } = event;
    event.shape = EMPTY_SHAPE;
    event.slots = [];
    flattened.forEach((fields, i) => {
      if (fields === undefined) event.setSlot(keys[i]!, slots[i]!);
      else for (const [key, slot] of fields) event.setSlot(key, slot);
    });
  };
}

const BRACE = 123;

function flat(key: string, value: Value, separator: string, slotOf: (leaf: Value) => Slot): Field[] {
  if (!isHash(value)) return [[key, slotOf(value)]];
  return Object.entries(value).flatMap(([name, inner]) => flat(`${key}${separator}${name}`, inner, separator, slotOf));
}
