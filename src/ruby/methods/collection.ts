/** Methods of Array, Hash and Range; what Enumerable gives all three works on the list of their items. */
import { caseEqual, compareStrictly, covers, numeric, rubyEqual } from '../equal.ts';
import { type RRange, RubyError, Sym } from '../objects.ts';
import { sliceOf } from '../slice.ts';
import { inspect, rubyToS } from '../to-s.ts';
import { type Block, classOf, define, type Method, send, truthy } from './dispatch.ts';

type HashMap = Map<unknown, unknown>;

/** A block with several parameters takes a pair apart (the compiler's blocks do it themselves). */
export function items(self: unknown): unknown[] {
  if (Array.isArray(self)) return self;
  if (self instanceof Map) return [...self].map(([k, v]) => [k, v]);
  return rangeItems(self as RRange);
}

function rangeItems(range: RRange): unknown[] {
  const out: unknown[] = [];
  if (typeof range.first === 'string') {
    send(range.first, 'upto', [range.last], (item) => out.push(item));
    if (range.exclusive && out.at(-1) === range.last) out.pop();
    return out;
  }
  const last = Number(numeric(range.last) ?? Number.NaN);
  if (Number.isNaN(last)) throw new RubyError('RangeError', 'cannot convert endless range to an array');
  for (let i = Number(numeric(range.first)); range.exclusive ? i < last : i <= last; i++) out.push(i);
  return out;
}

const sortBy = (list: unknown[], block: Block) =>
  list
    .map((item) => ({ item, key: block(item) }))
    .sort((a, b) => compareStrictly(a.key, b.key))
    .map(({ item }) => item);
const order = (block?: Block) => (a: unknown, b: unknown) =>
  block === undefined ? compareStrictly(a, b) : Number(block(a, b));
const test = (args: readonly unknown[], block: Block | undefined) => (item: unknown) => {
  if (args.length > 0) return caseEqual(args[0], item);
  return truthy(block === undefined ? item : block(item));
};

function pick(list: unknown[], n: unknown): unknown {
  return n === undefined ? (list[0] ?? null) : list.slice(0, Number(n));
}

function uniq(list: readonly unknown[], block?: Block): unknown[] {
  const keys: unknown[] = [];
  return list.filter((item) => {
    const key = block === undefined ? item : block(item);
    if (keys.some((k) => rubyEqual(k, key) && classOf(k) === classOf(key))) return false;
    keys.push(key);
    return true;
  });
}

function flatten(list: readonly unknown[], depth = Number.POSITIVE_INFINITY): unknown[] {
  return list.flatMap((item) => (Array.isArray(item) && depth > 0 ? flatten(item, depth - 1) : [item]));
}

function inject(list: unknown[], args: readonly unknown[], block: Block | undefined): unknown {
  const by = args.find((arg) => arg instanceof Sym) as Sym | undefined;
  const join: Block = block ?? ((a, b) => send(a, by!.name, [b]));
  const rest = args.filter((arg) => arg !== by);
  const all = rest.length > 0 ? [rest[0], ...list] : list;
  return all.length === 0 ? null : all.slice(1).reduce((a, b) => join(a, b), all[0]);
}

function toHash(pairs: readonly unknown[]): HashMap {
  return new Map(
    pairs.map((pair) => {
      if (!Array.isArray(pair))
        throw new RubyError('TypeError', `wrong element type ${classOf(pair)} (expected array)`);
      return [pair[0], pair[1] ?? null];
    }),
  );
}

function group(list: unknown[], block: Block): HashMap {
  const out: HashMap = new Map();
  for (const item of list) {
    const key = block(item);
    out.set(key, [...((out.get(key) as unknown[]) ?? []), item]);
  }
  return out;
}

function join(list: readonly unknown[], by = ''): string {
  return list.map((item) => (Array.isArray(item) ? join(item, by) : rubyToS(item))).join(by);
}

function slices(list: unknown[], n: number): unknown[][] {
  return Array.from({ length: Math.ceil(list.length / n) }, (_, i) => list.slice(i * n, i * n + n));
}

