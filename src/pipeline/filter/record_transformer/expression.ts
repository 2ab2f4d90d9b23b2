/**
 * An expression compiled for one tag: what it reads of the record, and its value for an event.
 *
 * `slotOf` is where work is saved, in the general path: a constant is one shared value for all records; a lone field is
 * copied without decoding it; an expression that reads one field only is computed once per shared value of that field.
 */
import { Template } from '../../core/columns.ts';
import type { LogEvent } from '../../core/event.ts';
import { Plain, Shared, type Slot } from '../../core/slot.ts';
import type { Value } from '../../core/value.ts';

export interface Expression {
  /** Top-level fields the value depends on; 'all' also where it depends on anything but fields and the tag. */
  readonly keys: readonly string[] | 'all';
  /** The field this expression stands for, where it is nothing else. */
  readonly field?: string;
  value(event: LogEvent): Value;
}

const NULL = new Shared(null);

export const expression = {
  constant: (value: Value): Expression => ({ keys: [], value: () => value }),
  field: (key: string): Expression => ({ keys: [key], field: key, value: (event) => event.get(key) ?? null }),
  of: (keys: readonly string[] | 'all', value: (event: LogEvent) => Value): Expression => ({ keys, value }),
};

/** Compiles an expression to the slot it gives an event. */
export function slotOf(e: Expression): (event: LogEvent) => Slot {
  const { field } = e;
  if (field !== undefined) return (event) => event.slot(field) ?? NULL;
  if (e.keys !== 'all' && e.keys.length === 0) return onceForAll(e);
  if (e.keys === 'all') return (event) => new Plain(e.value(single(event)));
  const keys = [...new Set(e.keys)];
  // What depends on nothing but fields is the same for all records whose fields are.
  if (keys.length !== 1) return (event) => new (event instanceof Template ? Shared : Plain)(e.value(event));
  return oncePerShared(e, keys[0]!);
}

/** An expression may fail; then it fails for each event, so the value is made at the first event, not before. */
function onceForAll(e: Expression): (event: LogEvent) => Slot {
  let slot: Slot | undefined;
  return (event) => {
    slot ??= new Shared(e.value(event));
    return slot;
  };
}

function oncePerShared(e: Expression, key: string): (event: LogEvent) => Slot {
  // Records of one stream have the same shared value.
  let known: Shared | undefined;
  let slot: Shared | undefined;
  return (event) => {
    const source = event.slot(key);
    if (source !== undefined && source === known) return slot!;
    if (source instanceof Shared) {
      slot = source.derive(e, () => new Shared(e.value(event)));
      known = source;
      return slot;
    }
    return new (event instanceof Template ? Shared : Plain)(e.value(event));
  };
}

/** An expression that depends on more than fields has a value for each record. */
export function single(event: LogEvent): LogEvent {
  if (event instanceof Template) throw new TypeError('the value differs from record to record');
  return event;
}
