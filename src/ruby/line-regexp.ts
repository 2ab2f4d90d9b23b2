/**
 * Regexps with named groups, matched against lines given as byte strings.
 *
 * Ruby's rule: a line without an encoding is bytes, so `.` takes one byte; with UTF-8 it takes one character. Duplicate names give the group that
 * matched last. Simple regexps run on the bytes as they are; the others, and UTF-8 lines that are not ASCII, take the translated regexp.
 */
import { compileRegexp, unicodeRegexp } from './regexp.ts';
import { RoundsRegexp, takeApart } from './repeated-groups.ts';
import { compileSimple, type SimpleRegexp } from './simple-regexp.ts';

export type LineEncoding = 'bytes' | 'utf-8';

export interface LineRegexp {
  /** Names in the order of their first group. */
  readonly names: readonly string[];
  /** A value per name, as a byte string; undefined where the group took no part. Undefined: no match. */
  exec(line: string): readonly (string | undefined)[] | undefined;
  test(line: string): boolean;
  /** As `exec`, with the index behind the match (in `line`). */
  execAt(line: string): { readonly values: readonly (string | undefined)[]; readonly end: number } | undefined;
}

const SURROGATE = /[\ud800-\udfff]/;
const NON_ASCII = /[^\x00-\x7f]/;

/** @throws SyntaxError for what is no Ruby regexp */
export function compileLineRegexp(source: string, flags: string, encoding: LineEncoding): LineRegexp {
  // Compiled at start in any case: what is wrong in Ruby must be told then.
  const whole = translated(source, flags);
  const parts = flags.includes('x') ? undefined : takeApart(source);
  if (parts !== undefined)
    return new RoundsRegexp(
      compileLineRegexp(parts.outer, flags, encoding),
      compileWhole(translated(parts.round, flags), parts.round, flags, encoding),
    );
  return compileWhole(whole, source, flags, encoding);
}

function compileWhole(whole: Translated, source: string, flags: string, encoding: LineEncoding): LineRegexp {
  const options = { ignoreCase: flags.includes('i'), dotAll: flags.includes('m') };
  const one = compileSimple(source, { ...options, oneLine: true });
  const many = compileSimple(source, { ...options, oneLine: false });
  if (one === undefined || many === undefined)
    return new TextRegexp(whole, NON_ASCII.test(source) ? 'utf-8' : encoding);
  const simple = new BytesRegexp(one, many);
  return encoding === 'bytes' ? simple : new EitherRegexp(simple, new TextRegexp(whole, 'utf-8'));
}

interface Translated {
  readonly regexp: RegExp;
  /** For text with characters beyond the basic plane: these are one character, not two. */
  readonly unicode: () => RegExp;
  readonly names: readonly string[];
  /** For each name, the unique names of its groups. */
  readonly groups: readonly (readonly string[])[];
}

/** An escape, a character class, or the head of a named group. */
const SPECIAL = /\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/gs;

/** Gives every group a name of its own, since JavaScript takes a name twice in alternatives only. */
function translated(source: string, flags: string): Translated {
  const names: string[] = [];
  const groups: string[][] = [];
  let count = 0;
  const renamed = source.replace(SPECIAL, (all, a?: string, b?: string) => {
    const name = a ?? b;
    if (name === undefined) return all;
    let i = names.indexOf(name);
    if (i < 0) {
      i = names.push(name) - 1;
      groups.push([]);
    }
    const unique = groups[i]!.length === 0 ? name : `${name}__${++count}`;
    groups[i]!.push(unique);
    return `(?<${unique}>`;
  });
  return { regexp: compileRegexp(renamed, flags), unicode: () => unicodeRegexp(renamed, flags), names, groups };
}

class BytesRegexp implements LineRegexp {
  readonly names: readonly string[];
  readonly #one: RegExp;
  readonly #many: RegExp;
  /** For each name, the numbers of its groups, the last first. */
  readonly #groups: readonly (readonly number[])[];

  constructor(one: SimpleRegexp, many: SimpleRegexp) {
    this.#one = one.regexp;
    this.#many = many.regexp;
    this.names = [...new Set(one.names)];
    this.#groups = this.names.map((name) => one.names.flatMap((other, i) => (other === name ? [i + 1] : [])).reverse());
  }

