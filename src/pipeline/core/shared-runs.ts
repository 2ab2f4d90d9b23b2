/**
 * The JSON text of neighbouring shared values (pod metadata, constants of a filter), joined once instead of once per record.
 *
 * For each field where such a run begins the run of the record before is remembered: records of one stream have the same shared values.
 */
import { Shared, type Slot } from './slot.ts';

export interface Run {
  readonly slots: readonly Shared[];
  /** With the keys before the values. */
  readonly text: string;
}

export class SharedRuns {
  readonly #heads: readonly string[];
  readonly #last: (Run | undefined)[] = [];

  constructor(heads: readonly string[]) {
    this.#heads = heads;
  }

  /** The longest run of shared values that begins at field `i`, itself one. */
  at(slots: readonly Slot[], i: number): Run {
    const last = this.#last[i];
    if (last !== undefined && isSame(last.slots, slots, i)) return last;
    const found: Shared[] = [];
    for (let n = i; n < slots.length; n++) {
      const slot = slots[n]!;
      if (!(slot instanceof Shared)) break;
      found.push(slot);
    }
    const run = { slots: found, text: found.map((slot, n) => this.#heads[i + n]! + slot.text).join('') };
    this.#last[i] = run;
    return run;
  }
}

/** Also where more shared values follow: the rest is a run of its own. */
function isSame(run: readonly Shared[], slots: readonly Slot[], from: number): boolean {
  for (let n = 0; n < run.length; n++) if (slots[from + n] !== run[n]) return false;
  return true;
}
