/** Aggregations that put documents into buckets: terms, date_histogram, filter, filters, missing, composite (of terms). */
import type { Doc } from '../document/doc.ts';
import { illegalArgument, parsingError, searchError } from '../errors.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  onlyMember,
  refuseUnknown,
  stringOf,
} from '../json.ts';
import { compileQuery } from '../query/compile.ts';
import { type Field, fieldOf, type Query, typeOf } from '../query/node.ts';
import { dateText } from '../query/range.ts';
import type { Scan } from '../scan.ts';
import { compare, type SortValue, textReason } from '../sort.ts';
import { Bucket, byGroups, keysOf, together } from './bucket.ts';
import type { Collector, Kind } from './collector.ts';
import { dateHistogram } from './date-histogram.ts';

function refuseText(name: string, scan: Scan): Field {
  const field = fieldOf(name);
  for (const { index } of scan.groups) {
    if (typeOf(index.types, field) === 'text')
      throw searchError('illegal_argument_exception', textReason(name, index.name));
  }
  return field;
}

const terms: Kind = (body, inner, scan) => {
  refuseUnknown(
    body,
    [
      'field',
      'size',
      'order',
      'min_doc_count',
      'missing',
      'shard_size',
      'show_term_doc_count_error',
      'execution_hint',
      'collect_mode',
    ],
    'terms',
  );
  const field = refuseText(stringOf(body['field'], 'field'), scan);
  const size = numberOf(body['size'], 'size', 10);
  const least = numberOf(body['min_doc_count'], 'min_doc_count', 1);
  const order = listOf(body['order'] ?? { _count: 'desc' }).map((one) => onlyMember(objectOf(one, 'order'), 'order'));
  return () => {
    const buckets = new Map<SortValue, Bucket>();
    const bucketsOf = (found: SortValue[]) => {
      const keys = found.length === 0 && body['missing'] !== undefined ? [body['missing'] as SortValue] : found;
      return keys.map((key) => {
        let bucket = buckets.get(key);
        if (bucket === undefined) buckets.set(key, (bucket = new Bucket(inner())));
        return bucket;
      });
    };
    return {
      ...byGroups(scan, [field], inner(), (of) => bucketsOf(of(field))),
      add(doc) {
        for (const bucket of bucketsOf(keysOf(doc, field))) bucket.add(doc);
      },
      result() {
        const isDate = scan.groups.some(({ index }) => typeOf(index.types, field) === 'date');
        const all = [...buckets]
          .filter(([, bucket]) => bucket.count >= least)
          .map(([key, bucket]) => ({ ...keyText(key, isDate), ...bucket.shown() }) as JsonObject);
        all.sort((a, b) => byOrder(order, a, b));
        const shown = all.slice(0, size);
        const rest = all.slice(size).reduce((sum, bucket) => sum + Number(bucket['doc_count']), 0);
        return { doc_count_error_upper_bound: 0, sum_other_doc_count: rest, buckets: shown };
      },
    };
  };
};

function keyText(key: SortValue, isDate: boolean): JsonObject {
  if (typeof key === 'boolean') return { key: Number(key), key_as_string: String(key) };
  return isDate ? { key, key_as_string: dateText(Number(key)) } : { key };
}

function byOrder(order: readonly [string, Json][], a: JsonObject, b: JsonObject): number {
  for (const [name, direction] of order) {
    const at = (bucket: JsonObject): SortValue => {
      if (name === '_key' || name === '_term') return bucket['key'] as SortValue;
      if (name === '_count') return Number(bucket['doc_count']);
      const [path, property = 'value'] = name.split('.');
      const value = bucket[path!];
      if (!isObject(value)) throw illegalArgument(`Invalid aggregator order path [${name}]`);
      return (value[property] ?? value['doc_count'] ?? null) as SortValue;
    };
    const compared = compare(at(a), at(b));
    if (compared !== 0) return direction === 'desc' ? -compared : compared;
  }
  return compare(a['key'] as SortValue, b['key'] as SortValue);
}

