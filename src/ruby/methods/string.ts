/** String: what reads it or makes another one. What changes it is in string-change.ts. */
import { count, int, kindOf, text as need } from '../arguments.ts';
import { compare } from '../equal.ts';
import { format } from '../format.ts';
import { RHash } from '../hash.ts';
import { matchOf, regexpOf, setLastMatch } from '../match.ts';
import { floatPrefix, integerPrefix } from '../numbers.ts';
import { Constant, Enumerator, MatchData, RRange, RRegexp, RubyError, Sym } from '../objects.ts';
import { sliceOf } from '../slice.ts';
import { isWide, length, toPoints, toUnits } from '../text/points.ts';
import { replace, scan, split } from '../text/replace.ts';
import { matcher, squeeze, tr } from '../text/sets.ts';
import { successor, successors } from '../text/successor.ts';
import { inspect, rubyToS } from '../to-s.ts';
import { define, enumerating, type Method } from './dispatch.ts';

export { successors };

const BLANK_START = /^[\0\t-\r ]+/;
const BLANK_END = /[\0\t-\r ]+$/;

/** A character's own form first, the rest in lower case. */
const capitalize = (self: string) => {
  const [first = '', ...rest] = self;
  return first.toUpperCase() + rest.join('').toLowerCase();
};
const swapcase = (self: string) =>
  [...self].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');

function chomp(self: string, suffix: unknown): string {
  if (suffix === undefined) return self.replace(/(?:\r\n|\n|\r)$/, '');
  if (suffix === null) return self;
  const end = need(suffix);
  if (end === '') return self.replace(/(?:\r?\n)+$/, '');
  if (end === '\n') return self.replace(/(?:\r\n|\n|\r)$/, '');
  return self.endsWith(end) ? self.slice(0, -end.length) : self;
}

function pad(self: string, width: unknown, fill: unknown, share: (missing: number) => number): string {
  const by = fill === undefined ? ' ' : need(fill);
  if (by === '') throw new RubyError('ArgumentError', 'zero width padding');
  const missing = int(width) - length(self);
  if (missing <= 0) return self;
  const left = share(missing);
  const make = (n: number) => [...by.repeat(Math.ceil(n / [...by].length))].slice(0, n).join('');
  return make(left) + self + make(missing - left);
}

const lines = (self: string): readonly string[] => self.match(/[^\n]*\n|[^\n]+/g) ?? [];

/** Text up to the first match, the match, the rest; where `last`, of the last match. */
function partition(self: string, by: unknown): string[] {
  const match = regexpOf(by).exec(self);
  if (by instanceof RRegexp) setLastMatch(match);
  if (match === null) return [self, '', ''];
  return [self.slice(0, match.index), match[0], self.slice(match.index + match[0].length)];
}

/** The match that begins last at or before a place. */
export function lastMatchIn(self: string, by: unknown, before = self.length): RegExpExecArray | null {
  const regexp = regexpOf(by);
  for (let at = before; at >= 0; at--) {
    const match = regexp.exec(self, at);
    if (match?.index === at) return match;
  }
  return null;
}

function rpartition(self: string, by: unknown): string[] {
  const match = lastMatchIn(self, by);
  if (match === null) return ['', '', self];
  return [self.slice(0, match.index), match[0], self.slice(match.index + match[0].length)];
}

/** `str[…]`: an index, index and length, a range, a text, a regexp with an optional group. */
export function stringSlice(self: string, args: readonly unknown[]): unknown {
  const [at, group] = args;
  if (typeof at === 'string' && args.length === 1) return self.includes(at) ? at : null;
  if (at instanceof RRegexp) {
    const match = at.exec(self);
    setLastMatch(match);
    return match === null ? null : matchOf(match, group ?? 0);
  }
  if (isWide(self)) {
    const cut = sliceOf([...self], args);
    return Array.isArray(cut) ? cut.join('') : cut;
  }
  if (at instanceof RRange || args.length > 1) {
    return sliceOf({ length: self.length, slice: (a: number, b: number) => self.slice(a, b), at: () => null }, args);
  }
  return self.at(int(at)) ?? null;
}

function byteslice(self: string, args: readonly unknown[]): unknown {
  const cut = sliceOf([...Buffer.from(self)], args);
  if (cut === null) return null;
  return Buffer.from(Array.isArray(cut) ? (cut as number[]) : [cut as number]).toString();
}

/** First place of a text or regexp at or after one, in characters. */
function indexOf(self: string, [by, from = 0]: readonly unknown[]): number | null {
  const size = length(self);
  const start = int(from) < 0 ? size + int(from) : int(from);
  if (start < 0 || start > size) return null;
  const match = regexpOf(by).exec(self, toUnits(self, start));
  if (by instanceof RRegexp) setLastMatch(match);
  return match === null ? null : toPoints(self, match.index);
}

function rindexOf(self: string, [by, from]: readonly unknown[]): number | null {
  const size = length(self);
  const start = from === undefined ? size : int(from) < 0 ? size + int(from) : Math.min(int(from), size);
  const match = start < 0 ? null : lastMatchIn(self, by, toUnits(self, start));
  return match === null ? null : toPoints(self, match.index);
}

