/** String: the methods that change it. They give `Changed`: the new text, and what the call itself gives. */
import { int, kindOf, text as need } from '../arguments.ts';
import { RRange, RRegexp, RubyError } from '../objects.ts';
import { rangeOf } from '../slice.ts';
import { length, toUnits } from '../text/points.ts';
import { replace } from '../text/replace.ts';
import { Changed, define, type Method, send, type Table } from './dispatch.ts';
import { pure, stringSlice } from './string.ts';

const bang =
  (make: Method): Method =>
  (self, args, block) => {
    const text = make(self, args, block) as string;
    return new Changed(text, text === self ? null : text);
  };
const replaceBang =
  (all: boolean): Method =>
  (self, [pattern, ...by], block) => {
    const { text, changed } = replace(self, pattern, by, block, all);
    return new Changed(text, changed ? text : null);
  };
const always = new Set(['reverse', 'succ', 'next', 'unicode_normalize', 'scrub']);

const bangs: Table = Object.fromEntries(
  Object.entries(pure).map(([name, method]): [string, Method] => [
    `${name}!`,
    always.has(name) ? (self, args, block) => new Changed(method(self, args, block) as string) : bang(method),
  ]),
);

/** A number is a character. */
const piece = (value: unknown) => (typeof value === 'number' ? String.fromCodePoint(value) : need(value));

/** Units of what an index, a range, a text or a regexp means; undefined where it is not there. */
function span(self: string, args: readonly unknown[]): [number, number] | undefined {
  const [at, n] = args;
  if (typeof at === 'string') {
    const i = self.indexOf(at);
    return i < 0 ? undefined : [i, i + at.length];
  }
  if (at instanceof RRegexp) {
    const match = at.exec(self);
    return match === null ? undefined : [match.index, match.index + match[0].length];
  }
  const size = length(self);
  const range: [number, number] | undefined =
    at instanceof RRange
      ? rangeOf(at, size)
      : [
          int(at) < 0 ? size + int(at) : int(at),
          (int(at) < 0 ? size + int(at) : int(at)) + (n === undefined ? 1 : int(n)),
        ];
  if (range === undefined || range[0] < 0 || range[0] > size) return undefined;
  return [toUnits(self, range[0]), toUnits(self, Math.max(range[0], range[1]))];
}

define('String', {
  ...bangs,
  '<<': (self, [other]) => new Changed(self + piece(other)),
  concat: (self, args) => new Changed(self + args.map(piece).join('')),
  prepend: (self, args) => new Changed(args.map(need).join('') + self),
  replace: (_self, [other]) => new Changed(need(other)),
  clear: () => new Changed(''),
  'encode!': (self, args) => new Changed(send(self, 'encode', args) as string),
  'unicode_normalize!': (self, args) => new Changed(send(self, 'unicode_normalize', args) as string),
  insert: (self, [at, other]) => {
    const size = length(self);
    const i = int(at) < 0 ? size + int(at) + 1 : int(at);
    if (i < 0 || i > size) throw new RubyError('IndexError', `index ${int(at)} out of string`);
    const unit = toUnits(self, i);
    return new Changed(self.slice(0, unit) + need(other) + self.slice(unit));
  },
  'sub!': replaceBang(false),
  'gsub!': replaceBang(true),
  'slice!': (self, args) => {
    const cut = stringSlice(self, args);
    const place = cut === null ? undefined : span(self, args);
    return new Changed(place === undefined ? self : self.slice(0, place[0]) + self.slice(place[1]), cut);
  },
  '[]=': (self, args) => {
    const value = args.at(-1);
    const place = span(self, args.slice(0, -1));
    if (place === undefined) throw new RubyError('IndexError', `string not matched (${kindOf(args[0])})`);
    return new Changed(self.slice(0, place[0]) + need(value) + self.slice(place[1]), value);
  },
});
