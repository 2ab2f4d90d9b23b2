/**
 * Shapes: the key lists of records, shared between all records that have the same keys in the same order.
 *
 * A million records of one container have a handful of key lists. Adding or removing a key is a step from one shape to
 * another, remembered, so a filter that sets `message` on a million records computes the new key list once; and the JSON
 * text between the values (`,"message":`) is made once per shape. Keys that come from data can be endless, so
 * at most MAX_SHAPES shapes are remembered; beyond that a shape serves its record only.
 */
import { SharedRuns } from './shared-runs.ts';
import { encodeJson } from './value.ts';

/** Enough for thousands of different applications' JSON; at some 500 bytes each a bound of about 4 MiB. */
const MAX_SHAPES = 8192;
let remembered = 0;

export class Shape {
  readonly keys: readonly string[];
  /** `heads[i]` is the JSON byte text that precedes value i: `{"log":`, `,"stream":` … */
  readonly heads: readonly string[];
  /** Joined texts of shared values that stand side by side. */
  readonly runs: SharedRuns;
  readonly #index: ReadonlyMap<string, number>;
  readonly #added = new Map<string, Shape>();
  readonly #removed = new Map<string, Shape>();

  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.heads = keys.map((key, i) => `${i === 0 ? '{' : ','}${encodeJson(key)}:`);
    this.runs = new SharedRuns(this.heads);
    this.#index = new Map(keys.map((key, i) => [key, i]));
  }

  /** Index of a key, or -1. */
  indexOf(key: string): number {
    return this.#index.get(key) ?? -1;
  }

  /** The shape with `key` appended; `key` must not be in this shape. */
  with(key: string): Shape {
    return this.#added.get(key) ?? remember(this.#added, key, new Shape([...this.keys, key]));
  }

  /** The shape without `key`. */
  without(key: string): Shape {
    return this.#removed.get(key) ?? remember(this.#removed, key, new Shape(this.keys.filter((k) => k !== key)));
  }

  static of(keys: Iterable<string>): Shape {
    let shape = EMPTY_SHAPE;
    for (const key of keys) shape = shape.with(key);
    return shape;
  }
}

function remember(steps: Map<string, Shape>, key: string, shape: Shape): Shape {
  if (remembered < MAX_SHAPES) {
    remembered++;
    steps.set(key, shape);
  }
  return shape;
}

export const EMPTY_SHAPE = new Shape([]);
