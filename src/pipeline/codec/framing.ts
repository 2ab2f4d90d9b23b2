/**
 * Cuts a byte stream into messages, whatever edges its blocks have: at a delimiter, or by octet counting (RFC 6587, `5 hello`).
 *
 * Guarantees: what one call does not complete is kept for the next; no more than `limit` bytes are kept of a message without end: the rest up
 * to the next delimiter is left out and told to `onTooLong`.
 */
export interface Framer {
  /** Complete messages (byte strings). @throws FramingError: the stream cannot be read any further */
  push(block: string): string[];
}

export class FramingError extends Error {}

export interface FramerOptions {
  /** Bytes; undefined for no limit. */
  readonly limit?: number | undefined;
  readonly onTooLong?: (bytes: number) => void;
}

export class DelimiterFramer implements Framer {
  readonly #delimiter: string;
  readonly #options: FramerOptions;
  #rest = '';
  /** Nothing before it can end a message. */
  #searched = 0;
  #skipping = false;

  constructor(delimiter: string, options: FramerOptions = {}) {
    this.#delimiter = delimiter;
    this.#options = options;
  }

  push(block: string): string[] {
    const { limit } = this.#options;
    const text = this.#rest + block;
    const found: string[] = [];
    let from = 0;
    let at = text.indexOf(this.#delimiter, this.#searched);
    while (at >= 0) {
      const size = at - from;
      if (this.#skipping) this.#skipping = false;
      else if (limit !== undefined && size > limit) this.#options.onTooLong?.(size);
      else found.push(text.slice(from, at));
      from = at + this.#delimiter.length;
      at = text.indexOf(this.#delimiter, from);
    }
    this.#keep(text.slice(from));
    return found;
  }

  /** What stands after the last delimiter, where the stream ends. */
  end(): string[] {
    return this.#rest === '' ? [] : this.push(this.#delimiter);
  }

  #keep(rest: string): void {
    const tail = this.#delimiter.length - 1;
    const { limit } = this.#options;
    // Half a delimiter at the end may still be one; it does not count as part of the message.
    if (limit !== undefined && rest.length - tail > limit) {
      if (!this.#skipping) this.#options.onTooLong?.(rest.length);
      this.#skipping = true;
    }
    this.#rest = this.#skipping && tail < rest.length ? rest.slice(rest.length - tail) : rest;
    this.#searched = Math.max(0, this.#rest.length - tail);
  }
}

/** Digits of a count: a message of 10 GB and more is a broken stream. */
const MAX_DIGITS = 10;

export class OctetCountFramer implements Framer {
  readonly #options: FramerOptions;
  #rest = '';
  /** Bytes of a message that is left out. */
  #skip = 0;

  constructor(options: FramerOptions = {}) {
    this.#options = options;
  }

  push(block: string): string[] {
    const found: string[] = [];
    let text = this.#rest + block;
    for (;;) {
      const skipped = Math.min(this.#skip, text.length);
      this.#skip -= skipped;
      text = text.slice(skipped);
      const head = /^\s*(\d+) /.exec(text.slice(0, MAX_DIGITS + 16));
      if (head === null) {
        if (!/^\s*\d{0,10}$/.test(text)) throw new FramingError('a message does not begin with its length');
        break;
      }
      const start = head[0].length;
      const size = Number(head[1]);
      const { limit } = this.#options;
      if (limit !== undefined && size > limit) {
        this.#options.onTooLong?.(size);
        this.#skip = size;
        text = text.slice(start);
        continue;
      }
      if (text.length < start + size) break;
      found.push(text.slice(start, start + size));
      text = text.slice(start + size);
    }
    this.#rest = text;
    return found;
  }
}
