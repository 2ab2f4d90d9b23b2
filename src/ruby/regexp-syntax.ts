/**
 * Reads an Onigmo regexp once and says it in two ways: as JavaScript without flags, where both mean the same, and for the
 * translator, with what Ruby means by `\w`, `\d`, `\s` (ASCII) spelled out.
 *
 * In Ruby `.` stops at `\n` only, `^` and `$` stand at lines (`\n` alone ends one, and `^` not behind the last one), `\b` knows all
 * letters, and groups without name do not capture where others have names.
 */

export interface Spelled {
  /** For the translator: Onigmo. */
  readonly onigmo: string;
  /** JavaScript for subjects without `\n`, and for any; undefined where only the translator can tell. */
  readonly line: string | undefined;
  readonly text: string | undefined;
  /** Names the ends of the whole text. */
  readonly absolute: boolean;
}

const CLASSES: Readonly<Record<string, string>> = {
  w: '0-9A-Za-z_',
  d: '0-9',
  s: '\\t-\\r ',
  h: '0-9a-fA-F',
};
/** Escapes that stand for one character in both. */
const SAME = /[.\\/[\](){}|?*+^$"':;,#=@%&!~`<>_ntrfv-]/;

export function spell(source: string, flags: string): Spelled {
  const reader = new Reader(source, flags);
  reader.read();
  const { plain } = reader;
  return {
    onigmo: reader.onigmo,
    line: plain ? reader.line : undefined,
    text: plain ? reader.text : undefined,
    absolute: reader.absolute,
  };
}

class Reader {
  onigmo = '';
  line = '';
  text = '';
  plain: boolean;
  absolute = false;
  readonly #source: string;
  readonly #ignoreCase: boolean;
  readonly #any: string;
  #at = 0;
  #depth = 0;
  #named = false;
  #unnamed = false;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#ignoreCase = flags.includes('i');
    this.#any = flags.includes('m') ? '[^]' : '[^\\n]';
    this.plain = !flags.includes('x');
  }

  read(): void {
    while (this.#at < this.#source.length) {
      if (this.#source[this.#at] === '\\') this.#escape();
      else if (this.#depth > 0) this.#inClass();
      else this.#outside();
    }
    if (this.#named && this.#unnamed) this.plain = false;
  }

  #put(onigmo: string, line = onigmo, text = line): void {
    this.onigmo += onigmo;
    this.line += line;
    this.text += text;
  }

  /** Only the translator knows. */
  #odd(onigmo: string): void {
    this.plain = false;
    this.#put(onigmo);
  }

  #escape(): void {
    const c = this.#source[this.#at + 1] ?? '';
    this.#at += 2;
    const set = CLASSES[c.toLowerCase()];
    if (set !== undefined) this.#characters(c, set);
    else if (SAME.test(c)) this.#put(`\\${c}`);
    else if (this.#depth === 0 && (c === 'A' || c === 'z')) {
      this.absolute = true;
      this.#put(`\\${c}`, c === 'A' ? '^' : '$');
    } else this.#odd(`\\${c}`);
  }

  #characters(c: string, set: string): void {
    const negated = c !== c.toLowerCase();
    if (negated && this.#depth > 0) this.#odd(`[^${set}]`);
    else this.#put(this.#depth > 0 ? set : `[${negated ? '^' : ''}${set}]`);
  }

  #inClass(): void {
    const rest = this.#source.slice(this.#at);
    const posix = /^\[:\^?\w+:\]/.exec(rest)?.[0];
    if (posix !== undefined) {
      this.#at += posix.length;
      // Ruby's printable characters have no line breaks among them.
      this.#odd(posix === '[:print:]' ? '[:graph:]\\p{Zs}' : posix);
      return;
    }
    const c = rest[0]!;
    if (c === '[') {
      this.#depth++;
      this.plain = false;
    } else if (c === ']') this.#depth--;
    else if (rest.startsWith('&&') || c > '\x7f') this.plain = false;
    this.#at++;
    // A range such as `a-f` has its other case beside it.
    const range = /^([A-Za-z])-([A-Za-z])/.exec(rest);
    if (range !== null && this.#ignoreCase) {
      this.#at += 2;
      this.#put(range[0], otherRange(range[1]!, range[2]!));
    } else this.#put(c, this.#ignoreCase ? bothCases(c) : c);
  }

  #outside(): void {
    const rest = this.#source.slice(this.#at);
    const c = rest[0]!;
    if (c === '(') return this.#group(rest);
    if (c === '[') return this.#openClass(rest);
    this.#at++;
    if (c === '.') this.#put('.', this.#any);
    else if (c === '^') this.#put('^', '^', '(?:^|(?<=\\n)(?!$))');
    else if (c === '$') this.#put('$', '$', '(?=\\n|$)');
    else if (/^(?:[*+?]|\{\d*,?\d*\})(?:[*+]|\{\d)/.test(rest) || rest.startsWith('{,') || c > '\x7f') this.#odd(c);
    else if (this.#ignoreCase && /[A-Za-z]/.test(c)) this.#put(c, `[${bothCases(c)}]`);
    else this.#put(c);
  }

  #openClass(rest: string): void {
    const open = /^\[\^?/.exec(rest)![0];
    this.#at += open.length;
    this.#depth = 1;
    this.#put(open);
    if (rest[open.length] === ']') {
      this.#at++;
      this.#odd(']');
    }
  }

  #group(rest: string): void {
    const name = /^\(\?<[A-Za-z_]\w*>/.exec(rest)?.[0];
    const known = name ?? /^\(\?(?:[:=!]|<[=!])/.exec(rest)?.[0];
    if (name !== undefined) this.#named = true;
    if (known !== undefined) {
      this.#at += known.length;
      this.#put(known);
      return;
    }
    this.#at++;
    if (rest[1] === '?') this.#odd('(');
    else {
      this.#unnamed = true;
      this.#put('(');
    }
  }
}

function bothCases(c: string): string {
  return /[A-Za-z]/.test(c) ? c.toLowerCase() + c.toUpperCase() : c;
}

/** Ranges of letters of one case; a range over both cases is all that lies between in either case. */
function otherRange(from: string, to: string): string {
  const plain = `${from}-${to}`;
  const sameCase = /^[a-z]-[a-z]$|^[A-Z]-[A-Z]$/.test(plain);
  return sameCase ? `${plain.toLowerCase()}${plain.toUpperCase()}` : `${plain}a-zA-Z`;
}
