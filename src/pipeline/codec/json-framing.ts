/** Cuts a byte stream into the JSON values that stand in it one after the other, whatever edges its blocks have. */
import { type Framer, type FramerOptions, FramingError } from './framing.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = new Set([91, 123]);
const CLOSE = new Set([93, 125]);
const SPACE = /\s/;

/** Objects and arrays only: a bare number would never end. What stands between them besides white space is an error. */
export class JsonFramer implements Framer {
  readonly #options: FramerOptions;
  #rest = '';
  #at = 0;
  #depth = 0;
  #inString = false;

  constructor(options: FramerOptions = {}) {
    this.#options = options;
  }

  push(block: string): string[] {
    const text = this.#rest + block;
    const found: string[] = [];
    let from = 0;
    let at = this.#at;
    for (; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (this.#inString) {
        if (c === BACKSLASH) at++;
        else if (c === QUOTE) this.#inString = false;
      } else if (OPEN.has(c)) this.#depth++;
      else if (CLOSE.has(c)) {
        if (--this.#depth === 0) {
          found.push(text.slice(from, at + 1));
          from = at + 1;
        }
      } else if (this.#depth === 0) {
        if (!SPACE.test(text[at]!) && text[at] !== ',')
          throw new FramingError('the stream is no sequence of JSON values');
        from = at + 1;
      } else if (c === QUOTE) this.#inString = true;
      if (this.#depth < 0) throw new FramingError('the stream is no sequence of JSON values');
    }
    this.#rest = text.slice(from);
    // Past the end where a backslash was the last byte: the byte after it is skipped too.
    this.#at = at - from;
    const { limit } = this.#options;
    if (limit !== undefined && this.#rest.length > limit) throw new FramingError('a JSON value is too long');
    return found;
  }
}
