/** Queries about one field that several query languages have. */
import { wordsOf } from '../document/text.ts';
import type { Json } from '../json.ts';
import { fieldOf, onValues, type Query } from './node.ts';

/** Decided by the group: its documents have the same fields. An object exists when a field in it does. */
export function exists(name: string): Query {
  const { path } = fieldOf(name);
  const test = (paths: ReadonlySet<string>) => {
    if (paths.has(path)) return true;
    for (const other of paths) if (other.startsWith(`${path}.`)) return true;
    return false;
  };
  return { group: (group) => test(group.paths), test: (doc) => test(doc.group.paths) };
}

export function pattern(field: string, regexp: RegExp): Query {
  return onValues(fieldOf(field), (found, type) => pieces(found, type).some((word) => regexp.test(word)));
}

/** What a pattern is compared with: the words of a text, the whole of anything else. */
export function pieces(value: Json, type: string | undefined): string[] {
  return type === 'text' ? wordsOf(String(value)) : [String(value)];
}
