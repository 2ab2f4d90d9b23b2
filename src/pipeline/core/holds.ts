/**
 * What was read of an origin and is still in memory: parts of a record that is not complete. Whoever keeps an event beyond the emit that brought
 * it says `hold`, and `release` when the joined record went on; the origin's position is not saved beyond an event that is held.
 *
 * Guarantees: what is released while an emit of the origin is under way counts as held until that emit is done, since it may be refused; after
 * a refusal the origin is read again from the first event of all these, and whoever held them finds that they are not held any more.
 */
import type { LogEvent } from './event.ts';

/** Keeps an event's position from being saved. */
export function hold(event: LogEvent): void {
  event.origin?.holds?.hold(event);
}

export function release(event: LogEvent): void {
  event.origin?.holds?.release(event);
}

/** True for an event whose emit was refused after it was held: it will be read again. */
export function isTakenBack(event: LogEvent): boolean {
  const holds = event.origin?.holds;
  return holds !== undefined && !holds.isHeld(event);
}

export class Holds {
  readonly #held = new Map<LogEvent, number>();
  readonly #released = new Map<LogEvent, number>();
  #isEmitting = false;
  /** Called when a position may be saved that was held before. */
  onRelease: () => void = () => undefined;

  hold(event: LogEvent): void {
    this.#held.set(event, event.position);
  }

  release(event: LogEvent): void {
    if (!this.#held.delete(event)) return;
    if (this.#isEmitting) this.#released.set(event, event.position);
    else this.onRelease();
  }

  isHeld(event: LogEvent): boolean {
    return this.#held.has(event);
  }

  /** Position of the first event that is held; undefined where none is. */
  get lowest(): number | undefined {
    return lowestOf(this.#held);
  }

  /** An emit begins. */
  begin(): void {
    this.#isEmitting = true;
  }

  /** It is done. */
  done(): void {
    this.#isEmitting = false;
    this.#released.clear();
  }

  /** It was refused: gives the position to read again from, where that is before what was emitted. */
  undo(): number | undefined {
    const lowest = Math.min(
      lowestOf(this.#held) ?? Number.POSITIVE_INFINITY,
      lowestOf(this.#released) ?? Number.POSITIVE_INFINITY,
    );
    this.#isEmitting = false;
    this.#held.clear();
    this.#released.clear();
    return Number.isFinite(lowest) ? lowest : undefined;
  }
}

function lowestOf(events: ReadonlyMap<LogEvent, number>): number | undefined {
  if (events.size === 0) return undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const position of events.values()) lowest = Math.min(lowest, position);
  return lowest;
}
