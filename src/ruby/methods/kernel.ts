/** Functions without a receiver. */
import { int, kindOf, text as need } from '../arguments.ts';
import { numeric } from '../equal.ts';
import { format } from '../format.ts';
import { RHash } from '../hash.ts';
import { floatPrefix, integerPrefix, isFloat, toFloat, truncate } from '../numbers.ts';
import { Constant, RRange, RubyError, Sym } from '../objects.ts';
import { inspect, rubyToS } from '../to-s.ts';
import { send, type Table, truthy } from './dispatch.ts';

const SPELLINGS: readonly [RegExp, number][] = [
  [/^[-+]?0x[\da-f]+(?:_[\da-f]+)*$/i, 16],
  [/^[-+]?0b[01]+(?:_[01]+)*$/i, 2],
  [/^[-+]?0o?[0-7]+(?:_[0-7]+)*$/i, 8],
  [/^[-+]?(?:0|[1-9]\d*(?:_\d+)*)$/, 10],
];

function strictInteger(value: unknown, base: unknown): unknown {
  if (isFloat(value)) return truncate(Number(numeric(value)));
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value !== 'string') throw new RubyError('TypeError', `can't convert ${kindOf(value)} into Integer`);
  const text = value.replace(/^[ \t-\r]+|[ \t-\r]+$/g, '');
  if (typeof base === 'number') {
    const prefix = { 2: '(?:0b)?', 8: '(?:0o?)?', 16: '(?:0x)?' }[base] ?? '';
    if (new RegExp(`^[-+]?${prefix}[${'0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base)}]+$`, 'i').test(text))
      return integerPrefix(text, base);
  }
  const spelling = SPELLINGS.find(([regexp]) => regexp.test(text));
  if (spelling === undefined || typeof base === 'number')
    throw new RubyError('ArgumentError', `invalid value for Integer(): ${inspect(value)}`);
  return integerPrefix(text, spelling[1]);
}

function strictFloat(value: unknown): unknown {
  const number = numeric(value);
  if (number !== undefined) return toFloat(Number(number));
  if (typeof value !== 'string') throw new RubyError('TypeError', `can't convert ${kindOf(value)} into Float`);
  if (/^\s*[-+]?0x[\da-f]+\s*$/i.test(value)) return toFloat(Number(integerPrefix(value, 16)));
  if (!/^\s*[-+]?(?:\d+(?:_\d+)*)(?:\.\d+(?:_\d+)*)?(?:[eE][-+]?\d+)?\s*$/.test(value))
    throw new RubyError('ArgumentError', `invalid value for Float(): ${inspect(value)}`);
  return floatPrefix(value);
}

function lenient(convert: () => unknown, options: unknown): unknown {
  if (!(options instanceof RHash) || options.get(Sym.of('exception')) !== false) return convert();
  try {
    return convert();
  } catch (error) {
    if (error instanceof RubyError) return null;
    throw error;
  }
}

function toArray(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null || value === undefined) return [];
  const isList =
    value instanceof Map ||
    value instanceof RRange ||
    (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype);
  return isList ? (send(value, 'to_a') as unknown[]) : [value];
}

function random(limit: unknown): number {
  if (limit instanceof RRange)
    return (
      int(limit.first) + Math.floor(Math.random() * (int(limit.last) - int(limit.first) + (limit.exclusive ? 0 : 1)))
    );
  return truthy(limit) && limit !== undefined ? Math.floor(Math.random() * int(limit)) : Math.random();
}

export const kernel: Table = {
  Integer: (_s, [value, ...rest]) => lenient(() => strictInteger(value, rest[0]), rest.at(-1)),
  Float: (_s, [value, options]) => lenient(() => strictFloat(value), options),
  String: (_s, [value]) => rubyToS(value),
  Array: (_s, [value]) => toArray(value),
  Hash: (_s, [value]) =>
    value === null || (Array.isArray(value) && value.length === 0) ? new RHash() : send(value, 'to_h'),
  format: (_s, [template, ...args]) => format(need(template), args),
  sprintf: (_s, [template, ...args]) => format(need(template), args),
  rand: (_s, [n]) => random(n),
  raise: (_s, [type, message]) => {
    if (type instanceof Constant) throw new RubyError(type.name, rubyToS(message ?? type.name));
    if (type instanceof RubyError) throw type;
    throw new RubyError('RuntimeError', type === undefined ? 'unhandled exception' : need(type));
  },
  require: () => true,
};
