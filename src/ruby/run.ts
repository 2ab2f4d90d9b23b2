/** The context of one run of a program, its variables, and how control leaves a block. */

/** How expressions see a record. */
export interface RecordAccess {
  /** The decoded value of a field, read-only. */
  get(key: string): unknown;
  /** All fields as a new plain object. */
  toObject(): Record<string, unknown>;
  /** Takes back a hash or array of the record that an expression has changed in place. */
  set?(key: string, value: unknown): void;
}

/** Local variables of a program, block or lambda; `up` is where it was written. */
export interface Scope {
  readonly slots: unknown[];
  readonly up: Scope | undefined;
  /** The block this scope is one call of. */
  readonly owner: object | undefined;
}

export interface RunContext {
  readonly record: RecordAccess;
  readonly variables: Readonly<Record<string, unknown>>;
  scope: Scope;
  /** The whole record as a Hash; one per run, so that an expression may change it without changing the record. */
  recordMap(): Map<unknown, unknown>;
}

export type Run = (c: RunContext) => unknown;

/** `next value` inside a block. */
export class NextSignal {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** `break value`: leaves the loop, or the call that the block was given to. */
export class BreakSignal {
  readonly value: unknown;
  /** Where it was said: a `while` in the same scope, or the call that got the scope's block, is left. */
  readonly from: Scope;
  constructor(value: unknown, from: Scope) {
    this.value = value;
    this.from = from;
  }
}

/** `return value` inside a lambda, or out of the whole expression. */
export class ReturnSignal {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}
