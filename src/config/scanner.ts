/**
 * Reads the values of Fluentd's v1 syntax from a text: plain to the end of the line, single-quoted, double-quoted with escapes and
 * `#{…}`, JSON arrays and hashes over several lines.
 *
 * A `#` starts a comment at the beginning of a value or after white space. `#{…}` is Ruby in double quotes only.
 */
import type { Param, Place } from './element.ts';

/** A syntax error at a line of the text being read. */
export class SyntaxProblem extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

export const USE_NIL = Symbol('use_nil');
export const USE_DEFAULT = Symbol('use_default');

/** Evaluates the Ruby of a `#{…}`; gives its text. @throws Error in Ruby's words. */
export type Embed = (ruby: string, place: Place) => string | typeof USE_NIL | typeof USE_DEFAULT;

const ESCAPES: Record<string, string> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  $: '$',
  '#': '#',
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  b: '\b',
  '0': '\0',
};

export class Scanner {
  readonly text: string;
  readonly file: string;
  readonly #embed: Embed;
  at = 0;

  constructor(text: string, file: string, embed: Embed) {
    this.text = text;
    this.file = file;
    this.#embed = embed;
  }

  get line(): number {
    let line = 1;
    for (let i = this.text.indexOf('\n'); i >= 0 && i < this.at; i = this.text.indexOf('\n', i + 1)) line++;
    return line;
  }

  get place(): Place {
    return { file: this.file, line: this.line };
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** Matches a sticky regexp here and moves behind it. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found;
  }

  /** Skips white space, line ends and comments. */
  skipBlank(): void {
    this.take(/(?:[ \t\r\n]+|#[^\n]*)*/y);
  }

  /** Skips the rest of the line, after an error. */
  skipLine(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end + 1;
  }

  fail(message: string, line = this.line): never {
    throw new SyntaxProblem(line, message);
  }

  /** The value of a parameter, up to the end of its line (or of its quotes or JSON). */
  value(): Param {
    this.take(/[ \t]*/y);
    const place = this.place;
    const c = this.text[this.at];
    if (c === '[' || c === '{') return { ...place, value: this.#json(c), quote: 'json' };
    if (c === '"' || c === "'") {
      const param = c === '"' ? this.#double(place) : { ...place, value: this.#single(), quote: 'single' as const };
      if (this.take(/[ \t]*(?:#[^\n]*)?\r?(?:\n|$)/y) === undefined) this.fail(`expected end of line after ${c}…${c}`);
      return param;
    }
    const raw = this.take(/[^\n]*/y)![0];
    this.at = Math.min(this.at + 1, this.text.length);
    return { ...place, value: raw.replace(/(^|\s)#.*$/s, '').trim(), quote: 'none' };
  }

  /** The argument of a section, up to `>`. */
  argument(): string {
    this.take(/[ \t]*/y);
    const c = this.text[this.at];
    let arg: string;
    if (c === '"') arg = this.#double(this.place).value;
    else if (c === "'") arg = this.#single();
    else
      arg =
        this.take(/[^\n]*?(?=[ \t]*>[ \t]*(?:#[^\n]*)?\r?(?:\n|$))/y)?.[0] ??
        this.fail("expected '>' at the end of the section's head");
    if (this.take(/[ \t]*>[ \t]*(?:#[^\n]*)?\r?(?:\n|$)/y) === undefined)
      this.fail("expected '>' and the end of the line");
    return arg.trim();
  }

  #single(): string {
    const start = this.line;
    const found = this.take(/'((?:\\.|[^'\\])*)'/sy);
    if (found === undefined) this.fail('unterminated single-quoted string', start);
    return found[1]!.replace(/\\(['\\])/g, '$1');
  }

  #double(place: Place): Param {
    this.at++;
    let out = '';
    let marker: 'nil' | 'default' | undefined;
    for (;;) {
      out += this.take(/[^"\\#]*/y)![0];
      const c = this.text[this.at];
      if (c === undefined) this.fail('unterminated double-quoted string', place.line);
      if (c === '"') break;
      if (c === '\\') out += this.#escape();
      else if (this.text[this.at + 1] === '{') {
        const value = this.#ruby();
        if (value === USE_NIL) marker = 'nil';
        else if (value === USE_DEFAULT) marker = 'default';
        else out += value as string;
      } else {
        out += c;
        this.at++;
      }
    }
    this.at++;
    return { ...place, value: out, quote: 'double', ...(marker === undefined ? {} : { marker }) };
  }

  #escape(): string {
    const c = this.text[this.at + 1] ?? '';
    const value = ESCAPES[c];
    this.at += 2;
    if (c === '\n') return '';
    if (c === '\r' && this.text[this.at] === '\n') {
      this.at++;
      return '';
    }
    return value ?? this.fail(`unexpected back-slash escape character '${c}'`);
  }

  /** `#{…}`: finds its end by counting braces outside of Ruby's quotes, then evaluates it. */
  #ruby(): ReturnType<Embed> {
    const place = this.place;
    const start = this.at + 2;
    let depth = 1;
    let i = start;
    for (; i < this.text.length; i++) {
      const c = this.text[i]!;
      if (c === '"' || c === "'") i = endOfQuote(this.text, i, c);
      else if (c === '{') depth++;
      else if (c === '}' && --depth === 0) break;
    }
    if (depth > 0 || i >= this.text.length) this.fail('unterminated #{…}', place.line);
    this.at = i + 1;
    try {
      return this.#embed(this.text.slice(start, i), place);
    } catch (error) {
      return this.fail(error instanceof Error ? error.message : String(error), place.line);
    }
  }

  /** JSON over as many lines as it takes; comments between its lines are not part of it. */
  #json(open: string): string {
    const kind = open === '[' ? 'JSON array' : 'JSON hash';
    const line = this.line;
    const end = endOfJson(this.text, this.at);
    if (end === undefined) this.fail(`got incomplete ${kind} configuration`, line);
    const text = this.text.slice(this.at, end);
    try {
      JSON.parse(text);
    } catch {
      this.fail(`got incomplete ${kind} configuration: expected valid ${kind}`, line);
    }
    this.at = end;
    if (this.take(/[ \t]*(?:#[^\n]*)?\r?(?:\n|$)/y) === undefined)
      this.fail(`expected end of line after ${kind}`, line);
    return text;
  }
}

function endOfQuote(text: string, from: number, quote: string): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i;
  }
  return text.length;
}

/** Index behind the bracket that closes the one at `from`. */
function endOfJson(text: string, from: number): number | undefined {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') i = endOfQuote(text, i, c);
    else if (c === '[' || c === '{') depth++;
    else if ((c === ']' || c === '}') && --depth === 0) return i + 1;
  }
  return undefined;
}
