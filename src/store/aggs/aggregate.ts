/**
 * Aggregations over all matches of a query. What the groups tell is taken from them; what needs a look at some documents (lines with a word such as
 * ERROR) reads those that are marked; everything else reads all matches once in the order of writing.
 */
import { parsingError } from '../errors.ts';
import { isObject, type Json, type JsonObject, objectOf } from '../json.ts';
import type { Scan } from '../scan.ts';
import { together } from './bucket.ts';
import { bucketKinds } from './buckets.ts';
import type { Maker } from './collector.ts';
import { metricKinds } from './metrics.ts';

export function aggregate(scan: Scan, aggs: Json): JsonObject {
  const collector = makerOf(aggs, scan)();
  const { addGroup, marked } = collector;
  if (addGroup !== undefined && scan.decided) {
    for (const [group, facts] of scan.facts()) addGroup(group, facts);
    if (marked !== undefined)
      for (const doc of scan.docs({ by: 'written', descending: false, whole: true, marks: marked.marks }))
        marked.add(doc);
  } else for (const doc of scan.docs({ by: 'written', descending: false, whole: false })) collector.add(doc);
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
      ...together(collectors.map(([, collector]) => collector)),
      add: (doc) => {
        for (const [, collector] of collectors) collector.add(doc);
      },
      result: () => Object.fromEntries(collectors.map(([name, collector]) => [name, collector.result()])),
    };
  };
}
