/**
 * Tag patterns of `<match>` and `<filter>`: `*` one part of a tag, `**` any number of parts, `{a,b}` alternatives,
 * `/regexp/` for the whole tag, several patterns separated by white space. Compiled to one RegExp each, at start.
 *
 * Fluentd's corners that count: `a.**` also matches `a` itself; `**.b` also matches `b`; `**` may be glued to text
 * (`**_kube-*_**`) and then crosses dots; white space separates patterns except inside a regexp or braces.
 */

export interface TagPattern {
  readonly source: string;
  matches(tag: string): boolean;
}

/** @throws SyntaxError for a regexp that JavaScript cannot compile and for an unclosed one. */
export function compilePattern(source: string, compileRegexp: (source: string) => RegExp): TagPattern {
  const parts = splitPatterns(source).map((part) => compileOne(part, compileRegexp));
  const matchesAll = parts.length === 0 || parts.includes(ANY);
  return {
    source,
    matches: matchesAll ? () => true : (tag) => parts.some((part) => part.test(tag)),
  };
}

/** Marks `**` alone, by far the commonest pattern. */
const ANY = /^/;

function splitPatterns(source: string): string[] {
  const text = source.trim();
  if (text.startsWith('/') && text.endsWith('/') && text.length > 1) return [text];
  return text === '' ? [] : text.split(/\s+/);
}

function compileOne(pattern: string, compileRegexp: (source: string) => RegExp): RegExp {
  if (pattern === '**') return ANY;
  if (pattern.startsWith('/')) {
    if (pattern.length < 2 || !pattern.endsWith('/')) throw new SyntaxError(`unclosed regexp in pattern: ${pattern}`);
    return compileRegexp(`\\A(?:${pattern.slice(1, -1)})\\z`);
  }
  return new RegExp(`^${new GlobReader(pattern).alternatives('')}$`, 's');
}

/** Reads a glob from left to right into the text of a RegExp. */
class GlobReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads alternatives separated by `,` up to `end` (`}` inside braces); at the top level a comma is plain text. */
  alternatives(end: '' | '}'): string {
    const all = [''];
    while (this.#at < this.#text.length) {
      const c = this.#text[this.#at]!;
      if (end !== '' && c === end) break;
      if (end !== '' && c === ',') {
        this.#at++;
        all.push('');
        continue;
      }
      all.push(all.pop()! + this.#item());
    }
    this.#at++;
    return all.length === 1 ? all[0]! : `(?:${all.join('|')})`;
  }

  #item(): string {
    const rest = this.#text.slice(this.#at);
    // `.**` at the end or before a dot: the dot is optional together with what follows it.
    if (rest.startsWith('.**')) return this.#take(3) + this.#anyParts('(?![^.])');
    if (rest.startsWith('**')) return this.#take(2) + this.#anyParts('');
    if (rest.startsWith('\\') && rest.length > 1) return this.#take(2) + literal(rest[1]!);
    if (rest.startsWith('{')) return `${this.#take(1)}(?:${this.alternatives('}')})`;
    if (rest.startsWith('*')) return `${this.#take(1)}[^.]*`;
    return this.#take(1) + literal(rest[0]!);
  }

  /** After `**`: a following dot belongs to the parts, so that `**.b` matches `b`. */
  #anyParts(boundary: string): string {
    if (this.#text[this.#at] !== '.') return `${boundary}.*`;
    this.#at++;
    return `${boundary}(?:.*\\.|^)`;
  }

  #take(n: number): string {
    this.#at += n;
    return '';
  }
}

function literal(c: string): string {
  return /[\w]/.test(c) ? c : c.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}
