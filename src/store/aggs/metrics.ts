/** Numbers about documents: min, max, sum, avg, value_count, stats, cardinality (exact here), and top_hits. */
import { parseDate, toMs } from '../document/dates.ts';
import type { Doc } from '../document/doc.ts';
import type { FieldType } from '../document/shape.ts';
import { type Json, type JsonObject, numberOf, refuseUnknown, stringOf } from '../json.ts';
import { exactValues, type Field, fieldOf, typeOf } from '../query/node.ts';
import { dateText } from '../query/range.ts';
import { compareKeys, sortKeys, TIME } from '../sort.ts';
import { sourceFilter } from '../source-filter.ts';
import type { Collector, Kind } from './collector.ts';

/** Values of a field as numbers; times as milliseconds. */
export function numbersOf(doc: Doc, field: Field): number[] {
  if (field.path === TIME) return doc.row.ts === null ? [] : [doc.row.ts];
  const type = typeOf(doc.group.index.types, field);
  return doc.values(field.path).map((value) => numeric(value, type));
}

function numeric(value: Json, type: FieldType | undefined): number {
  if (type !== 'date') return Number(value);
  const nanos = parseDate(value);
  return nanos === undefined ? Number.NaN : toMs(nanos);
}

interface Numbers {
  count: number;
  sum: number;
  min: number;
  max: number;
  isDate: boolean;
}

/** `isOfEnds`: all that is shown follows from the least, the greatest and whether there are any. */
function numbers(show: (numbers: Numbers) => JsonObject, isOfEnds = false): Kind {
  return (body) => {
    refuseUnknown(body, ['field', 'format', 'missing'], 'metric');
    const field = fieldOf(stringOf(body['field'], 'field'));
    return (): Collector => {
      const all: Numbers = {
        count: 0,
        sum: 0,
        min: Number.POSITIVE_INFINITY,
        max: Number.NEGATIVE_INFINITY,
        isDate: field.path === TIME,
      };
      return {
        add(doc) {
          all.isDate ||= typeOf(doc.group.index.types, field) === 'date';
          for (const value of numbersOf(doc, field)) {
            all.count++;
            all.sum += value;
            if (value < all.min) all.min = value;
            if (value > all.max) all.max = value;
          }
        },
        addGroup:
          field.path !== TIME || !isOfEnds
            ? undefined
            : (_, { timed, first, last }) => {
                if (first === null || last === null) return;
                all.count += timed;
                all.min = Math.min(all.min, first);
                all.max = Math.max(all.max, last);
              },
        result: () => show(all),
      };
    };
  };
}

function shown(value: number, { count, isDate }: Numbers): JsonObject {
  if (count === 0) return { value: null };
  return { value, ...(isDate ? { value_as_string: dateText(Math.trunc(value)) } : {}) };
}

const cardinality: Kind = (body) => {
  refuseUnknown(body, ['field', 'precision_threshold'], 'cardinality');
  const field = fieldOf(stringOf(body['field'], 'field'));
  return () => {
    const seen = new Set<Json>();
    return {
      add(doc) {
        const values = field.path === TIME ? numbersOf(doc, field) : exactValues(doc.values(field.path), field);
        for (const value of values) seen.add(value);
      },
      result: () => ({ value: seen.size }),
    };
  };
};

const valueCount: Kind = (body) => {
  const field = fieldOf(stringOf(body['field'], 'field'));
  return () => {
    let count = 0;
    return {
      add: (doc) => void (count += exactValues(doc.values(field.path), field).length),
      result: () => ({ value: count }),
    };
  };
};

const topHits: Kind = (body, _, scan) => {
  refuseUnknown(body, ['size', 'from', '_source', 'sort'], 'top_hits');
  const size = numberOf(body['size'], 'size', 3);
  const keys = sortKeys(body['sort']);
  const filter = sourceFilter(body['_source']);
  return () => {
    let found: Doc[] = [];
    let total = 0;
    const sortOf = (doc: Doc) => keys.map((key) => key.value(doc));
    const cut = () => {
      found = found.sort((a, b) => compareKeys(keys, sortOf(a), sortOf(b)) || a.row.seq - b.row.seq).slice(0, size);
    };
    return {
      add(doc) {
        total++;
        if (keys.length === 0 && found.length >= size) return;
        if (found.push(doc) > size + 1000) cut();
      },
      addGroup:
        keys.length > 0 || size > 1
          ? undefined
          : (group, { count, seq }) => {
              total += count;
              if (seq === null || (found[0] !== undefined && found[0].row.seq < seq)) return;
              found = [scan.docOf({ seq, ts: null, grp: group.id })];
            },
      result() {
        cut();
        const hits = found.map((doc) => {
          const source = filter(doc);
          return {
            _index: doc.group.index.name,
            _id: doc.id,
            _score: keys.length > 0 ? null : 1,
            ...(source === undefined ? {} : { _source: JSON.parse(source) as Json }),
            ...(keys.length > 0 ? { sort: sortOf(doc) } : {}),
          };
        });
        return { hits: { total: { value: total, relation: 'eq' }, max_score: keys.length > 0 ? null : 1, hits } };
      },
    };
  };
};

export const metricKinds: Readonly<Record<string, Kind>> = {
  min: numbers((all) => shown(all.min, all), true),
  max: numbers((all) => shown(all.max, all), true),
  avg: numbers((all) => shown(all.sum / all.count, all)),
  sum: numbers(({ sum }) => ({ value: sum })),
  stats: numbers((all) => {
    const { count, sum } = all;
    if (count === 0) return { count, min: null, max: null, avg: null, sum: 0 };
    return { count, min: all.min, max: all.max, avg: sum / count, sum };
  }),
  value_count: valueCount,
  cardinality,
  top_hits: topHits,
};
