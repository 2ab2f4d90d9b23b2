/** Matches byte strings with regexps that have named groups, and makes events of the groups. */
import { LogEvent, NO_TIME } from '../core/event.ts';
import { Shape } from '../core/shape.ts';
import type { Slot } from '../core/slot.ts';
import { fromBytes, toBytes } from '../core/value.ts';
import { stringSlot } from './common.ts';

/** An event of the groups that took part in the match; undefined where the line does not match. */
export type LineMatcher = (line: string) => LogEvent | undefined;

const NON_ASCII = /[^\x00-\x7f]/;

export function compileMatcher(regexp: RegExp): LineMatcher {
  return (line) => {
    // A byte string of ASCII is text already; anything else is decoded so that `.` is a character.
    const match = regexp.exec(NON_ASCII.test(line) ? fromBytes(line) : line);
    if (match === null) return undefined;
    const keys: string[] = [];
    const slots: Slot[] = [];
    for (const [key, value] of Object.entries(match.groups ?? {})) {
      if (value === undefined) continue;
      keys.push(key);
      slots.push(stringSlot(toBytes(value)));
    }
    return new LogEvent(NO_TIME, 0, Shape.of(keys), slots);
  };
}
