/** Methods of String. Strings are immutable here: methods that end in `!` give the changed string (the compiler rebinds variables). */

import { Float } from '../../pipeline/core/value.ts';
import { compare } from '../equal.ts';
import { format } from '../format.ts';
import { regexpOf, setLastMatch } from '../match.ts';
import { floatPrefix, integerPrefix } from '../numbers.ts';
import { MatchData, RRange, RRegexp, RubyError, Sym } from '../objects.ts';
import { sliceOf } from '../slice.ts';
import { inspect, rubyToS } from '../to-s.ts';
import { type Block, define, type Method } from './dispatch.ts';

/** Replacement text: `\1`, `\0`, `\k<name>`, `\\`. */
function expand(template: string, match: RegExpExecArray): string {
  if (!template.includes('\\')) return template;
  return template.replace(/\\(?:(\d)|k<(\w+)>|(&)|(\\))/g, (_all, digit, name, whole, slash) => {
    if (slash !== undefined) return '\\';
    if (whole !== undefined) return match[0];
    if (name !== undefined) return match.groups?.[name] ?? '';
    return match[Number(digit)] ?? '';
  });
}

function replace(self: string, pattern: unknown, by: unknown, block: Block | undefined, all: boolean): string {
  const regexp = regexpOf(pattern);
  let out = '';
  let at = 0;
  let last: RegExpExecArray | null = null;
  for (let from = 0; from <= self.length; ) {
    const match = regexp.exec(self, from);
    if (match === null) break;
    last = match;
    out += self.slice(at, match.index) + replacement(match, by, block);
    at = match.index + match[0].length;
    from = match[0].length === 0 ? at + 1 : at;
    if (!all) break;
  }
  setLastMatch(last);
  return last === null ? self : out + self.slice(at);
}

function replacement(match: RegExpExecArray, by: unknown, block: Block | undefined): string {
  if (by === undefined) {
    setLastMatch(match);
    return rubyToS(block?.(match[0]));
  }
  if (by instanceof Map) return rubyToS(by.get(match[0]) ?? null);
  if (typeof by === 'object' && by !== null) return rubyToS((by as Record<string, unknown>)[match[0]] ?? null);
  return expand(rubyToS(by), match);
}

const sub: Method = (self, [pattern, by], block) => replace(self, pattern, by, block, false);
const gsub: Method = (self, [pattern, by], block) => replace(self, pattern, by, block, true);

/** Characters of a tr-like set: `a-z`, `^…`. */
function charSet(spec: string): RegExp {
  const negated = spec.length > 1 && spec.startsWith('^');
  const body = (negated ? spec.slice(1) : spec).replace(/[\]\\[^]/g, '\\$&');
  return new RegExp(`[${negated ? '^' : ''}${body}]`, 'gu');
}

function expandSet(spec: string): string[] {
  const chars = [...spec];
  const out: string[] = [];
  for (let i = 0; i < chars.length; i++) {
    if (chars[i + 1] === '-' && chars[i + 2] !== undefined) {
      for (let c = chars[i]!.codePointAt(0)!; c <= chars[i + 2]!.codePointAt(0)!; c++)
        out.push(String.fromCodePoint(c));
      i += 2;
    } else out.push(chars[i]!);
  }
  return out;
}

function tr(self: string, from: string, to: string): string {
  const target = expandSet(to);
  if (from.length > 1 && from.startsWith('^')) return self.replace(charSet(from), target.at(-1) ?? '');
  const source = expandSet(from);
  return [...self].map((c) => (source.includes(c) ? (target[source.indexOf(c)] ?? target.at(-1) ?? '') : c)).join('');
}

function split(self: string, [by, limit]: readonly unknown[]): string[] {
  const max = Number(limit ?? 0);
  let parts: string[];
  if (by === undefined || by === null || by === ' ') parts = splitWords(self.trimStart(), max);
  else if (by === '') parts = [...self];
  else parts = splitBy(self, regexpOf(by), max);
  if (max === 0) while (parts.length > 0 && parts.at(-1) === '') parts.pop();
  return parts;
}

