/**
 * Reads the values of Fluentd's v1 syntax from a text: plain to the end of the line, single-quoted, double-quoted with escapes and
 * `#{…}`, JSON arrays and hashes over several lines (json-literal.ts).
 *
 * A `#` starts a comment after blanks. Directly behind a key, where the value would begin, it does not: `key # text` has the
 * value `# text`, as in Fluentd (a bool takes that for true). `#{…}` is Ruby in double quotes only.
 */
import type { Param, Place } from './element.ts';
import { compactJson, endOfJson } from './json-literal.ts';
import { endOfRuby } from './ruby-literal.ts';

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

/** Letters and digits that mean something behind a back-slash; other letters and digits are mistakes, symbols are themselves. */
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  b: '\b',
  '0': '\0',
};

/** A plain value ends before trailing blanks, a comment behind blanks, or the end of the line. */
const PLAIN = /(?:#|(?![ \t]*(?:#[^\n]*)?(?:$|[\r\n]))[^\n])*/y;

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
      this.lineEnd(`after ${c}…${c}`);
      return param;
    }
    const value = this.take(PLAIN)![0];
    this.lineEnd('after a value');
    return { ...place, value, quote: 'none' };
  }

  /** A parameter's name: plain up to white space, or quoted. */
  key(): string {
    const c = this.text[this.at];
    if (c === '"') return this.#double(this.place).value;
    if (c === "'") return this.#single();
    return this.take(/[^\s<>]\S*/y)?.[0] ?? this.fail('expected a parameter or a section');
  }

  /** Skips blanks, a comment and the end of the line; anything else is a mistake. */
  lineEnd(where: string): void {
    if (this.take(/[ \t]*(?:#[^\n]*)?(?:\r?\n|\r|$)/y) === undefined) this.fail(`expected end of line ${where}`);
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
    if (this.take(/[ \t]*>/y) === undefined) this.fail("expected '>' behind the section's argument");
    this.lineEnd('after tag');
    return arg;
  }

  #single(): string {
    const start = this.line;
    const found = this.take(/'((?:\\.|[^'\\\n])*)'/y);
    if (found === undefined) this.fail('unexpected end of line in a single quoted string', start);
    return found[1]!.replace(/\\(['\\])/g, '$1');
  }

  #double(place: Place): Param {
    const start = this.at++;
    let isRuby = false;
    let out = '';
    let marker: 'nil' | 'default' | undefined;
    for (;;) {
      out += this.take(/[^"\\#]*/y)![0];
      const c = this.text[this.at];
      if (c === undefined) this.fail('unexpected end of file in a double quoted string', place.line);
      if (c === '"') break;
      if (c === '\\') out += this.#escape();
      else if (this.text[this.at + 1] === '{') {
        const value = this.#ruby();
        isRuby = true;
        if (value === USE_NIL) marker = 'nil';
        else if (value === USE_DEFAULT) marker ??= 'default';
        else out += value as string;
      } else {
        out += c;
        this.at++;
      }
    }
    this.at++;
    const param: Param = { ...place, value: out, quote: 'double', ...(marker === undefined ? {} : { marker }) };
    if (!isRuby || marker !== undefined) return param;
    const text = this.text.slice(start, this.at);
    const again = () => new Scanner(text, this.file, this.#embed).#double(place).value;
    return Object.defineProperty(param, 'again', { value: again, enumerable: false });
  }

  #escape(): string {
    // A back-slash at the end of a line joins it with the next.
    if (this.take(/\\\r?\n/y) !== undefined) return '';
    const c = this.text[this.at + 1] ?? '';
    const value = ESCAPES[c] ?? (/[a-zA-Z0-9]/.test(c) ? undefined : c);
    if (value === undefined) this.fail(`unexpected back-slash escape character '${c}'`);
    this.at = Math.min(this.at + 2, this.text.length);
    return value;
  }

  #ruby(): ReturnType<Embed> {
    const place = this.place;
    const start = this.at + 2;
    const end = endOfRuby(this.text, start);
    if (end === undefined) this.fail('unterminated #{…}', place.line);
    this.at = end + 1;
    try {
      return this.#embed(this.text.slice(start, end), place);
    } catch (error) {
      return this.fail(error instanceof Error ? error.message : String(error), place.line);
    }
  }

  /** JSON over as many lines as it takes, with comments between its lines; gives it in compact form, as Fluentd does. */
  #json(open: string): string {
    const kind = open === '[' ? 'JSON array' : 'JSON hash';
    const line = this.line;
    const end = endOfJson(this.text, this.at);
    const json = end === undefined ? undefined : compactJson(this.text.slice(this.at, end));
    if (end === undefined || json === undefined) this.fail(`got incomplete ${kind} configuration`, line);
    this.at = end;
    this.lineEnd(`after ${kind}`);
    return json;
  }
}
