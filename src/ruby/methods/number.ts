/** Methods of Integer and Float. Integers beyond 2^53 are bigints; a Float result stays a Float even when it is integral. */

import { Float } from '../../pipeline/core/value.ts';
import { compareStrictly, numeric, rubyEqual } from '../equal.ts';
import { isFloat, type RubyNumber, toFloat, toInteger, truncate } from '../numbers.ts';
import { RubyError } from '../objects.ts';
import { rubyToS } from '../to-s.ts';
import { classOf, define, type Method } from './dispatch.ts';

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
    if (n <= 0) return truncate(n === 0 ? round(value) : round(value * 10 ** n) / 10 ** n);
    // Shifting the decimal exponent in text avoids the error of a multiplication.
    const shifted = round(Number(`${value}e${n}`));
    return toFloat(Number.isFinite(shifted) ? Number(`${shifted}e-${n}`) : value);
  };
}

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
  div: (self, args) => truncate(Math.floor(plain(divide(self, args, undefined)))),
  fdiv: (self, [other]) => toFloat(plain(self) / plain(other)),
  divmod: (self, args) => [truncate(Math.floor(plain(divide(self, args, undefined)))), rest(self, args, undefined)],
  '<': (self, [other]) => compareStrictly(self, other) < 0,
  '>': (self, [other]) => compareStrictly(self, other) > 0,
  '<=': (self, [other]) => compareStrictly(self, other) <= 0,
  '>=': (self, [other]) => compareStrictly(self, other) >= 0,
  'between?': (self, [a, b]) => compareStrictly(self, a) >= 0 && compareStrictly(self, b) <= 0,
  clamp: (self, [a, b]) => (compareStrictly(self, a) < 0 ? a : compareStrictly(self, b) > 0 ? b : self),
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
  to_r: (self) => self,
  'zero?': (self) => plain(self) === 0,
  'nonzero?': (self) => (plain(self) === 0 ? null : self),
  'positive?': (self) => plain(self) > 0,
  'negative?': (self) => plain(self) < 0,
  'integer?': (self) => !isFloat(self),
  'finite?': (self) => Number.isFinite(plain(self)),
  'infinite?': (self) => (Number.isFinite(plain(self)) || Number.isNaN(plain(self)) ? null : plain(self) > 0 ? 1 : -1),
  'nan?': (self) => Number.isNaN(plain(self)),
  coerce: (self, [other]) => [toFloat(plain(other)), toFloat(plain(self))],
  step: (self, [limit, by], block) => {
    const out: unknown[] = [];
    for (let at = plain(self); plain(by) > 0 ? at <= plain(limit) : at >= plain(limit); at += plain(by)) {
      out.push(at);
      block?.(at);
    }
    return block === undefined ? out : self;
  },
});

define('Integer', {
  to_s: (self, [base]) => (self as number).toString(Number(base ?? 10)),
  chr: (self) => String.fromCodePoint(Number(self)),
  ord: (self) => self,
  times: (self, _args, block) => {
    const all = Array.from({ length: Number(self) }, (_, i) => i);
    if (block === undefined) return all;
    for (const i of all) block(i);
    return self;
  },
  upto: (self, [last], block) => {
    for (let i = Number(self); i <= Number(last); i++) block?.(i);
    return self;
  },
  downto: (self, [last], block) => {
    for (let i = Number(self); i >= Number(last); i--) block?.(i);
    return self;
  },
  succ: (self) => toInteger(BigInt(self) + 1n),
  next: (self) => toInteger(BigInt(self) + 1n),
  pred: (self) => toInteger(BigInt(self) - 1n),
  'even?': (self) => BigInt(self) % 2n === 0n,
  'odd?': (self) => BigInt(self) % 2n !== 0n,
  '&': (self, [o]) => toInteger(BigInt(self) & BigInt(o)),
  '|': (self, [o]) => toInteger(BigInt(self) | BigInt(o)),
  '^': (self, [o]) => toInteger(BigInt(self) ^ BigInt(o)),
  '~': (self) => toInteger(~BigInt(self)),
  '<<': (self, [o]) => toInteger(BigInt(self) << BigInt(o)),
  '>>': (self, [o]) => toInteger(BigInt(self) >> BigInt(o)),
  '[]': (self, [bit]) => Number((BigInt(self) >> BigInt(bit)) & 1n),
  digits: (self) => [...rubyToS(self)].reverse().map(Number),
  gcd: (self, [other]) => {
    let [a, b] = [Math.abs(Number(self)), Math.abs(Number(other))];
    while (b !== 0) [a, b] = [b, a % b];
    return a;
  },
  bit_length: (self) => BigInt(self).toString(2).length,
});

define('Comparable', { '==': (self, [other]) => rubyEqual(self, other) });
