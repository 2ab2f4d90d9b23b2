/**
 * Ruby regexps of the simple kind as plain JavaScript ones: the fast path of parsers. Named groups become numbered ones, since V8
 * builds an object of groups for each match otherwise. Without flags (case is spelled out) V8's guard against hostile lines holds.
 *
 * Guarantees: what is accepted means the same on text that is ASCII or taken as bytes; anything else gives undefined and is left to the
 * translation of regexp.ts. Classes are ASCII as in Ruby; `.`, `^` and `$` know `\n` only (JavaScript's also know `\r` and others).
 */

export interface SimpleRegexp {
  readonly regexp: RegExp;
  /** Name of each group, from group 1 on; a name may stand twice. */
  readonly names: readonly string[];
}

export interface SimpleOptions {
  readonly ignoreCase: boolean;
  /** Ruby's m: the dot takes line ends too. */
  readonly dotAll: boolean;
  /** The text has no `\n`: then `^` and `$` are its ends, which V8 finds at once. */
  readonly oneLine: boolean;
}

const SPACES = ' \\t\\r\\n\\f\\v';
const HEX = '0-9a-fA-F';
const POSIX: Readonly<Record<string, string>> = {
  alnum: 'a-zA-Z0-9',
  alpha: 'a-zA-Z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: SPACES,
  upper: 'A-Z',
  word: '\\w',
  xdigit: HEX,
};

/** Undefined where the regexp is not of the simple kind. */
export function compileSimple(source: string, options: SimpleOptions): SimpleRegexp | undefined {
  const scanner = new Scanner(source, options);
  const text = scanner.scan();
  if (text === undefined) return undefined;
  try {
    return { regexp: new RegExp(text), names: scanner.names };
  } catch {
    // What JavaScript cannot read without help may still be right in Ruby.
    return undefined;
  }
}

class Scanner {
  readonly names: string[] = [];
  readonly #source: string;
  readonly #options: SimpleOptions;
  #at = 0;
  #simple = true;

  constructor(source: string, options: SimpleOptions) {
    this.#source = source;
    this.#options = options;
  }

  scan(): string | undefined {
    if (/[^\x00-\x7f]/.test(this.#source)) return undefined;
    let out = '';
    while (this.#simple && this.#at < this.#source.length) out += this.#item();
    return this.#simple ? out : undefined;
  }

  #item(): string {
    const c = this.#source[this.#at++]!;
    const { oneLine, dotAll } = this.#options;
    switch (c) {
      case '\\':
        return this.#escape();
      case '[':
        return this.#class();
      case '(':
        return this.#group();
      case '.':
        return oneLine || dotAll ? '[^]' : '[^\\n]';
      case '^':
        return oneLine ? '^' : '(?<=^|\\n(?!$))';
      case '$':
        return oneLine ? '$' : '(?=\\n|$)';
      case '{':
        return this.#braces();
      case '*':
      case '+':
      case '?':
        return this.#quantifier(c);
      default:
        return this.#options.ignoreCase && /[a-zA-Z]/.test(c) ? `[${c.toLowerCase()}${c.toUpperCase()}]` : c;
    }
  }

  #reject(): string {
    this.#simple = false;
    return '';
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  /** `*`, `+`, `?`, perhaps lazy; one more `+` makes it possessive, which JavaScript has not. */
  #quantifier(c: string): string {
    const next = this.#source[this.#at];
    if (next === '+') return this.#reject();
    if (next !== '?') return c;
    this.#at++;
    return `${c}?`;
  }

  #braces(): string {
    const found = this.#take(/(\d*)(,?)(\d*)\}([+?]?)/y);
    if (found === null || (found[1] === '' && found[3] === '')) {
      if (found !== null) this.#at -= found[0].length;
      return '\\{';
    }
    // `{n,m}+` repeats once more in Ruby, `{n}?` is not lazy.
    if (found[4] !== '') return this.#reject();
    return `{${found[1] === '' ? '0' : found[1]}${found[2]}${found[3]}}`;
  }

