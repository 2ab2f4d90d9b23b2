/** The text of a field as Ruby's `to_s` gives it, in bytes; a string is cut out of its JSON, not decoded. Missing and null are empty. */
import { rubyToS } from '../../ruby/to-s.ts';
import type { Accessor } from '../core/accessor.ts';
import type { LogEvent } from '../core/event.ts';
import { slotBytes } from '../core/slot.ts';
import { toBytes } from '../core/value.ts';

export function fieldText(event: LogEvent, key: string): string {
  const slot = event.slot(key);
  if (slot === undefined) return '';
  return slotBytes(slot) ?? toBytes(rubyToS(event.get(key)));
}

export function accessorText(event: LogEvent, accessor: Accessor): string {
  return accessor.nested ? toBytes(rubyToS(accessor.get(event) ?? null)) : fieldText(event, accessor.key);
}
