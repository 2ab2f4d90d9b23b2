/**
 * Onigmo regexps (Ruby's) as JavaScript's.
 *
 * Guarantees: a regexp means here what it means in Ruby; what both languages say alike is JavaScript's own regexp, the rest
 * (possessive quantifiers, atomic groups, POSIX classes, calls of groups …) is translated by oniguruma-to-es. No line of a log can
 * hang the agent through a regexp of the first kind: V8 goes over to its linear engine after 50 000 steps back, and such
 * regexps are written so that it can (no flags, no look-ahead that Ruby did not ask for). `isGuarded` tells of the others.
 */
import { createRequire } from 'node:module';
import v8 from 'node:v8';
import { LRUCache } from 'lru-cache';
import { spell } from './regexp-syntax.ts';

v8.setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
// The `l` flag, which says whether the linear engine takes a regexp.
v8.setFlagsFromString('--enable-experimental-regexp-engine');

const require = createRequire(import.meta.url);
const compiled = new LRUCache<string, RegExp>({ max: 500 });

/**
 * @param flags of Ruby: i, m, x
 * @throws SyntaxError for what is no Ruby regexp or cannot be translated
 */
export function compileRegexp(source: string, flags = ''): RegExp {
  const key = `${flags}/${source}`;
  let regexp = compiled.get(key);
  if (regexp === undefined) {
    regexp = compile(source, flags);
    compiled.set(key, regexp);
  }
  return regexp;
}

function compile(source: string, flags: string): RegExp {
  const { onigmo, line, text, absolute } = spell(source, flags);
  if (line === undefined || text === undefined) return translate(onigmo, flags);
  // Where case is spelled out a back reference would mind it.
  if (flags.includes('i') && /\\(?:k[<']|[1-9])/.test(source)) return translate(onigmo, flags);
  try {
    return line === text ? new RegExp(text) : new Lined(text, line, '', absolute);
  } catch {
    return translate(onigmo, flags);
  }
}

/** For a regexp that is not a Unicode one: the one that takes characters beyond the basic plane whole. */
export function unicodeRegexp(source: string, flags: string): RegExp {
  return translate(spell(source, flags).onigmo, flags);
}

/** Loaded at the first use: most configurations do without. */
const translator = () => require('oniguruma-to-es') as typeof import('oniguruma-to-es');

/** The translation of any Ruby regexp, simple or not; takes characters, not UTF-16 units. @throws SyntaxError */
export function translate(source: string, flags: string): RegExp {
  try {
    return translator().toRegExp(source, { flags });
  } catch (error) {
    throw new SyntaxError(`invalid regexp /${source}/${flags}: ${(error as Error).message}`);
  }
}

/** Where JavaScript's lines are not Ruby's: at other line ends, and behind the last one. */
const OTHER_LINES = /[\r\u2028\u2029]|\n$/;

/**
 * `^` and `$` cost nothing in a subject of one line: most are. In one of several lines they are JavaScript's own where both languages
 * see the same lines; look-arounds, which the linear engine cannot run, are left for the rest.
 */
class Lined extends RegExp {
  readonly #line: RegExp;
  /** Undefined where the regexp also knows the text's ends (`\A`, `\z`). */
  readonly #lines: RegExp | undefined;
  readonly #lineSource: string;

  constructor(text: string | RegExp, line: string, flags = '', absolute = false) {
    super(text, flags);
    this.#lineSource = line;
    this.#line = new RegExp(line, flags);
    this.#lines = absolute ? undefined : new RegExp(line, `${flags}m`);
  }

  /** The same regexp with other flags. */
  with(flags: string): Lined {
    return new Lined(this.source, this.#lineSource, flags, this.#lines === undefined);
  }

  get lineSource(): string {
    return this.#lineSource;
  }

  override exec(subject: string): RegExpExecArray | null {
    const many = subject.includes('\n');
    const regexp = many ? (OTHER_LINES.test(subject) ? undefined : this.#lines) : this.#line;
    if (regexp === undefined) return super.exec(subject);
    regexp.lastIndex = this.lastIndex;
    const match = regexp.exec(subject);
    this.lastIndex = regexp.lastIndex;
    return match;
  }
}

/** The same regexp with other flags of JavaScript; what emulates Onigmo in it is kept. */
export function withFlags(regexp: RegExp, flags: string): RegExp {
  if (regexp instanceof Lined) return regexp.with(flags);
  return new (regexp.constructor as RegExpConstructor)(regexp, flags);
}

/** Whether matching takes time in proportion to the subject, whatever the subject. */
export function isGuarded(regexp: RegExp): boolean {
  try {
    new RegExp(regexp instanceof Lined ? regexp.lineSource : regexp.source, `${regexp.flags}l`);
    return true;
  } catch {
    return false;
  }
}