function splitWords(text: string, max: number): string[] {
  if (text === '') return [];
  return splitBy(text, new RRegexp('\\s+', '', /\s+/), max);
}

function splitBy(text: string, regexp: RRegexp, max: number): string[] {
  if (text === '') return [];
  const out: string[] = [];
  let at = 0;
  for (let from = 0; from <= text.length && !(max > 0 && out.length >= max - 1); ) {
    const match = regexp.exec(text, from);
    if (match === null) break;
    const end = match.index + match[0].length;
    if (match[0].length === 0) {
      if (match.index >= text.length) break;
      from = match.index + 1;
      if (match.index === at) continue;
    }
    out.push(text.slice(at, match.index), ...match.slice(1).filter((group) => group !== undefined));
    at = end;
    from = Math.max(from, match[0].length === 0 ? match.index + 1 : end);
  }
  out.push(text.slice(at));
  return out;
}

function scan(self: string, pattern: unknown, block: Block | undefined): unknown {
  const found = [...self.matchAll(regexpOf(pattern).global)].map((match) => {
    setLastMatch(match as unknown as RegExpExecArray);
    return match.length > 1 ? match.slice(1).map((group) => group ?? null) : match[0];
  });
  if (block === undefined) return found;
  for (const item of found) block(item);
  return self;
}

function matches(self: string, pattern: unknown): MatchData | null {
  const match = regexpOf(pattern).exec(self);
  setLastMatch(match);
  return match === null ? null : new MatchData(match);
}

function need(value: unknown): string {
  if (typeof value === 'string') return value;
  const name =
    value === null || value === undefined
      ? 'nil'
      : typeof value === 'number' || typeof value === 'bigint'
        ? 'Integer'
        : inspect(value);
  throw new RubyError('TypeError', `no implicit conversion of ${name} into String`);
}

const capitalize = (self: string) => self.slice(0, 1).toUpperCase() + self.slice(1).toLowerCase();
const swapcase = (self: string) =>
  self.replace(/\p{L}/gu, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase()));
const strip = (self: string) => self.replace(/^[\s\0]+|[\s\0]+$/g, '');
const chomp = (self: string, suffix?: string) =>
  suffix === undefined
    ? self.replace(/(?:\r\n|\n|\r)$/, '')
    : suffix !== '' && self.endsWith(suffix)
      ? self.slice(0, -suffix.length)
      : self;
const squeeze = (self: string, set?: string) =>
  set === undefined
    ? self.replace(/(.)\1+/gsu, '$1')
    : self.replace(/(.)\1+/gsu, (all, c: string) => (expandSet(set).includes(c) ? c : all));
const pad = (self: string, width: number, fill: string, left: boolean) => {
  const missing = width - [...self].length;
  if (missing <= 0) return self;
  const text = fill.repeat(Math.ceil(missing / fill.length)).slice(0, missing);
  return left ? text + self : self + text;
};

