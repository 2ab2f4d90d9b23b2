/** Which chunk an event belongs to: the values of the chunk keys. */
import { Accessor } from '../core/accessor.ts';
import type { EventStream, LogEvent } from '../core/event.ts';
import type { Value } from '../core/value.ts';
import type { Zone } from '../core/zone.ts';
import type { ChunkKeys, ChunkMeta } from '../plugin.ts';

const NO_META = '';

/** Equal for equal metadata. */
export function metaKey(meta: ChunkMeta): string {
  if (meta.timekey === undefined && meta.variables === undefined) return meta.tag ?? NO_META;
  return JSON.stringify([meta.tag, meta.timekey, meta.variables], (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}

/** Fluentd's order of chunk metadata that one tag's events have: by time slice, then by the fields in the order of their names. */
function compareMeta(a: ChunkMeta, b: ChunkMeta): number {
  const byTime = (a.timekey ?? 0) - (b.timekey ?? 0);
  if (byTime !== 0) return byTime;
  for (const key of Object.keys(a.variables ?? {}).sort()) {
    const order = compareValues(a.variables?.[key], b.variables?.[key]);
    if (order !== 0) return order;
  }
  return 0;
}

/** What is absent comes first; values of different kinds have no order. */
function compareValues(a: Value | undefined, b: Value | undefined): number {
  const isAbsent = (value: Value | undefined) => value === undefined || value === null || value === false;
  if (isAbsent(a) || isAbsent(b)) return Number(isAbsent(b)) - Number(isAbsent(a));
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' && typeof b === 'number' ? a - b : 0;
}

export class Metadata {
  readonly #keys: ChunkKeys;
  readonly #accessors: readonly Accessor[];
  readonly #zone: Zone;
  /** Seconds of a time slice. */
  readonly #timekey: number | undefined;

  constructor(keys: ChunkKeys, zone: Zone, timekey: number | undefined) {
    this.#keys = keys;
    this.#accessors = keys.fields.map((field) => new Accessor(field));
    this.#zone = zone;
    this.#timekey = timekey;
  }

  /** That of all events of the tag; undefined where it depends on the event. */
  ofTag(tag: string): ChunkMeta | undefined {
    if (this.#keys.time || this.#accessors.length > 0) return undefined;
    return this.#keys.tag ? { tag } : {};
  }

  groups(stream: EventStream): Map<ChunkMeta, LogEvent[]> {
    const byKey = new Map<string, { meta: ChunkMeta; events: LogEvent[] }>();
    for (const event of stream.events) {
      const meta = this.#of(stream.tag, event);
      const key = metaKey(meta);
      const group = byKey.get(key);
      if (group === undefined) byKey.set(key, { meta, events: [event] });
      else group.events.push(event);
    }
    const groups = [...byKey.values()];
    // New chunks of one stream come into the stage in this order, and leave it in that.
    if (groups.length > 1) groups.sort((a, b) => compareMeta(a.meta, b.meta));
    return new Map(groups.map(({ meta, events }) => [meta, events]));
  }

  #of(tag: string, event: LogEvent): ChunkMeta {
    const variables: Record<string, Value> = {};
    for (const accessor of this.#accessors) variables[accessor.text] = accessor.get(event) ?? null;
    return {
      ...(this.#keys.tag ? { tag } : {}),
      ...(this.#keys.time ? { timekey: this.#slice(event.sec) } : {}),
      ...(this.#accessors.length > 0 ? { variables } : {}),
    };
  }

  /** Start of the time slice: slices begin at midnight of the buffer's zone. */
  #slice(sec: number): number {
    const length = this.#timekey!;
    const offset = this.#zone(sec);
    return Math.floor((sec + offset) / length) * length - offset;
  }
}
