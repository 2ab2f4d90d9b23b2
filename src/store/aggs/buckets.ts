/** Aggregations that put documents into buckets: terms, date_histogram, filter, filters, missing, composite (of terms). */
import { addUnits, type DateUnit, startOf, toMs, zoneMinutes } from '../document/dates.ts';
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
import { exactValues, type Field, fieldOf, type Query, typeOf } from '../query/node.ts';
import { dateText } from '../query/range.ts';
import type { Scan } from '../scan.ts';
import { compare, type SortValue, textReason } from '../sort.ts';
import type { Collector, Kind } from './aggregate.ts';
import { numbersOf } from './metrics.ts';

class Bucket {
  count = 0;
  readonly inner: Collector;

  constructor(inner: Collector) {
    this.inner = inner;
  }

  add(doc: Doc): void {
    this.count++;
    this.inner.add(doc);
  }

  shown(): JsonObject {
    return { doc_count: this.count, ...this.inner.result() };
  }
}

/** The values by which a document is put into buckets. */
function keysOf(doc: Doc, field: Field): SortValue[] {
  const type = typeOf(doc.group.index.types, field);
  if (type === 'date') return numbersOf(doc, field);
  const values = exactValues(doc.values(field.path), field);
  return values.length < 2 ? (values as SortValue[]) : [...new Set(values as SortValue[])];
}

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
    return {
      add(doc) {
        const keys = keysOf(doc, field);
        if (keys.length === 0 && body['missing'] !== undefined) keys.push(body['missing'] as SortValue);
        for (const key of keys) {
          let bucket = buckets.get(key);
          if (bucket === undefined) buckets.set(key, (bucket = new Bucket(inner())));
          bucket.add(doc);
        }
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

const UNITS: Readonly<Record<string, DateUnit>> = {
  ...{
    second: 's',
    '1s': 's',
    minute: 'm',
    '1m': 'm',
    hour: 'h',
    '1h': 'h',
    day: 'd',
    '1d': 'd',
    week: 'w',
    '1w': 'w',
  },
  ...{ month: 'M', '1M': 'M', quarter: 'q', '1q': 'q', year: 'y', '1y': 'y' },
};
const FIXED_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MOST_BUCKETS = 65_536;

const dateHistogram: Kind = (body, inner) => {
  refuseUnknown(
    body,
    [
      'field',
      'calendar_interval',
      'fixed_interval',
      'interval',
      'min_doc_count',
      'time_zone',
      'extended_bounds',
      'format',
      'order',
      'keyed',
    ],
    'date_histogram',
  );
  const field = fieldOf(stringOf(body['field'], 'field'));
  const shift =
    zoneMinutes(body['time_zone'] === undefined ? undefined : stringOf(body['time_zone'], 'time_zone')) * 60_000;
  if (Number.isNaN(shift))
    throw illegalArgument(`time zone [${String(body['time_zone'])}] is not supported by the embedded store`);
  const step = stepOf(body);
  const floor = (ms: number) => step.floor(ms + shift) - shift;
  const least = numberOf(body['min_doc_count'], 'min_doc_count', 0);
  return () => {
    const buckets = new Map<number, Bucket>();
    return {
      add(doc) {
        for (const ms of numbersOf(doc, field)) {
          const key = floor(ms);
          let bucket = buckets.get(key);
          if (bucket === undefined) buckets.set(key, (bucket = new Bucket(inner())));
          bucket.add(doc);
        }
      },
      result() {
        const bounds = isObject(body['extended_bounds']) ? body['extended_bounds'] : {};
        const ends = [bounds['min'], bounds['max']].flatMap((bound) =>
          bound === undefined ? [] : floor(Number(bound)),
        );
        const keys = [...buckets.keys(), ...(least === 0 ? ends : [])].sort((a, b) => a - b);
        const last = keys.at(-1);
        if (least === 0 && last !== undefined)
          for (let at = keys[0]!, n = 0; at < last; at = step.next(at + shift) - shift) {
            if (++n > MOST_BUCKETS)
              throw searchError(
                'too_many_buckets_exception',
                `Trying to create too many buckets. Must be less than or equal to: [${MOST_BUCKETS}] but this number of buckets was exceeded.`,
              );
            if (!buckets.has(at)) buckets.set(at, new Bucket(inner()));
          }
        const all = [...buckets].filter(([, { count }]) => count >= least).sort(([a], [b]) => a - b);
        return { buckets: all.map(([key, bucket]) => ({ key_as_string: dateText(key), key, ...bucket.shown() })) };
      },
    };
  };
};

function stepOf(body: JsonObject): { floor(ms: number): number; next(ms: number): number } {
  const name = stringOf(body['calendar_interval'] ?? body['interval'] ?? '', 'interval');
  const unit = body['fixed_interval'] === undefined ? UNITS[name] : undefined;
  if (unit !== undefined) {
    return {
      floor: (ms) => toMs(startOf(BigInt(ms) * 1_000_000n, unit)),
      next: (ms) => toMs(addUnits(BigInt(ms) * 1_000_000n, 1, unit)),
    };
  }
  if (body['calendar_interval'] !== undefined)
    throw illegalArgument(`The supplied interval [${name}] could not be parsed as a calendar interval.`);
  const fixed = stringOf(body['fixed_interval'] ?? body['interval'] ?? '', 'interval');
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(fixed);
  if (match === null || Number(match[1]) === 0)
    throw illegalArgument(
      `failed to parse setting [date_histogram.fixedInterval] with value [${fixed}] as a time value`,
    );
  const size = Number(match[1]) * FIXED_MS[match[2]!]!;
  return { floor: (ms) => Math.floor(ms / size) * size, next: (ms) => ms + size };
}

function onQuery(query: Query, inner: () => Collector, scan: Scan): Collector {
  const bucket = new Bucket(inner());
  const innerGroup = bucket.inner.addGroup;
  const isDecided = innerGroup !== undefined && scan.groups.every((group) => query.group(group) !== undefined);
  return {
    addGroup: !isDecided
      ? undefined
      : (group, facts) => {
          if (query.group(group) !== true) return;
          bucket.count += facts.count;
          innerGroup(group, facts);
        },
    add(doc) {
      if (query.group(doc.group) ?? query.test(doc)) bucket.add(doc);
    },
    result: () => bucket.shown(),
  };
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
    return {
      add(doc) {
        let keys: SortValue[][] = [[]];
        for (const { field } of sources) {
          const values = keysOf(doc, field);
          keys = keys.flatMap((key) => values.map((value) => [...key, value]));
        }
        for (const key of keys) {
          if (start !== undefined && byKey(key, start) <= 0) continue;
          const text = JSON.stringify(key);
          let entry = buckets.get(text);
          if (entry === undefined) buckets.set(text, (entry = { key, bucket: new Bucket(inner()) }));
          entry.bucket.add(doc);
        }
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
