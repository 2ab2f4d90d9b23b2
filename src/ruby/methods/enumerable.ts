/** Enumerable: what arrays, hashes, ranges and enumerators share, on the list of their items. A hash's items are pairs. */
import { int, count as size } from '../arguments.ts';
import { caseEqual, compareStrictly, numeric, orderOf, rubyEqual } from '../equal.ts';
import { RHash } from '../hash.ts';
import { isFloat, toFloat } from '../numbers.ts';
import { Enumerator, RRange, RubyError, Sym } from '../objects.ts';
import { type Block, classOf, define, enumerating, find, type Method, send, truthy } from './dispatch.ts';
import { rangeItems } from './range.ts';

export function items(self: unknown): readonly unknown[] {
  if (Array.isArray(self)) return self;
  if (self instanceof Map) return [...self].map(([k, v]) => [k, v]);
  if (self instanceof RRange) return rangeItems(self);
  return enumeratorItems(self as Enumerator);
}

/** What the method would give its block: one value each, several as an array. */
function enumeratorItems(self: Enumerator): unknown[] {
  const out: unknown[] = [];
  send(self.self, self.method, self.args, (...args) => {
    out.push(args.length === 1 ? args[0] : args);
    return args[0];
  });
  return out;
}

export function sortBy(list: readonly unknown[], block: Block): unknown[] {
  return list
    .map((item) => ({ item, key: block(item) }))
    .sort((a, b) => compareStrictly(a.key, b.key))
    .map(({ item }) => item);
}

const order =
  (block?: Block) =>
  (a: unknown, b: unknown): number =>
    block === undefined ? compareStrictly(a, b) : orderOf(block(a, b), a, b);

const test =
  (args: readonly unknown[], block: Block | undefined) =>
  (item: unknown): boolean => {
    if (args.length > 0) return caseEqual(args[0], item);
    return truthy(block === undefined ? item : block(item));
  };

/** One, or the first n, of a list. */
export function pick(list: readonly unknown[], n: unknown): unknown {
  return n === undefined ? (list[0] ?? null) : list.slice(0, size(n, 'array size'));
}

