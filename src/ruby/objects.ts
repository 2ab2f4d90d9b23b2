/**
 * Ruby's objects as the compiled expressions see them. nil is null, strings, integers (number or bigint) and true/false are
 * JavaScript's; a Float is a non-integral number or core's `Float`; an Array is an array; a Hash is an RHash (or a plain
 * object that came from a record and is only read). What JavaScript lacks is below.
 */

import { Float } from '../pipeline/core/value.ts';
import { localZone, zoneName } from '../pipeline/core/zone.ts';
import { unicodeRegexp, withFlags } from './regexp.ts';

/** An exception of Ruby: class name and message as Ruby would give them. */
export class RubyError extends Error {
  readonly className: string;
  constructor(className: string, message: string) {
    super(message);
    this.name = className;
    this.className = className;
  }
}

export class Sym {
  static readonly #all = new Map<string, Sym>();
  readonly name: string;
  private constructor(name: string) {
    this.name = name;
  }
  /** The one symbol of this name. */
  static of(name: string): Sym {
    let sym = Sym.#all.get(name);
    if (sym === undefined) {
      sym = new Sym(name);
      // Symbols made at run time from data must not be kept for ever.
      if (Sym.#all.size < 10_000) Sym.#all.set(name, sym);
    }
    return sym;
  }
}

export class RRange {
  readonly first: unknown;
  readonly last: unknown;
  readonly exclusive: boolean;
  constructor(first: unknown, last: unknown, exclusive: boolean) {
    this.first = first ?? null;
    this.last = last ?? null;
    this.exclusive = exclusive;
  }
  /** @throws RubyError ArgumentError where the ends cannot be compared */
  static of(first: unknown, last: unknown, exclusive: boolean): RRange {
    const kind = (value: unknown) => (typeof value === 'bigint' || value instanceof Float ? 'number' : typeof value);
    const open = (value: unknown) => value === null || value === undefined;
    if (!open(first) && !open(last) && kind(first) !== kind(last))
      throw new RubyError('ArgumentError', 'bad value for range');
    return new RRange(first, last, exclusive);
  }
}

export class Proc {
  readonly run: (...args: unknown[]) => unknown;
  readonly arity: number;
  readonly isLambda: boolean;
  constructor(run: (...args: unknown[]) => unknown, arity: number, isLambda: boolean) {
    this.run = run;
    this.arity = arity;
    this.isLambda = isLambda;
  }
}

/** What a method gives that wants a block and got none: it can be asked for its items, or be given a block later. */
export class Enumerator {
  readonly self: unknown;
  readonly method: string;
  readonly args: readonly unknown[];
  constructor(self: unknown, method: string, args: readonly unknown[]) {
    this.self = self;
    this.method = method;
    this.args = args;
  }
}

const SURROGATE = /[\ud800-\udfff]/;

/** A match that knows its regexp. */
type Matched = RegExpExecArray & { pattern?: RRegexp };

export class RRegexp {
  readonly source: string;
  readonly flags: string;
  readonly compiled: RegExp;
  constructor(source: string, flags: string, compiled: RegExp) {
    this.source = source;
    this.flags = flags;
    this.compiled = compiled;
  }
  /** The first match at or after a place (in UTF-16 units). */
  exec(text: string, from = 0): RegExpExecArray | null {
    const match = from === 0 ? this.#first(text) : this.#from(text, from);
    if (match !== null) (match as Matched).pattern = this;
    return match;
  }

  #first(text: string): RegExpExecArray | null {
    const regexp = this.#for(text);
    // `\\G` makes a regexp that goes on where it was.
    regexp.lastIndex = 0;
    return regexp.exec(text);
  }

  /** Where the groups of a match that begins at a place are. */
  indices(text: string, at: number): RegExpIndicesArray | undefined {
    const regexp = this.#for(text);
    const again = withFlags(regexp, `${regexp.flags.replace(/[dgy]/g, '')}dy`);
    again.lastIndex = at;
    return again.exec(text)?.indices;
  }

  #wide: RegExp | undefined;
  /** A regexp without the u or v flag would take a character beyond the basic plane for two. */
  #for(text: string): RegExp {
    const { compiled } = this;
    if (compiled.unicode || compiled.unicodeSets || !SURROGATE.test(text)) return compiled;
    this.#wide ??= unicodeRegexp(this.source, this.flags);
    return this.#wide;
  }

  #global: RegExp | undefined;
  #globalOf: RegExp | undefined;
  #from(text: string, from: number): RegExpExecArray | null {
    const regexp = this.#globalFor(text);
    regexp.lastIndex = from;
    return regexp.exec(text);
  }

  #globalFor(text: string): RegExp {
    const regexp = this.#for(text);
    if (this.#globalOf !== regexp || this.#global === undefined) {
      this.#globalOf = regexp;
      this.#global = withFlags(regexp, `${regexp.flags.replace('y', '')}g`);
    }
    return this.#global;
  }

  /** Every match replaced by `by`, as it stands. */
  replaceAll(text: string, by: string): string {
    return text.replace(this.#globalFor(text), by.replaceAll('$', '$$$$'));
  }
}

