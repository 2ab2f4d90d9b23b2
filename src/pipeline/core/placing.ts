/** Sets several fields of many events: where they go is worked out once for events of one shape and the same keys, as those of a stream are. */
import type { LogEvent } from './event.ts';
import { EMPTY_SHAPE, type Shape } from './shape.ts';
import type { Slot } from './slot.ts';

export class Placing {
  #from: Shape = EMPTY_SHAPE;
  #to: Shape = EMPTY_SHAPE;
  readonly #keys: string[] = [];
  readonly #at: number[] = [];

  /** As `setSlot` for one after the other. */
  put(event: LogEvent, keys: readonly string[], slots: readonly Slot[]): void {
    if (event.shape !== this.#from || !this.#knows(keys)) this.#learn(event.shape, keys);
    event.shape = this.#to;
    const target = event.slots;
    for (let i = 0; i < keys.length; i++) {
      const at = this.#at[i]!;
      if (at < target.length) target[at] = slots[i]!;
      else target.push(slots[i]!);
    }
  }

  #knows(keys: readonly string[]): boolean {
    if (keys.length !== this.#keys.length) return false;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== this.#keys[i]) return false;
    return true;
  }

  #learn(from: Shape, keys: readonly string[]): void {
    this.#from = from;
    this.#keys.length = 0;
    this.#at.length = 0;
    let to = from;
    for (const key of keys) {
      if (to.indexOf(key) < 0) to = to.with(key);
      this.#keys.push(key);
      this.#at.push(to.indexOf(key));
    }
    this.#to = to;
  }
}
