/** Methods of Integer and Float. Integers beyond 2^53 are bigints; a Float result stays a Float even when it is integral. */

import { Float } from '../../pipeline/core/value.ts';
import { int, kindOf } from '../arguments.ts';
import { compareStrictly, numeric } from '../equal.ts';
import { isFloat, type RubyNumber, toFloat, toInteger, truncate } from '../numbers.ts';
import { RRange, RubyError } from '../objects.ts';
import { rubyToS } from '../to-s.ts';
import { classOf, define, enumerating, type Method } from './dispatch.ts';

const plain = (value: unknown): number => Number(value instanceof Float ? value.value : value);

function operand(value: unknown): RubyNumber {
  const number = numeric(value);
  if (number !== undefined) return value as RubyNumber;
  const name = value === null || value === undefined ? 'nil' : classOf(value);
  throw new RubyError('TypeError', `${name} can't be coerced into Integer`);
}

/** Integer with integer gives an exact integer; any float gives a float. */
function arithmetic(whole: (a: bigint, b: bigint) => bigint, real: (a: number, b: number) => number): Method {
  return (self, [other]) => {
    const right = operand(other);
    if (isFloat(self) || isFloat(right)) return toFloat(real(plain(self), plain(right)));
    if (typeof self === 'number' && typeof right === 'number') {
      const quick = real(self, right);
      if (Number.isSafeInteger(quick)) return quick === 0 ? 0 : quick;
    }
    return toInteger(whole(BigInt(self as number), BigInt(right as number)));
  };
}

function floorDivide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new RubyError('ZeroDivisionError', 'divided by 0');
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

const divide: Method = (self, [other]) => {
  const right = operand(other);
  if (isFloat(self) || isFloat(right)) return toFloat(plain(self) / plain(right));
  return toInteger(floorDivide(BigInt(self), BigInt(right as number)));
};

const rest: Method = (self, [other]) => {
  const right = operand(other);
  if (isFloat(self) || isFloat(right)) return toFloat(modulo(plain(self), plain(right)));
  const [a, b] = [BigInt(self), BigInt(right as number)];
  return toInteger(a - floorDivide(a, b) * b);
};

const power: Method = (self, [other]) => {
  const right = operand(other);
  if (isFloat(self) || isFloat(right) || plain(right) < 0) return toFloat(plain(self) ** plain(right));
  return toInteger(BigInt(self) ** BigInt(right as number));
};

/** Rounds to `digits` after the point: an Integer without digits, else a Float. */
function rounding(round: (value: number) => number): Method {
  return (self, [digits]) => {
    const n = Number(digits ?? 0);
    if (!isFloat(self)) {
      if (n >= 0) return self;
      const unit = 10 ** -n;
      return round(plain(self) / unit) * unit;
    }
    const value = plain(self);
    // No digit lies behind the point of such a number.
    if (n > 0 && Math.abs(value) >= 1e15) return self;
    if (n <= 0) return truncate(n === 0 ? round(value) : round(value * 10 ** n) / 10 ** n);
    // Shifting the decimal exponent in text avoids the error of a multiplication.
    const shifted = round(Number(`${value}e${n}`));
    return toFloat(Number.isFinite(shifted) ? Number(`${shifted}e-${n}`) : value);
  };
}

const floored = (value: unknown) => (isFloat(value) ? truncate(Math.floor(plain(value))) : value);
const awayFromZero = (value: number) => Math.sign(value) * Math.round(Math.abs(value));

