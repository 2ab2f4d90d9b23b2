/**
 * Aggregations over all matches of a query, read once in the order of writing; sources are read only where a field is not known of the group.
 */
import type { Doc } from '../document/doc.ts';
import type { Group } from '../engine.ts';
import { parsingError } from '../errors.ts';
import { isObject, type Json, type JsonObject, objectOf } from '../json.ts';
import type { GroupFacts, Scan } from '../scan.ts';
import { bucketKinds } from './buckets.ts';
import { metricKinds } from './metrics.ts';

/** Takes documents, gives its answer at the end. */
export interface Collector {
  add(doc: Doc): void;
  /** Takes all documents of a group at once; absent where each must be looked at. */
  addGroup?: ((group: Group, facts: GroupFacts) => void) | undefined;
  result(): JsonObject;
}

/** Makes one collector for each bucket. */
export type Maker = () => Collector;

/** Builds a maker from the body of an aggregation; `inner` makes the aggregations inside it. */
export type Kind = (body: JsonObject, inner: () => Collector, scan: Scan) => Maker;

export function aggregate(scan: Scan, aggs: Json): JsonObject {
  const collector = makerOf(aggs, scan)();
  const { addGroup } = collector;
  if (addGroup !== undefined && scan.decided) for (const [group, facts] of scan.facts()) addGroup(group, facts);
  else for (const doc of scan.docs({ by: 'written', descending: false, whole: false })) collector.add(doc);
  return collector.result();
}

function makerOf(aggs: Json | undefined, scan: Scan): Maker {
  const makers: [string, Maker][] = [];
  for (const [name, definition] of Object.entries(aggs === undefined ? {} : objectOf(aggs, 'aggs'))) {
    if (!isObject(definition)) throw parsingError(`Expected [START_OBJECT] under [${name}]`);
    const { aggs: inner, aggregations, meta: _, ...rest } = definition;
    const [kind, ...others] = Object.keys(rest);
    if (kind === undefined) throw parsingError(`Missing definition for aggregation [${name}]`);
    if (others.length > 0)
      throw parsingError(`Found two aggregation type definitions in [${name}]: [${kind}] and [${others[0]}]`);
    const make = Object.hasOwn(bucketKinds, kind)
      ? bucketKinds[kind]
      : Object.hasOwn(metricKinds, kind)
        ? metricKinds[kind]
        : undefined;
    if (make === undefined) throw parsingError(`Unknown aggregation type [${kind}]`);
    makers.push([name, make(objectOf(rest[kind], kind), makerOf(inner ?? aggregations, scan), scan)]);
  }
  return () => {
    const collectors = makers.map(([name, make]) => [name, make()] as const);
    const together = collectors.flatMap(([, { addGroup }]) => addGroup ?? []);
    return {
      add: (doc) => {
        for (const [, collector] of collectors) collector.add(doc);
      },
      addGroup:
        together.length < collectors.length
          ? undefined
          : (group, facts) => {
              for (const add of together) add(group, facts);
            },
      result: () => Object.fromEntries(collectors.map(([name, collector]) => [name, collector.result()])),
    };
  };
}
