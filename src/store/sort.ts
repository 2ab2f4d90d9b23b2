/** Sort keys of a search. Strings are compared by code point, numbers and dates by value; the last key is always the sequence number. */
import { parseDate, toMs } from './document/dates.ts';
import type { Doc } from './document/doc.ts';
import { groupValues } from './document/doc.ts';
import type { Group } from './engine.ts';
import { illegalArgument, searchError } from './errors.ts';
import { isObject, type Json, listOf, onlyMember, refuseUnknown, stringOf } from './json.ts';
import { exactValues, fieldOf, typeOf } from './query/node.ts';

export type SortValue = number | string | null;

export interface SortKey {
  readonly name: string;
  readonly descending: boolean;
  /** Missing values go first. */
  readonly missingFirst: boolean;
  /** Stands for missing values. */
  readonly substitute: SortValue;
  /** Whether an index without the field may be sorted. */
  readonly unmapped: boolean;
  value(doc: Doc): SortValue;
}

export const TIME = '@timestamp';

export function sortKeys(given: Json | undefined): SortKey[] {
  return listOf(given).map((one) => {
    if (typeof one === 'string')
      return keyOf(one.split(':')[0]!, one.split(':')[1] ?? (one === '_score' ? 'desc' : 'asc'), {});
    const [name, options] = onlyMember(isObject(one) ? one : {}, 'sort');
    if (!isObject(options)) return keyOf(name, stringOf(options, 'sort'), {});
    refuseUnknown(options, ['order', 'missing', 'unmapped_type', 'format', 'mode', 'numeric_type'], 'sort');
    return keyOf(name, stringOf(options['order'] ?? (name === '_score' ? 'desc' : 'asc'), 'sort'), options);
  });
}

function keyOf(name: string, order: string, options: { readonly [key: string]: Json }): SortKey {
  if (order !== 'asc' && order !== 'desc')
    throw illegalArgument(`No enum constant org.elasticsearch.search.sort.SortOrder.${order.toUpperCase()}`);
  const descending = order === 'desc';
  const base = {
    name,
    descending,
    missingFirst: options['missing'] === '_first',
    substitute: substituteOf(options['missing']),
    unmapped: options['unmapped_type'] !== undefined || name.startsWith('_'),
  };
  if (name === '_doc' || name === '_shard_doc') return { ...base, value: (doc) => doc.row.seq };
  if (name === '_score') return { ...base, value: () => 1 };
  if (name === '_id') return { ...base, value: (doc) => doc.id };
  if (name === '_index') return { ...base, value: (doc) => doc.group.index.name };
  if (name === TIME) return { ...base, value: (doc) => doc.row.ts ?? base.substitute };
  const field = fieldOf(name);
  return {
    ...base,
    value(doc) {
      const values = exactValues(groupValues(doc.group, field.path) ?? doc.values(field.path), field);
      const type = typeOf(doc.group.index.types, field);
      let best: SortValue = null;
      for (const value of values) {
        const key = comparable(value, type);
        if (best === null || (descending ? compare(key, best) > 0 : compare(key, best) < 0)) best = key;
      }
      return best ?? base.substitute;
    },
  };
}

function substituteOf(missing: Json | undefined): SortValue {
  return typeof missing === 'number' || (typeof missing === 'string' && !missing.startsWith('_')) ? missing : null;
}

function comparable(value: Json, type: string | undefined): SortValue {
  if (type === 'date') {
    const nanos = parseDate(value);
    return nanos === undefined ? null : toMs(nanos);
  }
  return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : String(value);
}

export function compare(a: SortValue, b: SortValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return a === b ? 0 : String(a) < String(b) ? -1 : 1;
}

export function compareKeys(keys: readonly SortKey[], a: readonly SortValue[], b: readonly SortValue[]): number {
  for (let i = 0; i < keys.length; i++) {
    const [x, y, key] = [a[i] ?? null, b[i] ?? null, keys[i]!];
    if (x === null || y === null) {
      if (x === y) continue;
      return (x === null) === key.missingFirst ? -1 : 1;
    }
    const order = compare(x, y);
    if (order !== 0) return key.descending ? -order : order;
  }
  return 0;
}

/** Elasticsearch sorts neither by a field that no document has nor by the words of a text. */
export function checkSort(keys: readonly SortKey[], groups: readonly Group[]): void {
  for (const key of keys) {
    if (key.unmapped) continue;
    const field = fieldOf(key.name);
    for (const { types, name } of new Set(groups.map((group) => group.index))) {
      const type = typeOf(types, field);
      if (type === undefined)
        throw searchError('query_shard_exception', `No mapping found for [${key.name}] in order to sort on`);
      if (type === 'text') throw searchError('illegal_argument_exception', textReason(key.name, name));
    }
  }
}

export function textReason(field: string, index: string): string {
  return `Fielddata is disabled on [${field}] in [${index}]. Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead.`;
}
