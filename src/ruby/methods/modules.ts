/** Math, Socket, SecureRandom, Process, and what classes make by themselves: `Hash.new`, `Array.new`, `Integer.sqrt` … */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import os from 'node:os';
import { array, count, int, kindOf, text as need } from '../arguments.ts';
import { numeric } from '../equal.ts';
import { RHash } from '../hash.ts';
import { toFloat } from '../numbers.ts';
import { Constant, RubyError } from '../objects.ts';
import { define, type Method, type Table } from './dispatch.ts';
import { toHash } from './enumerable.ts';

function real(value: unknown): number {
  const number = numeric(value);
  if (number === undefined) throw new RubyError('TypeError', `can't convert ${kindOf(value)} into Float`);
  return Number(number);
}

/** A result that is no number for a number means a value outside of the function's domain. */
const math =
  (f: (...x: number[]) => number, name: string): Method =>
  (_s, args) => {
    const values = args.map(real);
    const result = f(...values);
    if (Number.isNaN(result) && !values.some(Number.isNaN))
      throw new RubyError('Math::DomainError', `Numerical argument is out of domain - "${name}"`);
    return toFloat(result);
  };
const functions: Table = Object.fromEntries(
  (['sqrt', 'cbrt', 'sin', 'cos', 'tan', 'atan', 'atan2', 'exp', 'log2', 'log10', 'hypot'] as const).map((name) => [
    name,
    math(Math[name], name),
  ]),
);
define('Math.', {
  ...functions,
  log: math((x, base) => (base === undefined ? Math.log(x) : Math.log(x) / Math.log(base)), 'log'),
});
Constant.of('Math::DomainError');

define('Socket.', { gethostname: () => os.hostname() });

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
define('SecureRandom.', {
  hex: (_s, [n = 16]) => randomBytes(count(n)).toString('hex'),
  uuid: () => randomUUID(),
  alphanumeric: (_s, [n = 16]) => Array.from({ length: count(n) }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
  random_number: (_s, [n]) => (n === undefined ? Math.random() : randomInt(int(n))),
});
define('Process.', { pid: () => process.pid, clock_gettime: () => toFloat(performance.now() / 1000) });
Constant.of('Process::CLOCK_MONOTONIC');

define('Hash.', {
  new: (_s, [fallback], block) => {
    const out = new RHash();
    out.fallback = fallback ?? null;
    if (block !== undefined) out.fallbackBlock = (hash, key) => block(hash, key);
    return out;
  },
  '[]': (_s, args) => {
    if (args.length === 1) return args[0] instanceof RHash ? RHash.of(args[0]) : toHash(array(args[0]));
    return toHash(Array.from({ length: Math.floor(args.length / 2) }, (_, i) => [args[2 * i], args[2 * i + 1]]));
  },
});
define('Array.', {
  new: (_s, [n = 0, value = null], block) =>
    Array.isArray(n) ? [...n] : Array.from({ length: count(n, 'array size') }, (_, i) => (block ? block(i) : value)),
});
define('String.', { new: (_s, [text = '']) => need(text) });
define('Integer.', { sqrt: (_s, [n]) => Math.floor(Math.sqrt(int(n))) });
