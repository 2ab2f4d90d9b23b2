/**
 * An event: a record (insertion-ordered top-level fields) with its time and its origin.
 *
 * Guarantees: reading a field decodes it at most once; writing JSON joins the text of fields that nobody touched. Values
 * handed out are read-only: change a record with `set`, never through a value. Leaves tags to the event stream.
 */
import type { Columns } from './columns.ts';
import type { Holds } from './holds.ts';
import { EMPTY_SHAPE, Shape } from './shape.ts';
import { Plain, Shared, type Slot, slotText, slotValue } from './slot.ts';
import type { Hash, Value } from './value.ts';

/** Where events come from: one object per followed file; `id` is stable over restarts and unique in the cluster. */
export interface Origin {
  readonly id: string;
  /** For origins whose position is kept: who keeps events in memory says so. */
  readonly holds?: Holds;
}

/** Time of an event that its parser could not tell; whoever emits the event fills in the current time. */
export const NO_TIME = Number.MIN_SAFE_INTEGER;

/** Time of an event that has none and must not get the current one either; only parsers used with `timeless` give it. */
export const NULL_TIME = Number.MIN_SAFE_INTEGER + 1;

export class LogEvent {
  /** Event time: whole seconds since the epoch … */
  sec: number;
  /** … and nanoseconds 0 … 999 999 999. */
  nsec: number;
  shape: Shape;
  slots: Slot[];
  origin: Origin | undefined = undefined;
  /** Position (bytes) of the event's first byte in its origin; -1 without origin. */
  position = -1;

  constructor(sec: number, nsec: number, shape: Shape, slots: Slot[]) {
    this.sec = sec;
    this.nsec = nsec;
    this.shape = shape;
    this.slots = slots;
  }

  static from(sec: number, nsec: number, record: Hash): LogEvent {
    return new LogEvent(
      sec,
      nsec,
      Shape.of(Object.keys(record)),
      Object.values(record).map((value) => new Plain(value)),
    );
  }

  has(key: string): boolean {
    return this.shape.indexOf(key) >= 0;
  }

  keys(): readonly string[] {
    return this.shape.keys;
  }

  /** The decoded value, read-only; undefined where the key is missing. */
  get(key: string): Value | undefined {
    const i = this.shape.indexOf(key);
    if (i < 0) return undefined;
    const slot = this.slots[i]!;
    if (typeof slot !== 'string') return slot.value;
    const value = slotValue(slot);
    this.slots[i] = new Plain(value, slot);
    return value;
  }

  /** The field as it stands, for copying it to another key or event without decoding. */
  slot(key: string): Slot | undefined {
    const i = this.shape.indexOf(key);
    return i < 0 ? undefined : this.slots[i];
  }

  set(key: string, value: Value): void {
    this.setSlot(key, new Plain(value));
  }

  setShared(key: string, value: Shared): void {
    this.setSlot(key, value);
  }

  setSlot(key: string, slot: Slot): void {
    const i = this.shape.indexOf(key);
    if (i >= 0) {
      this.slots[i] = slot;
      return;
    }
    this.shape = this.shape.with(key);
    this.slots.push(slot);
  }

  delete(key: string): void {
    const i = this.shape.indexOf(key);
    if (i < 0) return;
    this.shape = this.shape.without(key);
    this.slots.splice(i, 1);
  }

  /** Removes every field. */
  clear(): void {
    this.shape = EMPTY_SHAPE;
    this.slots = [];
  }

  /** JSON of the record as a byte string. */
  toJson(): string {
    const { heads, runs } = this.shape;
    const { slots } = this;
    if (slots.length === 0) return '{}';
    let out = '';
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      if (slot instanceof Shared) {
        const run = runs.at(slots, i);
        out += run.text;
        i += run.slots.length - 1;
      } else out += heads[i]! + slotText(slot);
    }
    return `${out}}`;
  }

  /** A new plain object; its values are the read-only ones of the fields. */
  toObject(): Record<string, Value> {
    const out: Record<string, Value> = {};
    for (const key of this.shape.keys) {
      // A key such as `__proto__` must become an own property, not the prototype.
      Object.defineProperty(out, key, { value: this.get(key)!, enumerable: true, writable: true, configurable: true });
    }
    return out;
  }

  /** An independent event; cheap, since values are read-only and shared. */
  clone(): LogEvent {
    const copy = new LogEvent(this.sec, this.nsec, this.shape, this.slots.slice());
    copy.origin = this.origin;
    copy.position = this.position;
    return copy;
  }
}

/**
 * Many events of one tag: the unit of work of the data path. A stream belongs to whoever holds it and may be changed. Alike lines of one block
 * come as `columns`; who asks for `events` gets them one by one, and there are no columns any more.
 */
export class EventStream {
  readonly tag: string;
  #events: LogEvent[] | undefined;
  #columns: Columns | undefined;

  constructor(tag: string, events: LogEvent[] | Columns) {
    this.tag = tag;
    if (Array.isArray(events)) this.#events = events;
    else this.#columns = events;
  }

  get length(): number {
    return this.#events?.length ?? this.#columns!.rows;
  }

  get columns(): Columns | undefined {
    return this.#columns;
  }

  get events(): LogEvent[] {
    if (this.#events === undefined) {
      this.#events = this.#columns!.events();
      this.#columns = undefined;
    }
    return this.#events;
  }

  /** Before anybody waits: columns are good until the next block only. */
  keep(): void {
    if (this.#columns !== undefined) void this.events;
  }

  /** A stream of its own whose events may be changed. */
  clone(): EventStream {
    if (this.#columns !== undefined) return new EventStream(this.tag, this.#columns.clone());
    return new EventStream(
      this.tag,
      this.events.map((event) => event.clone()),
    );
  }
}