const startsWith = (self: string, prefix: unknown) => {
  if (!(prefix instanceof RRegexp)) return self.startsWith(need(prefix));
  const match = prefix.exec(self);
  setLastMatch(match?.index === 0 ? match : null);
  return match?.index === 0;
};

const match: Method = (self, [pattern, from = 0], block) => {
  const found = regexpOf(pattern, true).exec(self, toUnits(self, int(from)));
  setLastMatch(found);
  if (found === null) return null;
  return block === undefined ? new MatchData(found) : block(new MatchData(found));
};

const folded = (a: string, b: string) => Math.sign(compare(a, b)!);
const caseFold = (self: string) => self.toUpperCase().toLowerCase();

function comparing(test: (order: number) => boolean): Method {
  return (self, [other]) => {
    const order = compare(self, other);
    if (order === undefined)
      throw new RubyError(
        'ArgumentError',
        `comparison of String with ${other === null ? 'nil' : rubyToS(other)} failed`,
      );
    return test(order);
  };
}

/** Methods that have a form with `!`, which gives nil where nothing changes. */
export const pure: Readonly<Record<string, Method>> = {
  upcase: (self) => self.toUpperCase(),
  downcase: (self) => self.toLowerCase(),
  capitalize,
  swapcase,
  strip: (self) => self.replace(BLANK_START, '').replace(BLANK_END, ''),
  lstrip: (self) => self.replace(BLANK_START, ''),
  rstrip: (self) => self.replace(BLANK_END, ''),
  chomp: (self, [suffix]) => chomp(self, suffix),
  chop: (self) => (self.endsWith('\r\n') ? self.slice(0, -2) : [...self].slice(0, -1).join('')),
  squeeze: (self, sets) => squeeze(self, sets.map(need)),
  tr: (self, [from, to]) => tr(self, need(from), need(to), false),
  tr_s: (self, [from, to]) => tr(self, need(from), need(to), true),
  delete: (self, sets) => {
    if (sets.length === 0) throw new RubyError('ArgumentError', 'wrong number of arguments (given 0, expected 1+)');
    const gone = matcher(sets.map(need));
    return [...self].filter((c) => !gone(c)).join('');
  },
  delete_prefix: (self, [prefix]) => (self.startsWith(need(prefix)) ? self.slice(prefix.length) : self),
  delete_suffix: (self, [suffix]) =>
    suffix !== '' && self.endsWith(need(suffix)) ? self.slice(0, -suffix.length) : self,
  reverse: (self) => [...self].reverse().join(''),
  succ: (self) => successor(self),
  next: (self) => successor(self),
  scrub: (self) => self.toWellFormed(),
  unicode_normalize: (self, [form]) => self.normalize(form === undefined ? 'NFC' : rubyToS(form).toUpperCase()),
};

