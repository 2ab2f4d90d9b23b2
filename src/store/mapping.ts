/** What the store knows of fields, in the shapes of `_mapping` and `_field_caps`. */
import { wildcardToRegExp } from './document/values.ts';
import type { Index } from './engine.ts';
import type { JsonObject } from './json.ts';
import { isNumeric } from './query/term.ts';

const SUB_FIELD: JsonObject = { keyword: { type: 'keyword', ignore_above: 256 } };

export function mappingOf(indices: Iterable<Index>): JsonObject {
  const result: JsonObject = {};
  for (const index of indices) {
    const properties: JsonObject = {};
    for (const [path, type] of index.types) {
      let at = properties;
      const parts = path.split('.');
      for (const part of parts.slice(0, -1)) {
        at[part] ??= { properties: {} };
        const holder = at[part] as JsonObject;
        holder['properties'] ??= {};
        at = holder['properties'] as JsonObject;
      }
      at[parts.at(-1)!] = type === 'text' ? { type, fields: SUB_FIELD } : { type };
    }
    result[index.name] = { mappings: Object.keys(properties).length === 0 ? {} : { properties } };
  }
  return result;
}

export function caps(indices: ReadonlySet<Index>, names: readonly string[]): JsonObject {
  const patterns = names.map((name) => wildcardToRegExp(name));
  const fields: JsonObject = {};
  const add = (path: string, type: string) => {
    if (!patterns.some((pattern) => pattern.test(path))) return;
    const aggregatable = type !== 'text' && (isNumeric(type) || ['keyword', 'date', 'boolean', 'ip'].includes(type));
    const byType = (fields[path] ??= {}) as JsonObject;
    byType[type] ??= { type, metadata_field: false, searchable: type !== 'object', aggregatable };
  };
  for (const { types } of indices) {
    for (const [path, type] of types) {
      const parts = path.split('.');
      for (let i = 1; i < parts.length; i++) add(parts.slice(0, i).join('.'), 'object');
      add(path, type);
      if (type === 'text') add(`${path}.keyword`, 'keyword');
    }
  }
  return { indices: [...indices].map(({ name }) => name).sort(), fields };
}