export class MatchData {
  readonly match: RegExpExecArray;
  constructor(match: RegExpExecArray) {
    this.match = match;
  }
}

/** A class or module by name: String, JSON, ENV … */
export class Constant {
  static readonly #all = new Map<string, Constant>();
  readonly name: string;
  private constructor(name: string) {
    this.name = name;
  }
  /** The one constant of this name; it is known from then on. */
  static of(name: string): Constant {
    let constant = Constant.#all.get(name);
    if (constant === undefined) {
      constant = new Constant(name);
      Constant.#all.set(name, constant);
    }
    return constant;
  }
  static isKnown(name: string): boolean {
    return Constant.#all.has(name);
  }
}

/** Superclass of each exception class; what is not listed is a StandardError. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  StandardError: 'Exception',
  ScriptError: 'Exception',
  LoadError: 'ScriptError',
  NotImplementedError: 'ScriptError',
  SystemExit: 'Exception',
  SystemStackError: 'Exception',
  NoMethodError: 'NameError',
  KeyError: 'IndexError',
  StopIteration: 'IndexError',
  FloatDomainError: 'RangeError',
  FrozenError: 'RuntimeError',
  'JSON::ParserError': 'JSON::JSONError',
  'JSON::NestingError': 'JSON::ParserError',
  'JSON::GeneratorError': 'JSON::JSONError',
  'Date::Error': 'ArgumentError',
  'Errno::ENOENT': 'SystemCallError',
  'Errno::EACCES': 'SystemCallError',
  'Errno::EISDIR': 'SystemCallError',
  'IPAddr::Error': 'ArgumentError',
  'IPAddr::InvalidAddressError': 'IPAddr::Error',
  'IPAddr::AddressFamilyError': 'IPAddr::Error',
  'IPAddr::InvalidPrefixError': 'IPAddr::InvalidAddressError',
  'URI::InvalidURIError': 'URI::Error',
  'Encoding::UndefinedConversionError': 'EncodingError',
  'Encoding::CompatibilityError': 'EncodingError',
};
const PLAIN_ERRORS =
  'ArgumentError TypeError NameError IndexError RangeError RuntimeError ZeroDivisionError RegexpError EncodingError IOError SystemCallError JSON::JSONError URI::Error LocalJumpError';
for (const name of ['Exception', ...Object.keys(EXCEPTIONS), ...PLAIN_ERRORS.split(' ')]) Constant.of(name);

/** True where an exception of one class is also one of another. */
export function isException(className: string, wanted: string): boolean {
  for (let at: string | undefined = className; at !== undefined; at = superclass(at)) if (at === wanted) return true;
  return wanted === 'Object' || wanted === 'BasicObject' || wanted === 'Kernel';
}

function superclass(className: string): string | undefined {
  return className === 'Exception' ? undefined : (EXCEPTIONS[className] ?? 'StandardError');
}

/** Seconds and nanoseconds with an offset from UTC in seconds: a given one, or that of local time. */
export class RubyTime {
  readonly sec: number;
  readonly nsec: number;
  readonly offset: number;
  readonly utc: boolean;
  /** The offset was given: such a time has no name for its zone. */
  readonly fixed: boolean;
  constructor(sec: number, nsec: number, offset?: number, utc = false) {
    this.sec = sec;
    this.nsec = nsec;
    this.offset = offset ?? localZone(sec);
    this.utc = utc;
    this.fixed = offset !== undefined;
  }
  /** Fields of the time in its own offset, read with the getUTC methods. */
  get date(): Date {
    return new Date((this.sec + this.offset) * 1000);
  }
  get zoneName(): string {
    if (this.utc) return 'UTC';
    return this.fixed ? '' : zoneName(this.sec);
  }
  /** Another instant in the same zone. */
  moved(sec: number, nsec: number): RubyTime {
    return new RubyTime(sec, nsec, this.fixed ? this.offset : undefined, this.utc);
  }
}

/** Date's DateTime: a time that shows itself as ISO 8601. */
export class RubyDateTime extends RubyTime {
  override get zoneName(): string {
    const sign = this.offset < 0 ? '-' : '+';
    const minutes = Math.floor(Math.abs(this.offset) / 60);
    const two = (n: number) => String(n).padStart(2, '0');
    return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  }
  override moved(sec: number, nsec: number): RubyTime {
    return new RubyDateTime(sec, nsec, this.offset);
  }
}
