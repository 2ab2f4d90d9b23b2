/**
 * Ruby's objects as the compiled expressions see them. nil is null, strings, integers (number or bigint) and true/false are
 * JavaScript's; a Float is a non-integral number or core's `Float`; an Array is an array; a Hash is a Map (or a plain
 * object that came from a record and is only read). What JavaScript lacks is below.
 */

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
    this.first = first;
    this.last = last;
    this.exclusive = exclusive;
  }
}

export class Proc {
  readonly run: (...args: unknown[]) => unknown;
  readonly arity: number;
  constructor(run: (...args: unknown[]) => unknown, arity: number) {
    this.run = run;
    this.arity = arity;
  }
}

export class RRegexp {
  readonly source: string;
  readonly flags: string;
  readonly compiled: RegExp;
  constructor(source: string, flags: string, compiled: RegExp) {
    this.source = source;
    this.flags = flags;
    this.compiled = compiled;
  }
  exec(text: string, from = 0): RegExpExecArray | null {
    const { compiled } = this;
    if (from === 0 && !compiled.global) return compiled.exec(text);
    const global = this.global;
    global.lastIndex = from;
    return global.exec(text);
  }
  #global: RegExp | undefined;
  /** The same regexp for repeated matches. */
  get global(): RegExp {
    this.#global ??= new RegExp(this.compiled, `${this.compiled.flags.replace('g', '')}g`);
    return this.#global;
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
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Seconds and nanoseconds with an offset from UTC in seconds; `zone` is 'UTC' for times made by `utc`. */
export class RubyTime {
  readonly sec: number;
  readonly nsec: number;
  readonly offset: number;
  readonly utc: boolean;
  constructor(sec: number, nsec: number, offset?: number, utc = false) {
    this.sec = sec;
    this.nsec = nsec;
    this.offset = offset ?? -new Date(sec * 1000).getTimezoneOffset() * 60;
    this.utc = utc;
  }
  /** Fields of the time in its own offset, read with the getUTC methods. */
  get date(): Date {
    return new Date((this.sec + this.offset) * 1000);
  }
}