const each: Method = (self, _args, block) => {
  if (block === undefined) return items(self);
  for (const item of items(self)) block(item);
  return self;
};
const map: Method = (self, _args, block) =>
  block === undefined ? items(self) : items(self).map((item) => block(item));

define('Enumerable', {
  each,
  map,
  collect: map,
  flat_map: (self, _args, block) => items(self).flatMap((item) => block!(item) as unknown[]),
  each_with_index: (self, _args, block) => {
    if (block === undefined) return items(self).map((item, i) => [item, i]);
    items(self).forEach((item, i) => void block(item, i));
    return self;
  },
  with_index: (self, [from = 0], block) =>
    items(self).map((item, i) => (block === undefined ? [item, i + from] : block(item, i + from))),
  each_with_object: (self, [memo], block) => {
    for (const item of items(self)) block!(item, memo);
    return memo;
  },
  each_slice: (self, [n], block) =>
    block === undefined ? slices(items(self), n) : slices(items(self), n).map((part) => block(part)),
  each_cons: (self, [n]) =>
    items(self)
      .slice(0, Math.max(0, items(self).length - n + 1))
      .map((_, i) => items(self).slice(i, i + n)),
  select: (self, _args, block) => items(self).filter((item) => truthy(block!(item))),
  filter: (self, _args, block) => items(self).filter((item) => truthy(block!(item))),
  filter_map: (self, _args, block) =>
    items(self)
      .map((item) => block!(item))
      .filter(truthy),
  reject: (self, _args, block) => items(self).filter((item) => !truthy(block!(item))),
  grep: (self, [pattern], block) =>
    items(self)
      .filter((item) => caseEqual(pattern, item))
      .map((item) => (block === undefined ? item : block(item))),
  partition: (self, _args, block) => [
    items(self).filter((item) => truthy(block!(item))),
    items(self).filter((item) => !truthy(block!(item))),
  ],
  find: (self, _args, block) => items(self).find((item) => truthy(block!(item))) ?? null,
  detect: (self, _args, block) => items(self).find((item) => truthy(block!(item))) ?? null,
  find_index: (self, [value], block) =>
    nullIfMinus(items(self).findIndex((item) => (block === undefined ? rubyEqual(item, value) : truthy(block(item))))),
  'all?': (self, args, block) => items(self).every(test(args, block)),
  'any?': (self, args, block) => items(self).some(test(args, block)),
  'none?': (self, args, block) => !items(self).some(test(args, block)),
  'one?': (self, args, block) => items(self).filter(test(args, block)).length === 1,
  count: (self, args, block) =>
    args.length === 0 && block === undefined
      ? items(self).length
      : items(self).filter((item) => (block === undefined ? rubyEqual(item, args[0]) : truthy(block(item)))).length,
  inject: (self, args, block) => inject(items(self), args, block),
  reduce: (self, args, block) => inject(items(self), args, block),
  sum: (self, [start = 0], block) =>
    items(self).reduce((a, b) => send(a, '+', [block === undefined ? b : block(b)]), start as unknown),
  min: (self, [n], block) => pick([...items(self)].sort(order(block)), n),
  max: (self, [n], block) => pick([...items(self)].sort(order(block)).reverse(), n),
  min_by: (self, _args, block) => sortBy(items(self), block!)[0] ?? null,
  max_by: (self, _args, block) => sortBy(items(self), block!).at(-1) ?? null,
  minmax: (self) => {
    const sorted = [...items(self)].sort(compareStrictly);
    return [sorted[0] ?? null, sorted.at(-1) ?? null];
  },
  sort: (self, _args, block) => [...items(self)].sort(order(block)),
  sort_by: (self, _args, block) => sortBy(items(self), block!),
  group_by: (self, _args, block) => group(items(self), block!),
  tally: (self) =>
    new Map([...group(items(self), (item) => item)].map(([key, list]) => [key, (list as unknown[]).length])),
  to_a: (self) => [...items(self)],
  entries: (self) => [...items(self)],
  to_set: (self) => uniq(items(self)),
  first: (self, [n]) => pick(items(self), n),
  take: (self, [n]) => items(self).slice(0, n),
  drop: (self, [n]) => items(self).slice(n),
  take_while: (self, _args, block) => {
    const end = items(self).findIndex((item) => !truthy(block!(item)));
    return end < 0 ? [...items(self)] : items(self).slice(0, end);
  },
  drop_while: (self, _args, block) => {
    const end = items(self).findIndex((item) => !truthy(block!(item)));
    return end < 0 ? [] : items(self).slice(end);
  },
  'include?': (self, [value]) => items(self).some((item) => rubyEqual(item, value)),
  'member?': (self, [value]) => items(self).some((item) => rubyEqual(item, value)),
  zip: (self, others) => items(self).map((item, i) => [item, ...others.map((other) => items(other)[i] ?? null)]),
  uniq: (self, _args, block) => uniq(items(self), block),
  to_h: (self, _args, block) => toHash(block === undefined ? items(self) : items(self).map((item) => block(item))),
  lazy: (self) => self,
  reverse_each: (self, _args, block) => {
    for (const item of [...items(self)].reverse()) block!(item);
    return self;
  },
});

