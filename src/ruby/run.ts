/** The context of one run of a program. */

/** How expressions see a record. */
export interface RecordAccess {
  /** The decoded value of a field, read-only. */
  get(key: string): unknown;
  /** All fields as a new plain object. */
  toObject(): Record<string, unknown>;
}

export interface RunContext {
  readonly record: RecordAccess;
  readonly variables: Readonly<Record<string, unknown>>;
  locals: Record<string, unknown>;
  /** The whole record as a Hash; one per run, so that an expression may change it without changing the record. */
  recordMap(): Map<string, unknown>;
}

export type Run = (c: RunContext) => unknown;

/** `next value` inside a block. */
export class NextSignal {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}