define('String', {
  ...pure,
  '+': (self, [other]) => self + need(other),
  '*': (self, [n]) => self.repeat(count(n, 'argument')),
  '%': (self, [value]) => format(self, Array.isArray(value) ? value : [value]),
  '=~': (self, [pattern]) => {
    if (typeof pattern === 'string') throw new RubyError('TypeError', 'type mismatch: String given');
    if (pattern === null || pattern === undefined) return null;
    const found = match(self, [pattern], undefined) as MatchData | null;
    return found === null ? null : toPoints(self, found.match.index);
  },
  '<': comparing((order) => order < 0),
  '>': comparing((order) => order > 0),
  '<=': comparing((order) => order <= 0),
  '>=': comparing((order) => order >= 0),
  '[]': (self, args) => stringSlice(self, args),
  slice: (self, args) => stringSlice(self, args),
  byteslice: (self, args) => byteslice(self, args),
  to_s: (self, args) => noArguments(self, args),
  to_str: (self) => self,
  '+@': (self) => self,
  '-@': (self) => self,
  to_sym: (self) => Sym.of(self),
  intern: (self) => Sym.of(self),
  to_i: (self, [base]) => integerPrefix(self, base === undefined ? 10 : int(base)),
  to_f: (self) => floatPrefix(self),
  hex: (self) => integerPrefix(self, 16),
  oct: (self) => integerPrefix(self, 8, true),
  ord: (self) => {
    if (self === '') throw new RubyError('ArgumentError', 'empty string');
    return self.codePointAt(0);
  },
  chr: (self) => [...self][0] ?? '',
  length: (self) => length(self),
  size: (self) => length(self),
  bytesize: (self) => Buffer.byteLength(self),
  bytes: (self) => [...Buffer.from(self as string)],
  codepoints: (self) => [...self].map((c) => c.codePointAt(0)),
  chars: (self) => [...self],
  lines: (self) => [...lines(self)],
  unpack1: (self, [template]) => unpack(self, need(template))[0] ?? null,
  unpack: (self, [template]) => unpack(self, need(template)),
  count: (self, sets) => {
    if (sets.length === 0) throw new RubyError('ArgumentError', 'wrong number of arguments (given 0, expected 1+)');
    const wanted = matcher(sets.map(need));
    return [...self].filter(wanted).length;
  },
  center: (self, [width, fill]) => pad(self, width, fill, (missing) => Math.floor(missing / 2)),
  ljust: (self, [width, fill]) => pad(self, width, fill, () => 0),
  rjust: (self, [width, fill]) => pad(self, width, fill, (missing) => missing),
  sub: (self, [pattern, ...by], block) => replace(self, pattern, by, block, false).text,
  gsub: (self, [pattern, ...by], block) => {
    if (by.length === 0 && block === undefined) return new Enumerator(self, 'gsub', [pattern]);
    return replace(self, pattern, by, block, true).text;
  },
  split: (self, args, block) => {
    const parts = split(self, args);
    if (block === undefined) return parts;
    for (const part of parts) block(part);
    return self;
  },
  partition: (self, [by]) => partition(self, by),
  rpartition: (self, [by]) => rpartition(self, by),
  scan: (self, [pattern], block) => scan(self, pattern, block),
  match,
  'match?': (self, [pattern]) => regexpOf(pattern, true).exec(self) !== null,
  'include?': (self, [other]) => self.includes(need(other)),
  'start_with?': (self, prefixes) => prefixes.some((prefix) => startsWith(self, prefix)),
  'end_with?': (self, suffixes) => suffixes.some((suffix) => self.endsWith(need(suffix))),
  'empty?': (self) => self === '',
  'casecmp?': (self, [other]) => (typeof other === 'string' ? caseFold(self) === caseFold(other) : castError(other)),
  casecmp: (self, [other]) =>
    typeof other === 'string' ? folded(asciiLower(self), asciiLower(other)) : castError(other),
  'ascii_only?': (self) => !/[^\x00-\x7f]/.test(self),
  'valid_encoding?': (self) => self.isWellFormed(),
  index: (self, args) => indexOf(self, args),
  rindex: (self, args) => rindexOf(self, args),
  force_encoding: (self) => self,
  b: (self) => self,
  encoding: () => Constant.of('UTF-8'),
  encode: (self, args) => encode(self, args),
  dump: (self) => inspect(self).replace(/\\(?:\\|u00([0-7].))/g, (all, hex) => (hex === undefined ? all : `\\x${hex}`)),
  sum: (self, [bits = 16]) => [...Buffer.from(self as string)].reduce((a, b) => a + b, 0) % 2 ** int(bits),
  ...enumerating({
    each_line: (self, _args, block) => {
      for (const line of lines(self)) block!(line);
      return self;
    },
    each_char: (self, _args, block) => {
      for (const c of self) block!(c);
      return self;
    },
    each_byte: (self, _args, block) => {
      for (const byte of Buffer.from(self as string)) block!(byte);
      return self;
    },
    upto: (self, [last], block) => {
      for (const item of successors(self, need(last), false)) block!(item);
      return self;
    },
  }),
});

/** `to_s(2)` is for numbers. */
function noArguments(self: string, args: readonly unknown[]): string {
  if (args.length > 0)
    throw new RubyError('ArgumentError', `wrong number of arguments (given ${args.length}, expected 0)`);
  return self;
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
}

function castError(value: unknown): never {
  throw new RubyError('TypeError', `no implicit conversion of ${kindOf(value)} into String`);
}

/**
 * Text is text here, its bytes UTF-8: an encoding is where characters may be replaced that it does not have.
 */
function encode(self: string, args: readonly unknown[]): string {
  const options = args.at(-1) instanceof RHash ? (args.at(-1) as RHash) : new RHash();
  const [to, from] = args.filter((arg) => !(arg instanceof RHash)).map((arg) => rubyToS(arg).toUpperCase());
  const by = options.get(Sym.of('replace'));
  const replaces = options.get(Sym.of('undef')) === Sym.of('replace');
  const clean = options.get(Sym.of('invalid')) === Sym.of('replace') ? self.toWellFormed() : self;
  const narrow = [to, from].some((name) => /^(?:US-ASCII|ASCII|ASCII-8BIT|BINARY)$/.test(name ?? ''));
  if (!narrow || /^[\x00-\x7f]*$/.test(clean)) return clean;
  if (!replaces) throw new RubyError('Encoding::UndefinedConversionError', 'character is not in the encoding');
  const binary = /^(?:ASCII-8BIT|BINARY)$/.test(from ?? '');
  return clean.replace(/[^\x00-\x7f]/gu, (c) =>
    (by === undefined ? (binary ? '\ufffd' : '?') : rubyToS(by)).repeat(binary ? Buffer.byteLength(c) : 1),
  );
}

function unpack(self: string, template: string): unknown[] {
  const bytes = Buffer.from(self);
  if (/^m0?$/.test(template)) return [Buffer.from(self, 'base64').toString()];
  if (template === 'C*') return [...bytes];
  if (template === 'U*') return [...self].map((c) => c.codePointAt(0));
  if (template === 'H*') return [bytes.toString('hex')];
  throw new RubyError('ArgumentError', `unpack template '${template}' is not supported in configurations`);
}