const nullIfMinus = (i: number) => (i < 0 ? null : i);
const arrayAt: Method = (self, args) => sliceOf(self as unknown[], args);

define('Array', {
  '[]': arrayAt,
  slice: arrayAt,
  at: arrayAt,
  '[]=': (self: unknown[], [i, value]) => {
    self[i < 0 ? self.length + i : i] = value;
    return value;
  },
  dig: (self, [key, ...rest]) => dig(arrayAt(self, [key], undefined), rest),
  fetch: (self, [i, fallback], block) => {
    const at = i < 0 ? self.length + i : i;
    if (at >= 0 && at < self.length) return self[at];
    if (block !== undefined) return block(i);
    if (fallback !== undefined) return fallback;
    throw new RubyError('IndexError', `index ${i} outside of array bounds: ${-self.length}...${self.length}`);
  },
  values_at: (self, indexes) => indexes.map((i) => self.at(i) ?? null),
  last: (self, [n]) => (n === undefined ? (self.at(-1) ?? null) : n === 0 ? [] : self.slice(-n)),
  length: (self) => self.length,
  size: (self) => self.length,
  'empty?': (self) => self.length === 0,
  'blank?': (self) => self.length === 0,
  'present?': (self) => self.length > 0,
  join: (self, [by]) => join(self, by === undefined || by === null ? '' : rubyToS(by)),
  '+': (self, [other]) => [...self, ...other],
  '-': (self: unknown[], [other]) => self.filter((item) => !(other as unknown[]).some((o) => rubyEqual(o, item))),
  '*': (self, [n]) => (typeof n === 'string' ? join(self, n) : Array.from({ length: n }, () => self).flat(1)),
  '&': (self: unknown[], [other]) => uniq(self.filter((item) => (other as unknown[]).some((o) => rubyEqual(o, item)))),
  '|': (self, [other]) => uniq([...self, ...other]),
  '<<': (self: unknown[], [item]) => [...self, item],
  push: (self: unknown[], args) => [...self, ...args],
  append: (self: unknown[], args) => [...self, ...args],
  concat: (self: unknown[], args) => [...self, ...args.flat(1)],
  unshift: (self: unknown[], args) => [...args, ...self],
  prepend: (self: unknown[], args) => [...args, ...self],
  pop: (self: unknown[]) => self.at(-1) ?? null,
  shift: (self: unknown[]) => self[0] ?? null,
  compact: (self: unknown[]) => self.filter((item) => item !== null && item !== undefined),
  flatten: (self, [depth]) => flatten(self, depth),
  reverse: (self) => [...self].reverse(),
  rotate: (self, [n = 1]) => self.map((_: unknown, i: number) => self.at((i + n) % self.length)),
  index: (self: unknown[], [value], block) =>
    nullIfMinus(self.findIndex((item) => (block === undefined ? rubyEqual(item, value) : truthy(block(item))))),
  rindex: (self: unknown[], [value]) => nullIfMinus(self.findLastIndex((item) => rubyEqual(item, value))),
  each_index: (self: unknown[], _args, block) => {
    self.forEach((_, i) => void block!(i));
    return self;
  },
  transpose: (self: unknown[][]) => (self[0] ?? []).map((_, i) => self.map((row) => row[i])),
  product: (self: unknown[], [other]) => self.flatMap((a) => (other as unknown[]).map((b) => [a, b])),
  combination: (self: unknown[], [n]) => combinations(self, n),
  assoc: (self: unknown[][], [key]) => self.find((pair) => rubyEqual(pair[0], key)) ?? null,
  delete_if: (self, _args, block) => self.filter((item: unknown) => !truthy(block!(item))),
  delete: (_self, [value]) => value,
  pack: (self: number[], [template]) =>
    template === 'm0' || template === 'm' ? join(self) : Buffer.from(self).toString('latin1'),
  sample: (self) => self[Math.floor(Math.random() * self.length)] ?? null,
  shuffle: (self) => self,
});

