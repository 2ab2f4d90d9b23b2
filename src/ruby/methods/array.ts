/** Array: what it does beyond Enumerable. */
import { array, count, int, text } from '../arguments.ts';
import { compareStrictly, rubyEqual } from '../equal.ts';
import { RHash } from '../hash.ts';
import { RRange, RubyError } from '../objects.ts';
import { rangeOf, sliceOf } from '../slice.ts';
import { rubyToS } from '../to-s.ts';
import { type Block, classOf, define, enumerating, find, type Method, send, truthy } from './dispatch.ts';
import { sortBy, uniq } from './enumerable.ts';

const orNull = (i: number) => (i < 0 ? null : i);
const at: Method = (self, args) => sliceOf(self as unknown[], args);

function flatten(list: readonly unknown[], depth: number): unknown[] {
  return list.flatMap((item) => (Array.isArray(item) && depth !== 0 ? flatten(item, depth - 1) : [item]));
}

function join(list: readonly unknown[], by: string): string {
  return list.map((item) => (Array.isArray(item) ? join(item, by) : rubyToS(item))).join(by);
}

export function dig(value: unknown, keys: readonly unknown[]): unknown {
  if (keys.length === 0 || value === null || value === undefined) return value ?? null;
  if (find(value, 'dig') === undefined) throw new RubyError('TypeError', `${classOf(value)} does not have #dig method`);
  return send(value, 'dig', keys);
}

/** Items of one list that are (not) in another, equal as hash keys are. */
function within(list: readonly unknown[], other: unknown, wanted: boolean): unknown[] {
  const known = RHash.of(array(other).map((item) => [item, true]));
  return list.filter((item) => known.has(item) === wanted);
}

function combinations(list: readonly unknown[], n: number): unknown[][] {
  if (n === 0) return [[]];
  return list.flatMap((item, i) => combinations(list.slice(i + 1), n - 1).map((rest) => [item, ...rest]));
}

function assign(self: unknown[], args: readonly unknown[]): unknown {
  const value = args.at(-1);
  if (args.length === 3 || args[0] instanceof RRange) {
    const [from, to] =
      args[0] instanceof RRange
        ? (rangeOf(args[0], self.length) ?? [0, 0])
        : [int(args[0]), int(args[0]) + int(args[1])];
    self.splice(from, Math.max(0, to - from), ...(Array.isArray(value) ? value : [value]));
    return value;
  }
  const i = int(args[0]);
  const place = i < 0 ? self.length + i : i;
  if (place < 0) throw new RubyError('IndexError', `index ${i} too small for array; minimum: -${self.length}`);
  while (self.length < place) self.push(null);
  self[place] = value;
  return value;
}

