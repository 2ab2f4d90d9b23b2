/** One bucket, and how collectors of buckets take whole groups. */
import { type Doc, groupValues } from '../document/doc.ts';
import type { Group } from '../engine.ts';
import type { JsonObject } from '../json.ts';
import { exactValues, type Field, typeOf } from '../query/node.ts';
import type { GroupFacts, Scan } from '../scan.ts';
import type { SortValue } from '../sort.ts';
import type { Collector } from './collector.ts';
import { numbersOf } from './metrics.ts';

export class Bucket {
  count = 0;
  readonly inner: Collector;

  constructor(inner: Collector) {
    this.inner = inner;
  }

  add(doc: Doc): void {
    this.count++;
    this.inner.add(doc);
  }

  addGroup(group: Group, facts: GroupFacts): void {
    this.count += facts.count;
    this.inner.addGroup?.(group, facts);
  }

  shown(): JsonObject {
    return { doc_count: this.count, ...this.inner.result() };
  }
}

/** The values by which a document is put into buckets. */
export function keysOf(doc: Doc, field: Field): SortValue[] {
  const type = typeOf(doc.group.index.types, field);
  if (type === 'date') return numbersOf(doc, field);
  const values = exactValues(doc.values(field.path), field);
  return values.length < 2 ? (values as SortValue[]) : [...new Set(values as SortValue[])];
}

/** The values by which all documents of a group are put into buckets; undefined where they may differ. */
function groupKeys(group: Group, field: Field): SortValue[] | undefined {
  if (typeOf(group.index.types, field) === 'date') return undefined;
  const values = groupValues(group, field.path);
  return values === undefined ? undefined : [...new Set(exactValues(values, field) as SortValue[])];
}

/**
 * Whole groups for a collector of buckets, where the groups tell the keys and the aggregations inside take groups; `bucketsOf` makes the buckets of keys.
 */
export function byGroups(
  scan: Scan,
  fields: readonly Field[],
  inner: Collector,
  bucketsOf: (keysOf: (field: Field) => SortValue[]) => Iterable<Bucket>,
): Pick<Collector, 'addGroup' | 'marked'> {
  const isKnown = (group: Group) => fields.every((field) => groupKeys(group, field) !== undefined);
  if (inner.addGroup === undefined || !scan.groups.every(isKnown)) return {};
  const of = (group: Group) => bucketsOf((field) => groupKeys(group, field)!);
  return {
    addGroup(group, facts) {
      for (const bucket of of(group)) bucket.addGroup(group, facts);
    },
    marked: inner.marked && {
      marks: inner.marked.marks,
      add(doc) {
        for (const bucket of of(doc.group)) bucket.inner.marked?.add(doc);
      },
    },
  };
}

/** Several collectors of the same documents take whole groups where each of them does. */
export function together(collectors: readonly Collector[]): Pick<Collector, 'addGroup' | 'marked'> {
  const adds = collectors.flatMap(({ addGroup }) => addGroup ?? []);
  if (adds.length < collectors.length) return {};
  const marked = collectors.flatMap(({ marked: one }) => one ?? []);
  return {
    addGroup(group, facts) {
      for (const add of adds) add(group, facts);
    },
    marked:
      marked.length === 0
        ? undefined
        : {
            marks: marked.reduce((all, { marks }) => all | marks, 0),
            add(doc) {
              for (const one of marked) one.add(doc);
            },
          },
  };
}