function combinations(list: readonly unknown[], n: number): unknown[][] {
  if (n === 0) return [[]];
  return list.flatMap((item, i) => combinations(list.slice(i + 1), n - 1).map((rest) => [item, ...rest]));
}

export function dig(value: unknown, keys: readonly unknown[]): unknown {
  if (keys.length === 0 || value === null || value === undefined) return value ?? null;
  return send(value, 'dig', keys);
}

const has: Method = (self: HashMap, [key]) => self.has(key);
const pairsOf = (self: HashMap, keep: (pair: [unknown, unknown]) => boolean) => new Map([...self].filter(keep));
const yes = (block: Block | undefined, [key, value]: [unknown, unknown]) => truthy(block!(key, value));

function merge(self: HashMap, others: readonly unknown[], block: Block | undefined): HashMap {
  const out: HashMap = new Map(self);
  for (const other of others) {
    for (const [key, value] of other instanceof Map ? other : Object.entries(other as object)) {
      out.set(key, block !== undefined && out.has(key) ? block(key, out.get(key), value) : value);
    }
  }
  return out;
}

define('Hash', {
  '[]': (self, [key]) => self.get(key) ?? null,
  '[]=': (self: HashMap, [key, value]) => {
    self.set(key, value);
    return value;
  },
  store: (self: HashMap, [key, value]) => {
    self.set(key, value);
    return value;
  },
  dig: (self, [key, ...rest]) => dig(self.get(key), rest),
  fetch: (self, [key, fallback], block) => {
    if (self.has(key)) return self.get(key);
    if (block !== undefined) return block(key);
    if (fallback !== undefined) return fallback;
    throw new RubyError('KeyError', `key not found: ${inspect(key)}`);
  },
  fetch_values: (self, keys) => keys.map((key) => self.get(key)),
  values_at: (self, keys) => keys.map((key) => self.get(key) ?? null),
  'key?': has,
  'has_key?': has,
  'include?': has,
  'member?': has,
  'value?': (self: HashMap, [value]) => [...self.values()].some((item) => rubyEqual(item, value)),
  'has_value?': (self: HashMap, [value]) => [...self.values()].some((item) => rubyEqual(item, value)),
  key: (self: HashMap, [value]) => [...self].find(([, item]) => rubyEqual(item, value))?.[0] ?? null,
  keys: (self: HashMap) => [...self.keys()],
  values: (self: HashMap) => [...self.values()],
  length: (self) => self.size,
  size: (self) => self.size,
  'empty?': (self) => self.size === 0,
  'blank?': (self) => self.size === 0,
  'present?': (self) => self.size > 0,
  to_h: (self: HashMap, _args, block) => (block === undefined ? self : toHash([...self].map(([k, v]) => block(k, v)))),
  to_hash: (self) => self,
  each_pair: each,
  each_key: (self: HashMap, _args, block) => {
    for (const key of self.keys()) block!(key);
    return self;
  },
  each_value: (self: HashMap, _args, block) => {
    for (const value of self.values()) block!(value);
    return self;
  },
  select: (self: HashMap, _args, block) => pairsOf(self, (pair) => yes(block, pair)),
  filter: (self: HashMap, _args, block) => pairsOf(self, (pair) => yes(block, pair)),
  reject: (self: HashMap, _args, block) => pairsOf(self, (pair) => !yes(block, pair)),
  delete_if: (self: HashMap, _args, block) => pairsOf(self, (pair) => !yes(block, pair)),
  slice: (self: HashMap, keys) => pairsOf(self, ([key]) => keys.some((k) => rubyEqual(k, key))),
  except: (self: HashMap, keys) => pairsOf(self, ([key]) => !keys.some((k) => rubyEqual(k, key))),
  compact: (self: HashMap) => pairsOf(self, ([, value]) => value !== null && value !== undefined),
  merge,
  'merge!': (self: HashMap, others, block) => refill(self, merge(self, others, block)),
  update: (self: HashMap, others, block) => refill(self, merge(self, others, block)),
  delete: (self: HashMap, [key]) => {
    const value = self.get(key) ?? null;
    self.delete(key);
    return value;
  },
  transform_values: (self: HashMap, _args, block) => new Map([...self].map(([k, v]) => [k, block!(v)])),
  transform_keys: (self: HashMap, _args, block) => new Map([...self].map(([k, v]) => [block!(k), v])),
  invert: (self: HashMap) => new Map([...self].map(([k, v]) => [v, k])),
  sort_by: (self: HashMap, _args, block) => sortBy(items(self), (pair) => block!(...(pair as unknown[]))),
  min_by: (self: HashMap, _args, block) => sortBy(items(self), (pair) => block!(...(pair as unknown[])))[0] ?? null,
  max_by: (self: HashMap, _args, block) => sortBy(items(self), (pair) => block!(...(pair as unknown[]))).at(-1) ?? null,
  find: (self: HashMap, _args, block) => [...self].find((pair) => yes(block, pair)) ?? null,
  detect: (self: HashMap, _args, block) => [...self].find((pair) => yes(block, pair)) ?? null,
  map: (self: HashMap, _args, block) => [...self].map(([k, v]) => block!(k, v)),
  collect: (self: HashMap, _args, block) => [...self].map(([k, v]) => block!(k, v)),
  flat_map: (self: HashMap, _args, block) => [...self].flatMap(([k, v]) => block!(k, v) as unknown[]),
  each: (self: HashMap, _args, block) => {
    for (const [k, v] of self) block!(k, v);
    return self;
  },
  'any?': (self: HashMap, _args, block) =>
    block === undefined ? self.size > 0 : [...self].some((pair) => yes(block, pair)),
  'all?': (self: HashMap, _args, block) => [...self].every((pair) => yes(block, pair)),
  count: (self: HashMap, _args, block) =>
    block === undefined ? self.size : [...self].filter((pair) => yes(block, pair)).length,
  sum: (self: HashMap, [start = 0], block) =>
    [...self].reduce((a, [k, v]) => send(a, '+', [block!(k, v)]), start as unknown),
  dup: (self: HashMap) => new Map(self),
  clone: (self: HashMap) => new Map(self),
  sort: (self: HashMap) => [...items(self)].sort(compareStrictly),
  group_by: (self: HashMap, _args, block) => group(items(self), (pair) => block!(...(pair as unknown[]))),
  partition: (self: HashMap, _args, block) => [
    items(self).filter((p) => yes(block, p as [unknown, unknown])),
    items(self).filter((p) => !yes(block, p as [unknown, unknown])),
  ],
});

function refill(self: HashMap, from: HashMap): HashMap {
  for (const [key, value] of from) self.set(key, value);
  return self;
}

define('Range', {
  '===': (self: RRange, [value]) => covers(self, value),
  'include?': (self: RRange, [value]) => covers(self, value),
  'member?': (self: RRange, [value]) => covers(self, value),
  'cover?': (self: RRange, [value]) => covers(self, value),
  first: (self: RRange, [n]) => (n === undefined ? self.first : rangeItems(self).slice(0, n)),
  begin: (self: RRange) => self.first,
  last: (self: RRange, [n]) => (n === undefined ? self.last : rangeItems(self).slice(-n)),
  end: (self: RRange) => self.last,
  min: (self: RRange) => self.first,
  max: (self: RRange) => rangeItems(self).at(-1) ?? null,
  size: (self: RRange) => rangeItems(self).length,
  step: (self: RRange, [n]) => rangeItems(self).filter((_, i) => i % n === 0),
  sum: (self: RRange) => rangeItems(self).reduce((a, b) => (a as number) + (b as number), 0),
});