  exec(line: string): readonly (string | undefined)[] | undefined {
    const match = this.#match(line);
    return match === null ? undefined : this.#values(match);
  }

  test(line: string): boolean {
    return line.includes('\n') ? this.#many.test(line) : this.#one.test(line);
  }

  execAt(line: string): { values: readonly (string | undefined)[]; end: number } | undefined {
    const match = this.#match(line);
    return match === null ? undefined : { values: this.#values(match), end: match.index + match[0].length };
  }

  #match(line: string): RegExpExecArray | null {
    return line.includes('\n') ? this.#many.exec(line) : this.#one.exec(line);
  }

  #values(match: RegExpExecArray): (string | undefined)[] {
    return this.#groups.map((numbers) => {
      for (const n of numbers) if (match[n] !== undefined) return wellFormed(match[n]);
      return undefined;
    });
  }
}

/** The translated regexp: on the line's bytes, or on its text. */
class TextRegexp implements LineRegexp {
  readonly names: readonly string[];
  readonly #translated: Translated;
  readonly #decode: boolean;
  #unicode: RegExp | undefined;

  constructor(whole: Translated, encoding: LineEncoding) {
    this.names = whole.names;
    this.#translated = whole;
    this.#decode = encoding === 'utf-8';
  }

  exec(line: string): readonly (string | undefined)[] | undefined {
    return this.execAt(line)?.values;
  }

  test(line: string): boolean {
    const text = this.#text(line);
    return this.#regexpFor(text).test(text);
  }

  execAt(line: string): { values: readonly (string | undefined)[]; end: number } | undefined {
    const text = this.#text(line);
    const match = this.#regexpFor(text).exec(text);
    if (match === null) return undefined;
    const found = match.groups ?? {};
    const values = this.#translated.groups.map((names) => {
      for (const name of names.toReversed()) {
        const value = found[name];
        if (value !== undefined) return this.#decode ? bytesOf(value) : wellFormed(value);
      }
      return undefined;
    });
    const end = match.index + match[0].length;
    return { values, end: this.#decode ? bytesOf(text.slice(0, end)).length : end };
  }

  #regexpFor(text: string): RegExp {
    if (!this.#decode || !SURROGATE.test(text)) return this.#translated.regexp;
    this.#unicode ??= this.#translated.unicode();
    return this.#unicode;
  }

  #text(line: string): string {
    return this.#decode && NON_ASCII.test(line) ? Buffer.from(line, 'latin1').toString('utf8') : line;
  }
}

class EitherRegexp implements LineRegexp {
  readonly names: readonly string[];
  readonly #ascii: LineRegexp;
  readonly #text: LineRegexp;

  constructor(ascii: LineRegexp, text: LineRegexp) {
    this.names = ascii.names;
    this.#ascii = ascii;
    this.#text = text;
  }

  exec = (line: string) => this.#of(line).exec(line);
  test = (line: string) => this.#of(line).test(line);
  execAt = (line: string) => this.#of(line).execAt(line);

  #of(line: string): LineRegexp {
    return NON_ASCII.test(line) ? this.#text : this.#ascii;
  }
}

function bytesOf(text: string): string {
  return NON_ASCII.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** A group may begin or end inside a character; what is cut becomes U+FFFD, so that the value stays UTF-8. */
function wellFormed(bytes: string): string {
  const first = bytes.charCodeAt(0);
  const last = bytes.charCodeAt(bytes.length - 1);
  if (!((first >= 0x80 && first < 0xc0) || (last >= 0x80 && cutAtEnd(bytes)))) return bytes;
  return bytesOf(Buffer.from(bytes, 'latin1').toString('utf8'));
}

/** True where the last character lacks bytes. */
function cutAtEnd(bytes: string): boolean {
  let at = bytes.length - 1;
  while (at > bytes.length - 4 && at > 0 && (bytes.charCodeAt(at) & 0xc0) === 0x80) at--;
  const lead = bytes.charCodeAt(at);
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return at + length !== bytes.length;
}