const methods: Record<string, Method> = {
  '+': (self, [other]) => self + need(other),
  '<<': (self, [other]) => self + (typeof other === 'number' ? String.fromCodePoint(other) : need(other)),
  concat: (self, args) => self + args.map(need).join(''),
  '*': (self, [n]) => self.repeat(Number(n)),
  '%': (self, [value]) => format(self, Array.isArray(value) ? value : [value]),
  '=~': (self, [pattern]) => matches(self, pattern)?.match.index ?? null,
  '<': (self, [other]) => compare(self, other)! < 0,
  '>': (self, [other]) => compare(self, other)! > 0,
  '<=': (self, [other]) => compare(self, other)! <= 0,
  '>=': (self, [other]) => compare(self, other)! >= 0,
  'between?': (self, [a, b]) => compare(self, a)! >= 0 && compare(self, b)! <= 0,
  '[]': (self, args) => stringSlice(self, args),
  slice: (self, args) => stringSlice(self, args),
  byteslice: (self, args) => {
    const bytes = [...Buffer.from(self)];
    const cut = sliceOf(bytes, args);
    return Array.isArray(cut)
      ? Buffer.from(cut as number[]).toString()
      : cut === null
        ? null
        : String.fromCharCode(cut as number);
  },
  to_s: (self) => self,
  to_str: (self) => self,
  to_sym: (self) => Sym.of(self),
  intern: (self) => Sym.of(self),
  to_i: (self, [base]) => integerPrefix(self, Number(base ?? 10)),
  to_f: (self) => floatPrefix(self),
  to_r: (self) => floatPrefix(self),
  hex: (self) => integerPrefix(self.replace(/^0x/i, ''), 16),
  oct: (self) => integerPrefix(self, 8),
  ord: (self) => self.codePointAt(0),
  chr: (self) => [...self][0] ?? '',
  length: (self) => [...self].length,
  size: (self) => [...self].length,
  bytesize: (self) => Buffer.byteLength(self),
  bytes: (self) => [...Buffer.from(self as string)],
  chars: (self) => [...self],
  lines: (self) => self.match(/[^\n]*\n|[^\n]+/g) ?? [],
  each_line: (self, _args, block) => {
    for (const line of self.match(/[^\n]*\n|[^\n]+/g) ?? []) block?.(line);
    return self;
  },
  each_char: (self, _args, block) => {
    for (const c of self) block?.(c);
    return self;
  },
  upcase: (self) => self.toUpperCase(),
  downcase: (self) => self.toLowerCase(),
  capitalize,
  swapcase,
  strip,
  lstrip: (self) => self.replace(/^[\s\0]+/, ''),
  rstrip: (self) => self.replace(/[\s\0]+$/, ''),
  chomp: (self, [suffix]) => chomp(self, suffix),
  chop: (self) => (self.endsWith('\r\n') ? self.slice(0, -2) : [...self].slice(0, -1).join('')),
  squeeze: (self, [set]) => squeeze(self, set),
  reverse: (self) => [...self].reverse().join(''),
  succ: (self) => successor(self),
  next: (self) => successor(self),
  sub,
  gsub,
  tr: (self, [from, to]) => tr(self, need(from), need(to)),
  tr_s: (self, [from, to]) => squeeze(tr(self, need(from), need(to)), to),
  delete: (self, sets) => sets.reduce((text, set) => text.replace(charSet(need(set)), ''), self),
  count: (self, [set]) => (self.match(charSet(need(set))) ?? []).length,
  delete_prefix: (self, [prefix]) => (self.startsWith(need(prefix)) ? self.slice(prefix.length) : self),
  delete_suffix: (self, [suffix]) =>
    suffix !== '' && self.endsWith(need(suffix)) ? self.slice(0, -suffix.length) : self,
  prepend: (self, args) => args.map(need).join('') + self,
  insert: (self, [at, text]) => {
    const i = at < 0 ? self.length + at + 1 : at;
    return self.slice(0, i) + text + self.slice(i);
  },
  replace: (_self, [text]) => need(text),
  center: (self, [width, fill = ' ']) => {
    const missing = Math.max(0, width - [...self].length);
    return pad(pad(self, [...self].length + Math.floor(missing / 2), fill, true), width, fill, false);
  },
  ljust: (self, [width, fill = ' ']) => pad(self, width, fill, false),
  rjust: (self, [width, fill = ' ']) => pad(self, width, fill, true),
  split: (self, args, block) => {
    const parts = split(self, args);
    if (block === undefined) return parts;
    parts.forEach((part) => void block(part));
    return self;
  },
  partition: (self, [by]) => {
    const match = regexpOf(by).exec(self);
    return match === null
      ? [self, '', '']
      : [self.slice(0, match.index), match[0], self.slice(match.index + match[0].length)];
  },
  rpartition: (self, [by]) => {
    const match = [...self.matchAll(regexpOf(by).global)].at(-1);
    return match === undefined
      ? ['', '', self]
      : [self.slice(0, match.index), match[0], self.slice(match.index! + match[0].length)];
  },
  scan: (self, [pattern], block) => scan(self, pattern, block),
  match: (self, [pattern]) => matches(self, pattern),
  'match?': (self, [pattern]) => regexpOf(pattern).exec(self) !== null,
  'include?': (self, [other]) => self.includes(need(other)),
  'start_with?': (self, args) =>
    args.some((p) => (p instanceof RRegexp ? p.exec(self)?.index === 0 : self.startsWith(need(p)))),
  'end_with?': (self, args) => args.some((p) => self.endsWith(need(p))),
  'empty?': (self) => self === '',
  'blank?': (self) => /^\s*$/.test(self),
  'present?': (self) => !/^\s*$/.test(self),
  'casecmp?': (self, [other]) => self.toLowerCase() === need(other).toLowerCase(),
  casecmp: (self, [other]) => compare(self.toLowerCase(), need(other).toLowerCase()),
  'ascii_only?': (self) => !/[^\x00-\x7f]/.test(self),
  'valid_encoding?': () => true,
  index: (self, [by, from = 0]) => {
    const found = regexpOf(by).exec(self, from);
    return found === null ? null : found.index;
  },
  rindex: (self, [by]) => [...self.matchAll(regexpOf(by).global)].at(-1)?.index ?? null,
  force_encoding: (self) => self,
  encode: (self) => self,
  unicode_normalize: (self) => self.normalize('NFC'),
  scrub: (self) => self,
  encoding: () => 'UTF-8',
  b: (self) => self,
  unpack1: () => null,
  hash: (self) => self.length,
  dump: (self) => inspect(self),
  crypt: (self) => self,
  sum: (self) => [...Buffer.from(self as string)].reduce((a, b) => a + b, 0) % 65536,
  'nil?': () => false,
  upto: (self, [last], block) => {
    for (let at = self as string; ; at = successor(at)) {
      block?.(at);
      if (at === last || at.length > last.length) return self;
    }
  },
};

