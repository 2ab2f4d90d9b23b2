/** Hash: what it does beyond Enumerable. A hash of a record comes as a copy, unless the program changes hashes. */
import { kindOf } from '../arguments.ts';
import { rubyEqual } from '../equal.ts';
import { RHash } from '../hash.ts';
import { RubyError } from '../objects.ts';
import { inspect } from '../to-s.ts';
import { dig } from './array.ts';
import { type Block, define, enumerating, type Method, truthy } from './dispatch.ts';
import { toHash } from './enumerable.ts';

const has: Method = (self: RHash, [key]) => self.has(key);
const hasValue: Method = (self: RHash, [value]) => [...self.values()].some((item) => rubyEqual(item, value));
const size: Method = (self: RHash) => self.size;
const where = (self: RHash, keep: (key: unknown, value: unknown) => boolean) =>
  RHash.of([...self].filter(([key, value]) => keep(key, value)));

function hashOf(value: unknown): RHash {
  if (value instanceof RHash) return value;
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return RHash.of(Object.entries(value));
  throw new RubyError('TypeError', `no implicit conversion of ${kindOf(value)} into Hash`);
}

function merge(self: RHash, others: readonly unknown[], block: Block | undefined): RHash {
  for (const other of others) {
    for (const [key, value] of hashOf(other))
      self.set(key, block !== undefined && self.has(key) ? block(key, self.get(key), value) : value);
  }
  return self;
}

function copy(self: RHash): RHash {
  const out = RHash.of(self);
  out.fallback = self.fallback;
  out.fallbackBlock = self.fallbackBlock;
  return out;
}

/** Takes another hash's pairs; true where that changed anything. */
function become(self: RHash, other: RHash): boolean {
  const changed = self.size !== other.size || [...other].some(([key, value]) => self.get(key) !== value);
  const pairs = [...other];
  self.clear();
  for (const [key, value] of pairs) self.set(key, value);
  return changed;
}

const select: Method = (self: RHash, _args, block) => where(self, (key, value) => truthy(block!(key, value)));
const reject: Method = (self: RHash, _args, block) => where(self, (key, value) => !truthy(block!(key, value)));
const each: Method = (self: RHash, _args, block) => {
  for (const [key, value] of [...self]) block!([key, value]);
  return self;
};
const transformValues: Method = (self: RHash, _args, block) =>
  RHash.of([...self].map(([key, value]) => [key, block!(value)]));
const transformKeys: Method = (self: RHash, [names], block) => {
  const known = names === undefined ? undefined : hashOf(names);
  return RHash.of(
    [...self].map(([key, value]) => {
      if (known?.has(key)) return [known.get(key), value];
      return [block === undefined ? key : block(key), value];
    }),
  );
};
const fetch: Method = (self: RHash, [key, ...fallback], block) => {
  if (self.has(key)) return self.get(key);
  if (block !== undefined) return block(key);
  if (fallback.length > 0) return fallback[0];
  throw new RubyError('KeyError', `key not found: ${inspect(key)}`);
};
const store: Method = (self: RHash, [key, value]) => {
  self.set(key, value);
  return value;
};
const subset = (a: RHash, b: RHash) => [...a].every(([key, value]) => b.has(key) && rubyEqual(value, b.get(key)));

define('Hash', {
  '[]': (self: RHash, args) => {
    if (args.length !== 1)
      throw new RubyError('ArgumentError', `wrong number of arguments (given ${args.length}, expected 1)`);
    return self.at(args[0]) ?? null;
  },
  dig: (self: RHash, [key, ...rest]) => dig(self.at(key), rest),
  fetch,
  fetch_values: (self: RHash, keys, block) => keys.map((key) => fetch(self, [key], block)),
  values_at: (self: RHash, keys) => keys.map((key) => self.at(key) ?? null),
  'key?': has,
  'has_key?': has,
  'include?': has,
  'member?': has,
  'value?': hasValue,
  'has_value?': hasValue,
  key: (self: RHash, [value]) => [...self].find(([, item]) => rubyEqual(item, value))?.[0] ?? null,
  keys: (self: RHash) => [...self.keys()],
  values: (self: RHash) => [...self.values()],
  length: size,
  size,
  'empty?': (self: RHash) => self.size === 0,
  to_h: (self: RHash, _args, block) => (block === undefined ? self : toHash([...self].map(([k, v]) => block(k, v)))),
  to_hash: (self) => self,
  slice: (self: RHash, keys) => RHash.of(keys.filter((key) => self.has(key)).map((key) => [key, self.get(key)])),
  except: (self: RHash, keys) => {
    const out = copy(self);
    for (const key of keys) out.delete(key);
    return out;
  },
  compact: (self: RHash) => where(self, (_key, value) => value !== null && value !== undefined),
  merge: (self: RHash, others, block) => merge(copy(self), others, block),
  invert: (self: RHash) => RHash.of([...self].map(([key, value]) => [value, key])),
  transform_keys: transformKeys,
  dup: copy,
  clone: copy,
  '<=': (self: RHash, [other]) => subset(self, hashOf(other)),
  '>=': (self: RHash, [other]) => subset(hashOf(other), self),
  '<': (self: RHash, [other]) => self.size < hashOf(other).size && subset(self, hashOf(other)),
  '>': (self: RHash, [other]) => self.size > hashOf(other).size && subset(hashOf(other), self),
  default: (self: RHash) => self.fallback,
  'any?': (self: RHash, _args, block) =>
    block === undefined ? self.size > 0 : [...self].some(([key, value]) => truthy(block([key, value]))),
  ...enumerating({
    each,
    each_pair: each,
    each_key: (self: RHash, _args, block) => {
      for (const key of [...self.keys()]) block!(key);
      return self;
    },
    each_value: (self: RHash, _args, block) => {
      for (const value of [...self.values()]) block!(value);
      return self;
    },
    select,
    filter: select,
    reject,
    transform_values: transformValues,
  }),
});

/** The method with `!`: the hash itself, or nil where nothing changed. */
const inPlace =
  (make: Method, always = false): Method =>
  (self: RHash, args, block) =>
    become(self, make(self, args, block) as RHash) || always ? self : null;
const mergeInto: Method = (self: RHash, others, block) => merge(self, others, block);

define('Hash', {
  '[]=': store,
  store,
  delete: (self: RHash, [key], block) => {
    if (!self.has(key)) return block === undefined ? null : block(key);
    const value = self.get(key);
    self.delete(key);
    return value;
  },
  'merge!': mergeInto,
  update: mergeInto,
  delete_if: inPlace(reject, true),
  keep_if: inPlace(select, true),
  'reject!': inPlace(reject),
  'select!': inPlace(select),
  'filter!': inPlace(select),
  'transform_values!': inPlace(transformValues, true),
  'transform_keys!': inPlace(transformKeys, true),
  'compact!': inPlace((self: RHash) => where(self, (_key, value) => value !== null && value !== undefined)),
  clear: (self: RHash) => {
    self.clear();
    return self;
  },
  replace: (self: RHash, [other]) => {
    become(self, copy(hashOf(other)));
    return self;
  },
  shift: (self: RHash) => {
    const first = [...self][0];
    if (first === undefined) return null;
    self.delete(first[0]);
    return [...first];
  },
});
