/**
 * Aggregations over all matches of a query, read once in the order of writing; sources are read only where a field is not known of the group.
 */
import type { Doc } from '../document/doc.ts';
import { parsingError } from '../errors.ts';
import { isObject, type Json, type JsonObject, objectOf } from '../json.ts';
import type { Scan } from '../scan.ts';
import { bucketKinds } from './buckets.ts';
import { metricKinds } from './metrics.ts';

/** Takes documents, gives its answer at the end. */
export interface Collector {
  add(doc: Doc): void;
  result(): JsonObject;
}

/** Makes one collector for each bucket. */
export type Maker = () => Collector;

/** Builds a maker from the body of an aggregation; `inner` makes the aggregations inside it. */
export type Kind = (body: JsonObject, inner: () => Collector, scan: Scan) => Maker;

export function aggregate(scan: Scan, aggs: Json): JsonObject {
  const collector = makerOf(aggs, scan)();
  for (const doc of scan.docs({ by: 'written', descending: false, whole: false })) collector.add(doc);
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
    return {
      add: (doc) => {
        for (const [, collector] of collectors) collector.add(doc);
      },
      result: () => Object.fromEntries(collectors.map(([name, collector]) => [name, collector.result()])),
    };
  };
}