function stringSlice(self: string, args: readonly unknown[]): unknown {
  const [at, group] = args;
  if (typeof at === 'string') return self.includes(at) ? at : null;
  if (at instanceof RRegexp) {
    const match = matches(self, at)?.match;
    if (match === undefined) return null;
    return (
      (typeof group === 'string' || group instanceof Sym
        ? match.groups?.[rubyToS(group)]
        : match[Number(group ?? 0)]) ?? null
    );
  }
  // Most text is ASCII, where characters and code units are the same.
  if (!/[\ud800-\udfff]/.test(self)) return textSlice(self, args);
  const cut = sliceOf([...self], args);
  return Array.isArray(cut) ? cut.join('') : cut;
}

function textSlice(self: string, args: readonly unknown[]): unknown {
  const [at, count] = args;
  if (at instanceof RRange || count !== undefined) {
    const cut = sliceOf(
      { length: self.length, slice: (a: number, b: number) => self.slice(a, b), at: () => null },
      args,
    );
    return cut;
  }
  const i = Math.trunc(Number(at instanceof Float ? at.value : at));
  return self.at(i) ?? null;
}

function successor(text: string): string {
  const chars = [...text];
  for (let i = chars.length - 1; i >= 0; i--) {
    const c = chars[i]!;
    if (c !== 'z' && c !== 'Z' && c !== '9') {
      chars[i] = String.fromCodePoint(c.codePointAt(0)! + 1);
      return chars.join('');
    }
    chars[i] = c === '9' ? '0' : c === 'z' ? 'a' : 'A';
    if (i === 0) chars.unshift(c === '9' ? '1' : chars[i]!);
  }
  return chars.join('');
}

const bang = [
  'sub',
  'gsub',
  'upcase',
  'downcase',
  'capitalize',
  'swapcase',
  'strip',
  'lstrip',
  'rstrip',
  'chomp',
  'chop',
  'squeeze',
  'reverse',
  'tr',
  'delete',
  'delete_prefix',
  'delete_suffix',
  'succ',
  'slice',
  'encode',
  'scrub',
];
define('String', { ...methods, ...Object.fromEntries(bang.map((name) => [`${name}!`, methods[name]!])) });
