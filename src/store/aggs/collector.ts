/** What an aggregation is made of. */
import type { Doc } from '../document/doc.ts';
import type { Group } from '../engine.ts';
import type { JsonObject } from '../json.ts';
import type { GroupFacts, Scan } from '../scan.ts';

/** Takes documents, gives its answer at the end. */
export interface Collector {
  add(doc: Doc): void;
  /** Takes all documents of a group at once; absent where each must be looked at. */
  addGroup?: ((group: Group, facts: GroupFacts) => void) | undefined;
  /** With `addGroup`: takes what the groups do not tell, from documents that have one of `marks`. */
  marked?: Marked | undefined;
  result(): JsonObject;
}

export interface Marked {
  readonly marks: number;
  add(doc: Doc): void;
}

/** Makes one collector for each bucket. */
export type Maker = () => Collector;

/** Builds a maker from the body of an aggregation; `inner` makes the aggregations inside it. */
export type Kind = (body: JsonObject, inner: () => Collector, scan: Scan) => Maker;
