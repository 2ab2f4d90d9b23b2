/** Exact values: numbers, dates and booleans as such, keywords as strings, texts by their words. */
import { parseDate } from '../document/dates.ts';
import type { FieldType } from '../document/shape.ts';
import { wordsOf } from '../document/text.ts';
import { parsingError } from '../errors.ts';
import type { Json } from '../json.ts';
import { type Field, fieldOf, onValues, type Query } from './node.ts';

export function term(name: string, value: Json | undefined): Query {
  if (value === undefined || value === null) throw parsingError('value cannot be null');
  if (name === '_id') return { group: () => undefined, test: (doc) => doc.id === String(value) };
  if (name === '_index') {
    return { group: (group) => group.index.name === value, test: (doc) => doc.group.index.name === value };
  }
  return terms(fieldOf(name), [value]);
}

export function terms(field: Field, values: readonly Json[]): Query {
  const texts = new Set(values.map(String));
  const numbers = new Set(values.map(Number));
  let dates: Set<bigint | undefined> | undefined;
  return onValues(field, (found, type) => {
    if (type === 'text') return wordsOf(String(found)).some((word) => texts.has(word));
    if (type === 'date') {
      dates ??= new Set(values.map((value) => parseDate(value)));
      return dates.has(parseDate(found));
    }
    return isNumeric(type) ? numbers.has(Number(found)) : texts.has(String(found));
  });
}

export function isNumeric(type: FieldType | undefined): boolean {
  return (
    type !== undefined &&
    ['long', 'integer', 'short', 'byte', 'float', 'double', 'half_float', 'unsigned_long'].includes(type)
  );
}