export function uniq(list: readonly unknown[], block?: Block): unknown[] {
  const seen = new RHash();
  for (const item of list) {
    const key = block === undefined ? item : block(item);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

function inject(list: readonly unknown[], args: readonly unknown[], block: Block | undefined): unknown {
  const by = block === undefined ? args.at(-1) : undefined;
  const name = by instanceof Sym ? by.name : typeof by === 'string' ? by : undefined;
  const join: Block = block ?? ((a, b) => send(a, name ?? '+', [b]));
  const start = block === undefined ? args.slice(0, -1) : args;
  const all = [...start, ...list];
  return all.length === 0 ? null : all.slice(1).reduce((a, b) => join(a, b), all[0]);
}

export function toHash(pairs: readonly unknown[]): RHash {
  const out = new RHash();
  for (const pair of pairs) {
    if (!Array.isArray(pair)) throw new RubyError('TypeError', `wrong element type ${classOf(pair)} (expected array)`);
    if (pair.length !== 2)
      throw new RubyError('ArgumentError', `element has wrong array length (expected 2, was ${pair.length})`);
    out.set(pair[0], pair[1] ?? null);
  }
  return out;
}

function group(list: readonly unknown[], block: Block): RHash {
  const out = new RHash();
  for (const item of list) {
    const key = block(item);
    const known = out.get(key) as unknown[] | undefined;
    if (known === undefined) out.set(key, [item]);
    else known.push(item);
  }
  return out;
}

function positive(n: unknown, what: string): number {
  const value = int(n);
  if (value <= 0) throw new RubyError('ArgumentError', `invalid ${what}`);
  return value;
}

function slices(list: readonly unknown[], n: number): unknown[][] {
  return Array.from({ length: Math.ceil(list.length / n) }, (_, i) => list.slice(i * n, i * n + n));
}

function windows(list: readonly unknown[], n: number): unknown[][] {
  return Array.from({ length: Math.max(0, list.length - n + 1) }, (_, i) => list.slice(i, i + n));
}

/** Each of several lists of items; the receiver is the result. */
const over =
  (parts: (self: unknown, args: readonly unknown[]) => readonly unknown[]): Method =>
  (self, args, block) => {
    for (const part of parts(self, args)) block!(part);
    return self;
  };

const map: Method = (self, _args, block) => items(self).map((item) => block!(item));
const select: Method = (self, _args, block) => items(self).filter((item) => truthy(block!(item)));
const firstOf: Method = (self, _args, block) => items(self).find((item) => truthy(block!(item))) ?? null;
const index: Method = (self, args, block) => {
  const i = items(self).findIndex((item) => (args.length > 0 ? rubyEqual(item, args[0]) : truthy(block!(item))));
  return i < 0 ? null : i;
};
const includes: Method = (self, [value]) => items(self).some((item) => rubyEqual(item, value));
const toArray: Method = (self) => [...items(self)];
function zipped(other: unknown): readonly unknown[] {
  if (find(other, 'each') === undefined)
    throw new RubyError('TypeError', `wrong argument type ${classOf(other)} (must respond to :each)`);
  return Array.isArray(other) ? other : (send(other, 'to_a') as unknown[]);
}

/** Floats are summed with what each addition rounds off kept aside (Kahan and Babuška), as Ruby does. */
function sum(list: readonly unknown[], start: unknown): unknown {
  let total = start;
  let i = 0;
  for (; i < list.length && !(isFloat(list[i]) && numeric(total) !== undefined); i++)
    total = send(total, '+', [list[i]]);
  if (i === list.length) return total;
  let value = Number(numeric(total));
  let lost = 0;
  for (; i < list.length; i++) {
    const item = numeric(list[i]);
    if (item === undefined) return sum(list.slice(i), toFloat(value + lost));
    const next = value + Number(item);
    lost += Math.abs(value) >= Math.abs(Number(item)) ? value - next + Number(item) : Number(item) - next + value;
    value = next;
  }
  return toFloat(Number.isFinite(value) ? value + lost : value);
}

const extreme =
  (sign: number): Method =>
  (self, [n], block) =>
    pick(
      [...items(self)].sort((a, b) => sign * order(block)(a, b)),
      n,
    );
const extremeBy =
  (sign: number): Method =>
  (self, [n], block) => {
    const keyed = items(self).map((item) => ({ item, key: block!(item) }));
    keyed.sort((a, b) => sign * compareStrictly(a.key, b.key));
    return pick(
      keyed.map(({ item }) => item),
      n,
    );
  };

define(
  'Enumerable',
  enumerating({
    each: over(items),
    each_entry: over(items),
    map,
    collect: map,
    flat_map: (self, _args, block) => items(self).flatMap((item) => block!(item) as unknown[]),
    collect_concat: (self, _args, block) => items(self).flatMap((item) => block!(item) as unknown[]),
    each_with_index: (self, _args, block) => {
      items(self).forEach((item, i) => void block!(item, i));
      return self;
    },
    each_with_object: (self, [memo], block) => {
      for (const item of items(self)) block!(item, memo);
      return memo;
    },
    each_slice: over((self, [n]) => slices(items(self), positive(n, 'slice size'))),
    each_cons: over((self, [n]) => windows(items(self), positive(n, 'size'))),
    select,
    filter: select,
    find_all: select,
    filter_map: (self, _args, block) =>
      items(self)
        .map((item) => block!(item))
        .filter(truthy),
    reject: (self, _args, block) => items(self).filter((item) => !truthy(block!(item))),
    find: firstOf,
    detect: firstOf,
    min_by: extremeBy(1),
    max_by: extremeBy(-1),
    minmax_by: (self, _args, block) => {
      const sorted = sortBy(items(self), block!);
      return [sorted[0] ?? null, sorted.at(-1) ?? null];
    },
    sort_by: (self, _args, block) => sortBy(items(self), block!),
    group_by: (self, _args, block) => group(items(self), block!),
    take_while: (self, _args, block) => {
      const end = items(self).findIndex((item) => !truthy(block!(item)));
      return end < 0 ? [...items(self)] : items(self).slice(0, end);
    },
    drop_while: (self, _args, block) => {
      const start = items(self).findIndex((item) => !truthy(block!(item)));
      return start < 0 ? [] : items(self).slice(start);
    },
    reverse_each: (self, _args, block) => {
      for (const item of [...items(self)].reverse()) block!(item);
      return self;
    },
  }),
);

define('Enumerable', {
  partition: (self, args, block) => {
    // A string has a method of this name with another meaning.
    if (args.length > 0) throw new RubyError('ArgumentError', 'wrong number of arguments (given 1, expected 0)');
    if (block === undefined) return new Enumerator(self, 'partition', []);
    const verdicts = items(self).map((item) => truthy(block(item)));
    return [items(self).filter((_, i) => verdicts[i]), items(self).filter((_, i) => !verdicts[i])];
  },
  grep: (self, [pattern], block) => {
    const found = items(self).filter((item) => caseEqual(pattern, item));
    return block === undefined ? found : found.map((item) => block(item));
  },
  grep_v: (self, [pattern], block) => {
    const found = items(self).filter((item) => !caseEqual(pattern, item));
    return block === undefined ? found : found.map((item) => block(item));
  },
  find_index: index,
  'all?': (self, args, block) => items(self).every(test(args, block)),
  'any?': (self, args, block) => items(self).some(test(args, block)),
  'none?': (self, args, block) => !items(self).some(test(args, block)),
  'one?': (self, args, block) => items(self).filter(test(args, block)).length === 1,
  count: (self, args, block) => {
    if (args.length > 0) return items(self).filter((item) => rubyEqual(item, args[0])).length;
    return block === undefined ? items(self).length : items(self).filter((item) => truthy(block(item))).length;
  },
  inject: (self, args, block) => inject(items(self), args, block),
  reduce: (self, args, block) => inject(items(self), args, block),
  sum: (self, [start = 0], block) =>
    sum(block === undefined ? items(self) : items(self).map((item) => block(item)), start),
  min: extreme(1),
  max: extreme(-1),
  minmax: (self, _args, block) => {
    const sorted = [...items(self)].sort(order(block));
    return [sorted[0] ?? null, sorted.at(-1) ?? null];
  },
  sort: (self, _args, block) => [...items(self)].sort(order(block)),
  tally: (self) =>
    RHash.of([...group(items(self), (item) => item)].map(([key, list]) => [key, (list as unknown[]).length])),
  to_a: toArray,
  entries: toArray,
  first: (self, [n]) => pick(items(self), n),
  take: (self, [n]) => items(self).slice(0, size(n, 'take size')),
  drop: (self, [n]) => items(self).slice(size(n, 'drop size')),
  'include?': includes,
  'member?': includes,
  zip: (self, others) => items(self).map((item, i) => [item, ...others.map((other) => zipped(other)[i] ?? null)]),
  uniq: (self, _args, block) => uniq(items(self), block),
  to_h: (self, _args, block) => toHash(block === undefined ? items(self) : items(self).map((item) => block(item))),
});

const withIndex: Method = (self: Enumerator, [from], block) => {
  let i = from === undefined || from === null ? 0 : int(from);
  return send(self.self, self.method, self.args, (...args) => block!(args.length === 1 ? args[0] : args, i++));
};

define('Enumerator', {
  ...enumerating({
    with_index: withIndex,
    each_with_index: (self, _args, block) => withIndex(self, [], block),
    with_object: (self: Enumerator, [memo], block) => {
      send(self.self, self.method, self.args, (...args) => block!(args.length === 1 ? args[0] : args, memo));
      return memo;
    },
    each: (self: Enumerator, _args, block) => send(self.self, self.method, self.args, block),
  }),
  size: (self: Enumerator) => items(self).length,
});
