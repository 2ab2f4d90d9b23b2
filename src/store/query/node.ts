/** A compiled query: what it says of a whole group, and of one document where it says nothing of the group. */
import type { Doc } from '../document/doc.ts';
import { groupValues } from '../document/doc.ts';
import type { FieldType } from '../document/shape.ts';
import type { Group } from '../engine.ts';
import type { Json } from '../json.ts';

export interface Query {
  /** Undefined: documents of the group differ, or may differ. */
  group(group: Group): boolean | undefined;
  test(doc: Doc): boolean;
  /** Milliseconds that every match lies between, inclusive; for the index on time. */
  readonly from?: number;
  readonly to?: number;
  /** Each match has one of these marks. */
  readonly marks?: number | undefined;
  /** The query without what `from` and `to` say, which they say exactly. */
  readonly rest?: Query;
}

export const ALL: Query = { group: () => true, test: () => true };
export const NONE: Query = { group: () => false, test: () => false };

/** The field that a name means: `x.keyword` is the exact value of `x`. */
export interface Field {
  readonly path: string;
  readonly exact: boolean;
}

const KEYWORD = '.keyword';
const IGNORE_ABOVE = 256;

export function fieldOf(name: string): Field {
  return name.endsWith(KEYWORD) ? { path: name.slice(0, -KEYWORD.length), exact: true } : { path: name, exact: false };
}

/** The type of a field in an index; `x.keyword` of a text field is a keyword. */
export function typeOf(types: ReadonlyMap<string, FieldType>, field: Field): FieldType | undefined {
  const type = types.get(field.path);
  return field.exact && type === 'text' ? 'keyword' : type;
}

/** The values that count for exact comparison: long strings have no `.keyword`. */
export function exactValues(values: readonly Json[], field: Field): readonly Json[] {
  return field.exact ? values.filter((value) => typeof value !== 'string' || value.length <= IGNORE_ABOVE) : values;
}

/** A query on the values of one field; decided per group where the group has them. */
export function onValues(field: Field, test: (value: Json, type: FieldType | undefined) => boolean): Query {
  const some = (values: readonly Json[], group: Group): boolean => {
    const type = typeOf(group.index.types, field);
    return exactValues(values, field).some((value) => test(value, type));
  };
  return {
    group(group) {
      const values = groupValues(group, field.path);
      return values === undefined ? undefined : some(values, group);
    },
    test: (doc) => some(doc.values(field.path), doc.group),
  };
}

export function and(parts: readonly Query[]): Query {
  if (parts.length === 0) return ALL;
  if (parts.length === 1) return parts[0]!;
  const from = parts.flatMap((part) => part.from ?? []);
  const to = parts.flatMap((part) => part.to ?? []);
  const { marks } = parts.find((part) => part.marks !== undefined) ?? {};
  return {
    group(group) {
      let all: boolean | undefined = true;
      for (const part of parts) {
        const verdict = part.group(group);
        if (verdict === false) return false;
        if (verdict === undefined) all = undefined;
      }
      return all;
    },
    test: (doc) => parts.every((part) => part.group(doc.group) ?? part.test(doc)),
    ...(marks === undefined ? {} : { marks }),
    ...(from.length > 0 ? { from: Math.max(...from) } : {}),
    ...(to.length > 0 ? { to: Math.min(...to) } : {}),
    ...(from.length > 0
      ? { rest: and(parts.flatMap((part) => (part.from === undefined ? part : (part.rest ?? [])))) }
      : {}),
  };
}

export function atLeast(count: number, parts: readonly Query[]): Query {
  if (count <= 0) return ALL;
  if (count > parts.length) return NONE;
  if (parts.length === 1) return parts[0]!;
  return {
    group(group) {
      let yes = 0;
      let open = 0;
      for (const part of parts) {
        const verdict = part.group(group);
        if (verdict === true) yes++;
        else if (verdict === undefined) open++;
      }
      return yes >= count ? true : yes + open < count ? false : undefined;
    },
    test(doc) {
      let yes = 0;
      for (const part of parts) if ((part.group(doc.group) ?? part.test(doc)) && ++yes >= count) return true;
      return false;
    },
  };
}

export function not(part: Query): Query {
  return {
    group(group) {
      const verdict = part.group(group);
      return verdict === undefined ? undefined : !verdict;
    },
    test: (doc) => !(part.group(doc.group) ?? part.test(doc)),
  };
}
