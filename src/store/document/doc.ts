/** One row as queries, sorts and aggregations look at it: its JSON is read when something asks for a field that its group does not tell. */
import { type Group, idOf, type Row, SHARED } from '../engine.ts';
import type { Json, JsonObject } from '../json.ts';
import { valuesAt } from './values.ts';

export const SHARED_PREFIX = `${SHARED}.`;

/** Reads what an index scan left out. */
export type Load = (seq: number) => Pick<Row, 'id' | 'source'>;

export class Doc {
  readonly row: Pick<Row, 'seq' | 'ts'> & Partial<Pick<Row, 'id' | 'source'>>;
  readonly group: Group;
  readonly #load: Load;
  #loaded: Pick<Row, 'id' | 'source'> | undefined;
  #parsed: JsonObject | undefined;

  constructor(row: Doc['row'], group: Group, load: Load) {
    this.row = row;
    this.group = group;
    this.#load = load;
  }

  #whole(): Pick<Row, 'id' | 'source'> {
    const { id, source, seq } = this.row;
    if (id !== undefined && source !== undefined) return { id, source };
    this.#loaded ??= this.#load(seq);
    return this.#loaded;
  }

  get id(): string {
    const { id, seq } = this.row;
    return idOf({ seq, id: id === undefined ? this.#whole().id : id });
  }

  get text(): string {
    return this.row.source ?? this.#whole().source;
  }

  get source(): JsonObject {
    this.#parsed ??= JSON.parse(this.text) as JsonObject;
    return this.#parsed;
  }

  values(path: string): Json[] {
    const { shared } = this.group;
    if (shared !== undefined && path.startsWith(SHARED_PREFIX)) return groupValues(this.group, path)!;
    return valuesAt(this.source, path);
  }
}

const kept = new WeakMap<Group, Map<string, Json[]>>();

/** Values that all documents of a group share; undefined where each document must be asked. */
export function groupValues(group: Group, path: string): Json[] | undefined {
  if (!group.paths.has(path)) return [];
  if (group.shared === undefined || !path.startsWith(SHARED_PREFIX)) return undefined;
  let byPath = kept.get(group);
  if (byPath === undefined) kept.set(group, (byPath = new Map()));
  let values = byPath.get(path);
  if (values === undefined) byPath.set(path, (values = valuesAt(group.shared, path.slice(SHARED_PREFIX.length))));
  return values;
}