define('Array', {
  '[]': at,
  slice: at,
  at: (self: unknown[], [i]) => self.at(int(i)) ?? null,
  dig: (self, [key, ...rest]) => dig(at(self, [key], undefined), rest),
  fetch: (self, [i, ...fallback], block) => {
    const index = int(i);
    const place = index < 0 ? self.length + index : index;
    if (place >= 0 && place < self.length) return self[place];
    if (block !== undefined) return block(i);
    if (fallback.length > 0) return fallback[0];
    throw new RubyError('IndexError', `index ${i} outside of array bounds: ${-self.length}...${self.length}`);
  },
  values_at: (self: unknown[], indexes) => indexes.map((i) => self.at(int(i)) ?? null),
  last: (self: unknown[], [n]) =>
    n === undefined ? (self.at(-1) ?? null) : count(n, 'array size') === 0 ? [] : self.slice(-int(n)),
  length: (self) => self.length,
  size: (self) => self.length,
  'empty?': (self) => self.length === 0,
  join: (self, [by]) => join(self, by === undefined || by === null ? '' : text(by)),
  to_ary: (self) => self,
  to_a: (self) => self,
  entries: (self: unknown[]) => [...self],
  '+': (self: unknown[], [other]) => [...self, ...array(other)],
  '-': (self: unknown[], [other]) => within(self, other, false),
  difference: (self: unknown[], others) => others.reduce((list, other) => within(list, other, false), self),
  '*': (self, [n]) =>
    typeof n === 'string' ? join(self, n) : Array.from({ length: count(n, 'argument') }, () => self).flat(1),
  '&': (self: unknown[], [other]) => uniq(within(self, other, true)),
  intersection: (self: unknown[], others) => others.reduce((list, other) => uniq(within(list, other, true)), self),
  'intersect?': (self: unknown[], [other]) => within(self, other, true).length > 0,
  '|': (self: unknown[], [other]) => uniq([...self, ...array(other)]),
  union: (self: unknown[], others) => uniq([...self, ...others.flatMap((other) => [...array(other)])]),
  compact: (self: unknown[]) => self.filter((item) => item !== null && item !== undefined),
  flatten: (self, [depth]) => flatten(self, depth === undefined || depth === null ? -1 : int(depth)),
  reverse: (self: unknown[]) => [...self].reverse(),
  rotate: (self: unknown[], [n = 1]) =>
    self.map((_, i) => self[(((i + int(n)) % self.length) + self.length) % self.length]),
  index: (self: unknown[], args, block) =>
    orNull(self.findIndex((item) => (args.length > 0 ? rubyEqual(item, args[0]) : truthy(block!(item))))),
  rindex: (self: unknown[], args, block) =>
    orNull(self.findLastIndex((item) => (args.length > 0 ? rubyEqual(item, args[0]) : truthy(block!(item))))),
  transpose: (self: unknown[][]) => {
    if (self.some((row) => array(row).length !== self[0]!.length))
      throw new RubyError('IndexError', 'element size differs');
    return (self[0] ?? []).map((_, i) => self.map((row) => row[i]));
  },
  product: (self: unknown[], lists) =>
    lists.reduce(
      (rows: unknown[][], list) => rows.flatMap((row) => array(list).map((b) => [...row, b])),
      self.map((a) => [a]),
    ),
  assoc: (self: unknown[], [key]) => self.find((pair) => Array.isArray(pair) && rubyEqual(pair[0], key)) ?? null,
  '<=>': (self, [other]) => (Array.isArray(other) ? compareLists(self, other) : null),
  pack: (self: unknown[], [template]) => pack(self, text(template)),
  dup: (self: unknown[]) => [...self],
  clone: (self: unknown[]) => [...self],
  ...enumerating({
    each_index: (self: unknown[], _args, block) => {
      self.forEach((_, i) => void block!(i));
      return self;
    },
    combination: (self: unknown[], [n], block) => {
      for (const part of combinations(self, int(n))) block!(part);
      return self;
    },
  }),
});

function compareLists(a: readonly unknown[], b: readonly unknown[]): number | null {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = send(a[i], '<=>', [b[i]]);
    if (order !== 0) return order as number | null;
  }
  return Math.sign(a.length - b.length);
}

function pack(self: readonly unknown[], template: string): string {
  if (/^[CU]\*$/.test(template)) {
    const codes = self.map((code) => int(code));
    return template === 'U*' ? String.fromCodePoint(...codes) : Buffer.from(codes).toString();
  }
  const base64 = Buffer.from(text(self[0])).toString('base64');
  if (template === 'm0') return base64;
  if (template === 'm') return base64.replace(/.{1,60}/g, '$&\n');
  if (template === 'H*') return Buffer.from(text(self[0]), 'hex').toString();
  throw new RubyError('ArgumentError', `pack template '${template}' is not supported in configurations`);
}

// ---------------------------------------------------------------- methods that change the array

