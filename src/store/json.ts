import { parsingError } from './errors.ts';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object, or a parsing error that names what it was for. */
export function objectOf(value: Json | undefined, what: string): JsonObject {
  if (isObject(value)) return value;
  throw parsingError(`[${what}] must be an object, found ${describe(value)}`);
}

export function listOf(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export function stringOf(value: Json | undefined, what: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw parsingError(`[${what}] must be a string, found ${describe(value)}`);
}

/** The number of an option, or its default; a string of digits counts as Elasticsearch lets it. */
export function numberOf(value: Json | undefined, what: string, fallback: number): number {
  if (value === undefined) return fallback;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw parsingError(`[${what}] must be a number, found ${describe(value)}`);
}

/** The only member of an object such as `{ "term": … }`. */
export function onlyMember(object: JsonObject, what: string): [string, Json] {
  const entries = Object.entries(object);
  const first = entries[0];
  if (first && entries.length === 1) return first;
  throw parsingError(
    entries.length === 0
      ? `[${what}] malformed query, expected a field name but found an empty object`
      : `[${what}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`,
  );
}

/** Refuses members that this store does not know: an option that is silently ignored gives wrong answers. */
export function refuseUnknown(object: JsonObject, known: readonly string[], what: string): void {
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) throw parsingError(`[${what}] unknown field [${key}] in the embedded store`);
  }
}

export function describe(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `[${value}]`;
}
