/**
 * Merges one record's fields into another's: known keys keep their place and get the new slot, others are appended. Where each slot goes is
 * found once per pair of shapes.
 */
import type { LogEvent } from '../core/event.ts';
import type { Shape } from '../core/shape.ts';

interface Plan {
  readonly shape: Shape;
  /** Where each slot of the second record goes. */
  readonly to: readonly number[];
}

export class ShapeMerger {
  readonly #prefix: string;
  readonly #plans = new WeakMap<Shape, WeakMap<Shape, Plan>>();

  /** `prefix` comes before every key of the record that is merged in. */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  merge(base: LogEvent, added: LogEvent): void {
    const { shape, to } = this.#plan(base.shape, added.shape);
    const { slots } = base;
    for (let i = 0; i < to.length; i++) slots[to[i]!] = added.slots[i]!;
    base.shape = shape;
  }

  #plan(base: Shape, added: Shape): Plan {
    let plans = this.#plans.get(base);
    if (plans === undefined) {
      plans = new WeakMap();
      this.#plans.set(base, plans);
    }
    let plan = plans.get(added);
    if (plan === undefined) {
      plan = this.#make(base, added);
      plans.set(added, plan);
    }
    return plan;
  }

  #make(base: Shape, added: Shape): Plan {
    let shape = base;
    const to = added.keys.map((key) => {
      const name = this.#prefix + key;
      if (shape.indexOf(name) < 0) shape = shape.with(name);
      return shape.indexOf(name);
    });
    return { shape, to };
  }
}
