/** Errors of the data path. Every error has a stable `code`; only the buffer retries. */

export class SluiceError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Thrown by an output's write: never retry this chunk, hand it to the secondary or keep it as a backup file. */
export class UnrecoverableError extends SluiceError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_UNRECOVERABLE', message, options);
  }
}

/** An answer that says "later"; the buffer waits at least `retryAfter` seconds. */
export class RetryableResponse extends SluiceError {
  readonly retryAfter: number | undefined;
  constructor(message: string, retryAfter?: number) {
    super('ERR_RETRYABLE_RESPONSE', message);
    this.retryAfter = retryAfter;
  }
}

/** The buffer is full and `overflow_action` is `throw_exception`. */
export class BufferOverflowError extends SluiceError {
  constructor(message = 'buffer space has too many data') {
    super('ERR_BUFFER_OVERFLOW', message);
  }
}

/** A line that is broken rather than unmatched (bad time, broken CSV): the input drops it with a warning. */
export class ParserError extends SluiceError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_PARSER', message, options);
  }
}

/** A wrong configuration found while a plugin is built, after the schema's own checks. */
export class PluginConfigError extends SluiceError {
  /** Several problems, each with its own place; empty where the section is the place. */
  readonly problems: readonly PlacedProblem[];
  constructor(message: string, problems: readonly PlacedProblem[] = []) {
    super('ERR_CONFIG', message);
    this.problems = problems;
  }
}

export interface PlacedProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}
