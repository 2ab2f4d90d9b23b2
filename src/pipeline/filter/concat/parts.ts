/**
 * The parts of one stream that wait to be joined. Joining joins bytes: the field's text is never decoded for it, and a record of one part keeps
 * its slot.
 */
import { rubyToS } from '../../../ruby/to-s.ts';
import type { LogEvent } from '../../core/event.ts';
import { hold, isTakenBack, release } from '../../core/holds.ts';
import { slotBytes, Text } from '../../core/slot.ts';
import { toBytes } from '../../core/value.ts';

export interface Part {
  readonly event: LogEvent;
  /** Text of the field that is joined. */
  readonly bytes: string;
}

/** The field's text; a number counts as its text, null as nothing. */
export function partOf(event: LogEvent, key: string): Part {
  const slot = event.slot(key)!;
  return { event, bytes: slotBytes(slot) ?? toBytes(rubyToS(event.get(key) ?? null)) };
}

export class Parts {
  readonly tag: string;
  readonly key: string;
  readonly separator: string;
  parts: Part[] = [];
  /** The first part, whose position must not be saved. */
  held: LogEvent | undefined;
  /** Bytes of the records, where there is a limit. */
  size = 0;
  /** Monotonic milliseconds of the last part. */
  touched = 0;

  constructor(tag: string, key: string, separator: string) {
    this.tag = tag;
    this.key = key;
    this.separator = separator;
  }

  /** After every change of the parts. */
  updateHold(): void {
    const first = this.parts[0]?.event;
    if (first === this.held) return;
    if (this.held !== undefined) release(this.held);
    this.held = first;
    if (first !== undefined) hold(first);
  }

  /** Parts whose emit was refused come again. */
  forgetTakenBack(): void {
    if (this.held === undefined || !isTakenBack(this.held)) return;
    this.parts = [];
    this.size = 0;
    this.held = undefined;
  }

  get empty(): boolean {
    return this.parts.length === 0;
  }

  /** The first record with the joined text; then `next` is the only part. There must be one. */
  flush(next?: Part, order: (parts: readonly Part[]) => readonly Part[] = (parts) => parts): LogEvent {
    const first = this.parts[0];
    if (first === undefined) throw new Error('there is nothing to join');
    const joined = first.event.clone();
    if (this.parts.length > 1) {
      const texts = order(this.parts).map((part) => part.bytes);
      joined.setSlot(this.key, new Text(texts.join(this.separator)));
    }
    this.parts = next === undefined ? [] : [next];
    this.size = 0;
    return joined;
  }
}
