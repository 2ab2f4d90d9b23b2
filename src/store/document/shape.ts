/** Which fields a document has, and of which type a field becomes when it is first seen: Elasticsearch's dynamic mapping. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { looksLikeDate } from './dates.ts';

export type FieldType = 'text' | 'keyword' | 'date' | 'long' | 'float' | 'boolean' | (string & {});

export interface Shape {
  /** The same for two documents that have the same fields. */
  readonly key: string;
  readonly paths: readonly string[];
  /** Each member of the document has a value, and no dot in its name: the paths tell which members there are. */
  readonly isRegular: boolean;
}

/** The fields that have a value; `except` is left out. */
export function shapeOf(document: JsonObject, except?: string): Shape {
  const paths: string[] = [];
  let isRegular = true;
  for (const name of Object.keys(document)) {
    const value = document[name] as Json;
    const before = paths.length;
    if (name !== except) leaf(value, name, (path) => paths.push(path));
    isRegular &&= !name.includes('.') && (name === except ? isObject(value) : paths.length > before);
  }
  return { key: paths.join('\0'), paths, isRegular };
}

/** All fields of a document; those that are new get a type. */
export function typesOf(document: JsonObject, types: Map<string, FieldType>): string[] {
  const paths: string[] = [];
  walk(document, '', (path, value) => {
    paths.push(path);
    if (!types.has(path)) types.set(path, dynamicType(value));
  });
  return paths;
}

function walk(object: JsonObject, prefix: string, found: (path: string, value: Json) => void): void {
  for (const key of Object.keys(object)) leaf(object[key] as Json, prefix + key, found);
}

function leaf(value: Json, path: string, found: (path: string, value: Json) => void): void {
  if (value === null) return;
  if (typeof value !== 'object') found(path, value);
  else if (Array.isArray(value)) {
    const seen = new Set<string>();
    for (const element of value)
      leaf(element, path, (at, inner) => {
        if (!seen.has(at)) found(at, inner);
        seen.add(at);
      });
  } else if (isObject(value)) walk(value, `${path}.`, found);
}

function dynamicType(value: Json): FieldType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'float';
  return looksLikeDate(String(value)) ? 'date' : 'text';
}

/** Fields of `mappings.properties` by path; multi-fields are known by their own name. */
export function mappedTypes(
  properties: JsonObject,
  prefix = '',
  types = new Map<string, FieldType>(),
): Map<string, FieldType> {
  for (const [name, definition] of Object.entries(properties)) {
    if (!isObject(definition)) continue;
    const { type, properties: inner } = definition;
    if (isObject(inner)) mappedTypes(inner, `${prefix}${name}.`, types);
    else if (typeof type === 'string') types.set(prefix + name, type);
  }
  return types;
}