  #group(): string {
    const special = this.#take(/\?(?:[:=!]|<[=!])/y);
    if (special !== null) return `(${special[0]}`;
    const named = this.#take(/\?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/y);
    if (named !== null) {
      this.names.push(named[1] ?? named[2]!);
      return '(';
    }
    // Beside named groups Ruby's plain ones do not capture.
    return this.#source[this.#at] === '?' ? this.#reject() : '(?:';
  }

  #escape(): string {
    const c = this.#source[this.#at++];
    const { oneLine } = this.#options;
    switch (c) {
      case 's':
        return `[${SPACES}]`;
      case 'S':
        return `[^${SPACES}]`;
      case 'h':
        return `[${HEX}]`;
      case 'H':
        return `[^${HEX}]`;
      case 'A':
        return '^';
      case 'z':
        return '$';
      case 'Z':
        return oneLine ? '$' : '(?=\\n?$)';
      case 'k':
        return this.#backreference();
      default:
        return this.#plainEscape(c);
    }
  }

  #plainEscape(c: string | undefined): string {
    if (c === undefined) return this.#reject();
    if (c === 'e') return '\\x1b';
    if (c === 'a') return '\\x07';
    if (c === 'x') {
      const hex = this.#take(/[0-7][0-9a-fA-F]/y);
      return hex === null || this.#options.ignoreCase ? this.#reject() : `\\x${hex[0]}`;
    }
    return /[wWdDbBnrtfv]|[^A-Za-z0-9]/.test(c) ? `\\${c}` : this.#reject();
  }

  #backreference(): string {
    const name = this.#take(/<([A-Za-z_]\w*)>/y)?.[1];
    const index = name === undefined ? -1 : this.names.indexOf(name);
    // A name that stands twice refers to either group; without flags a reference minds the case.
    if (index < 0 || this.#options.ignoreCase || this.names.lastIndexOf(name!) !== index) return this.#reject();
    return `(?:\\${index + 1})`;
  }

  #class(): string {
    let members = '';
    const head = this.#source[this.#at] === '^' ? '[^' : '[';
    const from = this.#at + head.length - 1;
    this.#at = from;
    for (let first = true; this.#simple; first = false) {
      const c = this.#source[this.#at++];
      if (c === undefined) return this.#reject();
      if (c === ']' && !first) break;
      members += this.#member(c);
    }
    return head + this.#bothCases(members, this.#source.slice(from, this.#at - 1)) + ']';
  }

  /** Members of a class, where case is ignored also with the case of their letters changed. */
  #bothCases(members: string, source: string): string {
    if (!this.#options.ignoreCase || !/[a-zA-Z]/.test(members)) return members;
    // Ranges between letters of one case and single letters can be changed; beside escapes it is left to the translation.
    if (!/^(?:[a-z]-[a-z]|[A-Z]-[A-Z]|\d-\d|\\[wds]|\\?[^\\a-zA-Z-]|[a-zA-Z](?!-)|-(?=$)|(?<=^)-)*$/.test(source))
      return this.#reject();
    const changed = source
      .replace(/\\./g, '')
      .replace(/[a-zA-Z]/g, (c) => (c < 'a' ? c.toLowerCase() : c.toUpperCase()));
    return members + changed.replace(/[^a-zA-Z-]|(?<![a-zA-Z])-|-(?![a-zA-Z])/g, '');
  }

  #member(c: string): string {
    if (c === '\\') return this.#classEscape();
    if (c === ']') return '\\]';
    if (c === '&' && this.#source[this.#at] === '&') return this.#reject();
    if (c !== '[') return c;
    const posix = this.#options.ignoreCase ? undefined : this.#take(/:([a-z]+):\]/y)?.[1];
    return (posix === undefined ? undefined : POSIX[posix]) ?? this.#reject();
  }

  #classEscape(): string {
    const c = this.#source[this.#at++];
    if (c === 's') return SPACES;
    if (c === 'h') return HEX;
    return c === 'S' || c === 'H' || c === 'B' || c === 'W' ? this.#reject() : this.#plainEscape(c);
  }
}