function onQuery(query: Query, inner: () => Collector, scan: Scan): Collector {
  const bucket = new Bucket(inner());
  const { addGroup, marked } = bucket.inner;
  const fits = (doc: Doc) => query.group(doc.group) ?? query.test(doc);
  const collector: Collector = {
    add(doc) {
      if (fits(doc)) bucket.add(doc);
    },
    result: () => bucket.shown(),
  };
  if (addGroup !== undefined && scan.groups.every((group) => query.group(group) !== undefined))
    return {
      ...collector,
      addGroup(group, facts) {
        if (query.group(group) === true) bucket.addGroup(group, facts);
      },
      marked: marked && {
        marks: marked.marks,
        add(doc) {
          if (query.group(doc.group) === true) marked.add(doc);
        },
      },
    };
  // Matches are counted one by one, and looked for among the marked documents only.
  if (query.marks !== undefined)
    return { ...collector, addGroup: () => undefined, marked: { marks: query.marks, add: collector.add } };
  return collector;
}

const filter: Kind = (body, inner, scan) => {
  const query = compileQuery(body);
  return () => onQuery(query, inner, scan);
};

const filters: Kind = (body, inner, scan) => {
  const named = Object.entries(objectOf(body['filters'], 'filters')).map(
    ([name, query]) => [name, compileQuery(query)] as const,
  );
  return () => {
    const all = named.map(([name, query]) => [name, onQuery(query, inner, scan)] as const);
    return {
      ...together(all.map(([, one]) => one)),
      add: (doc) => {
        for (const [, one] of all) one.add(doc);
      },
      result: () => ({ buckets: Object.fromEntries(all.map(([name, one]) => [name, one.result()])) }),
    };
  };
};

const missing: Kind = (body, inner, scan) => {
  const query = compileQuery({ bool: { must_not: [{ exists: { field: stringOf(body['field'], 'field') } }] } });
  return () => onQuery(query, inner, scan);
};

const composite: Kind = (body, inner, scan) => {
  refuseUnknown(body, ['size', 'sources', 'after'], 'composite');
  const sources = listOf(body['sources']).map((source) => {
    const [name, definition] = onlyMember(objectOf(source, 'sources'), 'sources');
    const [kind, options] = onlyMember(objectOf(definition, name), name);
    if (kind !== 'terms') throw parsingError(`composite source [${kind}] is not supported by the embedded store`);
    const { order, field } = objectOf(options, kind);
    return { name, field: refuseText(stringOf(field, 'field'), scan), descending: order === 'desc' };
  });
  const size = numberOf(body['size'], 'size', 10);
  const after = body['after'] === undefined ? undefined : objectOf(body['after'], 'after');
  const byKey = (a: readonly SortValue[], b: readonly SortValue[]) => {
    for (const [i, { descending }] of sources.entries()) {
      const order = compare(a[i]!, b[i]!);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
  const start = after === undefined ? undefined : sources.map(({ name }) => after[name] as SortValue);
  return () => {
    const buckets = new Map<string, { readonly key: SortValue[]; readonly bucket: Bucket }>();
    const bucketsOf = (valuesOf: (field: Field) => SortValue[]) => {
      let keys: SortValue[][] = [[]];
      for (const { field } of sources) {
        const values = valuesOf(field);
        keys = keys.flatMap((key) => values.map((value) => [...key, value]));
      }
      return keys.flatMap((key) => {
        if (start !== undefined && byKey(key, start) <= 0) return [];
        const text = JSON.stringify(key);
        let entry = buckets.get(text);
        if (entry === undefined) buckets.set(text, (entry = { key, bucket: new Bucket(inner()) }));
        return entry.bucket;
      });
    };
    const fields = sources.map(({ field }) => field);
    return {
      ...byGroups(scan, fields, inner(), bucketsOf),
      add(doc) {
        for (const bucket of bucketsOf((field) => keysOf(doc, field))) bucket.add(doc);
      },
      result() {
        const shown = [...buckets.values()].sort((a, b) => byKey(a.key, b.key)).slice(0, size);
        const all = shown.map(({ key, bucket }) => ({
          key: Object.fromEntries(sources.map(({ name }, i) => [name, key[i] as Json])),
          ...bucket.shown(),
        }));
        const last = all.at(-1)?.key;
        return { ...(last === undefined ? {} : { after_key: last }), buckets: all };
      },
    };
  };
};

export const bucketKinds: Readonly<Record<string, Kind>> = {
  terms,
  date_histogram: dateHistogram,
  filter,
  filters,
  missing,
  composite,
};