const keep = (self: unknown[], list: readonly unknown[]): boolean => {
  const changed = list.length !== self.length || list.some((item, i) => item !== self[i]);
  self.splice(0, self.length, ...list);
  return changed;
};
/** The method with `!`: the array itself, or nil where nothing changed. */
const inPlace =
  (make: (self: unknown[], args: readonly unknown[], block: Block | undefined) => unknown, always = false): Method =>
  (self, args, block) =>
    keep(self, make([...self], args, block) as unknown[]) || always ? self : null;
const of = (name: string) => (self: unknown[], args: readonly unknown[], block: Block | undefined) =>
  send(self, name, args, block);
const push: Method = (self: unknown[], args) => {
  self.push(...args);
  return self;
};
const unshift: Method = (self: unknown[], args) => {
  self.unshift(...args);
  return self;
};
const take = (self: unknown[], n: unknown, one: () => unknown, many: (n: number) => unknown) =>
  n === undefined ? (one() ?? null) : many(Math.min(count(n, 'array size'), self.length));

define('Array', {
  '[]=': assign,
  '<<': push,
  push,
  append: push,
  unshift,
  prepend: unshift,
  concat: (self: unknown[], lists) =>
    push(
      self,
      lists.flatMap((list) => [...array(list)]),
      undefined,
    ),
  insert: (self: unknown[], [i, ...values]) => {
    const from = int(i) < 0 ? self.length + int(i) + 1 : int(i);
    while (self.length < from) self.push(null);
    self.splice(from, 0, ...values);
    return self;
  },
  pop: (self: unknown[], [n]) =>
    take(
      self,
      n,
      () => self.pop(),
      (k) => self.splice(self.length - k, k),
    ),
  shift: (self: unknown[], [n]) =>
    take(
      self,
      n,
      () => self.shift(),
      (k) => self.splice(0, k),
    ),
  clear: (self: unknown[]) => {
    self.length = 0;
    return self;
  },
  replace: (self: unknown[], [list]) => {
    keep(self, array(list));
    return self;
  },
  delete: (self: unknown[], [value]) => {
    const found = self.find((item) => rubyEqual(item, value));
    keep(
      self,
      self.filter((item) => !rubyEqual(item, value)),
    );
    return found ?? null;
  },
  delete_at: (self: unknown[], [i]) => {
    const place = int(i) < 0 ? self.length + int(i) : int(i);
    return place < 0 ? null : (self.splice(place, 1)[0] ?? null);
  },
  delete_if: inPlace(of('reject'), true),
  keep_if: inPlace(of('select'), true),
  'reject!': inPlace(of('reject')),
  'select!': inPlace(of('select')),
  'filter!': inPlace(of('select')),
  'map!': inPlace(of('map'), true),
  'collect!': inPlace(of('map'), true),
  'compact!': inPlace(of('compact')),
  'flatten!': (self: unknown[], args) => {
    const nested = self.some((item) => Array.isArray(item));
    keep(self, of('flatten')([...self], args, undefined) as unknown[]);
    return nested ? self : null;
  },
  'uniq!': inPlace(of('uniq')),
  'reverse!': inPlace(of('reverse'), true),
  'rotate!': inPlace(of('rotate'), true),
  'sort!': inPlace(
    (self, _args, block) => (block === undefined ? self.sort(compareStrictly) : send(self, 'sort', [], block)),
    true,
  ),
  'sort_by!': inPlace((self, _args, block) => sortBy(self, block!), true),
  'slice!': (self: unknown[], args) => {
    const cut = at(self, args, undefined);
    if (cut === null) return null;
    const [from, n] =
      args[0] instanceof RRange
        ? [rangeOf(args[0], self.length)![0], (cut as unknown[]).length]
        : [
            int(args[0]) < 0 ? self.length + int(args[0]) : int(args[0]),
            args.length > 1 ? (cut as unknown[]).length : 1,
          ];
    self.splice(from, n);
    return cut;
  },
  fill: (self: unknown[], [value]) => {
    self.fill(value);
    return self;
  },
});
