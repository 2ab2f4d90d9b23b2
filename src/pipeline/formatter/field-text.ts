/** The text of a field as Ruby's `to_s` gives it, as a byte string; a plain string is cut out of its JSON, not decoded. */
import { rubyToS } from '../../ruby/to-s.ts';
import type { LogEvent } from '../core/event.ts';
import { toBytes } from '../core/value.ts';

export function fieldText(event: LogEvent, key: string): string {
  const slot = event.slot(key);
  if (typeof slot === 'string' && slot.charCodeAt(0) === 34 && !slot.includes('\\')) return slot.slice(1, -1);
  return toBytes(rubyToS(event.get(key) ?? null));
}