define('Numeric', {
  '+': arithmetic(
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  '-': arithmetic(
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  '*': arithmetic(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  '/': divide,
  '%': rest,
  modulo: rest,
  '**': power,
  pow: power,
  div: (self, args) => floored(divide(self, args, undefined)),
  fdiv: (self, [other]) => toFloat(plain(self) / plain(other)),
  divmod: (self, args) => [floored(divide(self, args, undefined)), rest(self, args, undefined)],
  '<': (self, [other]) => compareStrictly(self, other) < 0,
  '>': (self, [other]) => compareStrictly(self, other) > 0,
  '<=': (self, [other]) => compareStrictly(self, other) <= 0,
  '>=': (self, [other]) => compareStrictly(self, other) >= 0,
  '-@': (self) => (isFloat(self) ? toFloat(-plain(self)) : self === 0 ? 0 : -self),
  '+@': (self) => self,
  abs: (self) => (isFloat(self) ? toFloat(Math.abs(plain(self))) : self < 0 ? -self : self),
  to_i: (self) => (isFloat(self) ? truncate(plain(self)) : self),
  to_int: (self) => (isFloat(self) ? truncate(plain(self)) : self),
  truncate: rounding(Math.trunc),
  round: rounding(awayFromZero),
  floor: rounding(Math.floor),
  ceil: rounding(Math.ceil),
  to_f: (self) => toFloat(plain(self)),
  'zero?': (self) => plain(self) === 0,
  'nonzero?': (self) => (plain(self) === 0 ? null : self),
  'positive?': (self) => plain(self) > 0,
  'negative?': (self) => plain(self) < 0,
  'integer?': (self) => !isFloat(self),
  'finite?': (self) => Number.isFinite(plain(self)),
  'infinite?': (self) => (Number.isFinite(plain(self)) || Number.isNaN(plain(self)) ? null : plain(self) > 0 ? 1 : -1),
  'nan?': (self) => Number.isNaN(plain(self)),
  coerce: (self, [other]) => [toFloat(plain(other)), toFloat(plain(self))],
  remainder: (self, [other]) => {
    const right = operand(other);
    if (isFloat(self) || isFloat(right)) return toFloat(plain(self) % plain(right));
    return toInteger(BigInt(self) % nonZero(right));
  },
  ...enumerating({
    step: (self, [limit, by = 1], block) => {
      const real = isFloat(self) || isFloat(by);
      const [first, last, unit] = [plain(self), plain(limit), plain(by)];
      const count = Math.floor((last - first) / unit + 1e-9);
      for (let i = 0; i <= count; i++) block!(real ? toFloat(first + i * unit) : first + i * unit);
      return self;
    },
  }),
});

/** @throws RubyError TypeError for what is no Integer */
function whole(value: unknown): bigint {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return BigInt(value);
  throw new RubyError('TypeError', `${kindOf(value)} can't be coerced into Integer`);
}

function nonZero(value: unknown): bigint {
  const n = whole(value);
  if (n === 0n) throw new RubyError('ZeroDivisionError', 'divided by 0');
  return n;
}

function gcd(x: bigint, y: bigint): bigint {
  let [a, b] = [x < 0n ? -x : x, y < 0n ? -y : y];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** One bit, or the bits of a range. */
function bits(self: unknown, at: unknown, count?: unknown): number | bigint {
  if (count !== undefined) return toInteger((whole(self) >> BigInt(int(at))) & ((1n << BigInt(int(count))) - 1n));
  if (!(at instanceof RRange)) return Number((whole(self) >> BigInt(int(at))) & 1n);
  if (at.first === null) throw new RubyError('ArgumentError', 'range of bits without a beginning');
  const from = BigInt(int(at.first));
  const value = from < 0n ? whole(self) << -from : whole(self) >> from;
  if (at.last === null) return toInteger(value);
  const size = BigInt(int(at.last)) - from + (at.exclusive ? 0n : 1n);
  return toInteger(size < 0n ? value : value & ((1n << size) - 1n));
}

const bitwise =
  (f: (a: bigint, b: bigint) => bigint): Method =>
  (self, [other]) =>
    toInteger(f(whole(self), whole(other)));
const shifted = (self: unknown, by: number) =>
  toInteger(by >= 0 ? whole(self) << BigInt(by) : whole(self) >> BigInt(-by));

define('Integer', {
  to_s: (self, [base = 10]) => (self as number).toString(int(base)),
  inspect: (self) => String(self),
  chr: (self) => {
    const code = Number(self);
    if (code < 0 || code > 0x10ffff) throw new RubyError('RangeError', `${code} out of char range`);
    return String.fromCodePoint(code);
  },
  ord: (self) => self,
  succ: (self) => toInteger(BigInt(self) + 1n),
  next: (self) => toInteger(BigInt(self) + 1n),
  pred: (self) => toInteger(BigInt(self) - 1n),
  'even?': (self) => BigInt(self) % 2n === 0n,
  'odd?': (self) => BigInt(self) % 2n !== 0n,
  '&': bitwise((a, b) => a & b),
  '|': bitwise((a, b) => a | b),
  '^': bitwise((a, b) => a ^ b),
  '~': (self) => toInteger(~BigInt(self)),
  '<<': (self, [by]) => shifted(self, int(by)),
  '>>': (self, [by]) => shifted(self, -int(by)),
  '[]': (self, [at, count]) => bits(self, at, count),
  digits: (self) => {
    if (self < 0) throw new RubyError('Math::DomainError', 'out of domain');
    return [...rubyToS(self)].reverse().map(Number);
  },
  gcd: (self, [other]) => toInteger(gcd(whole(self), whole(other))),
  lcm: (self, [other]) => {
    const [a, b] = [whole(self), whole(other)];
    if (a === 0n || b === 0n) return 0;
    const value = (a / gcd(a, b)) * b;
    return toInteger(value < 0n ? -value : value);
  },
  pow: (self, [other, modulus]) => {
    if (modulus === undefined) return power(self, [other], undefined);
    const m = nonZero(modulus);
    let [base, n, out] = [whole(self) % m, whole(other), 1n];
    for (; n > 0n; n >>= 1n, base = (base * base) % m) if (n & 1n) out = (out * base) % m;
    return toInteger(out < 0n !== m < 0n && out !== 0n ? out + m : out);
  },
  size: () => 8,
  bit_length: (self) => {
    const n = BigInt(self);
    const positive = n < 0n ? ~n : n;
    return positive === 0n ? 0 : positive.toString(2).length;
  },
  ...enumerating({
    times: (self, _args, block) => {
      for (let i = 0; i < Number(self); i++) block!(i);
      return self;
    },
    upto: (self, [last], block) => {
      for (let i = Number(self); i <= plain(operand(last)); i++) block!(i);
      return self;
    },
    downto: (self, [last], block) => {
      for (let i = Number(self); i >= plain(operand(last)); i--) block!(i);
      return self;
    },
  }),
});
