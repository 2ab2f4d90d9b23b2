/** Ruby's `==`, `===`, `<=>` and hash keys. */
import { Float } from '../pipeline/core/value.ts';
import { RHash } from './hash.ts';
import { ANCESTORS, classOf, send, truthy } from './methods/dispatch.ts';
import { Constant, isException, Proc, RRange, RRegexp, RubyError, RubyTime, Sym } from './objects.ts';

export function numeric(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof Float ? value.value : undefined;
}

export function rubyEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === undefined || a === null) return b === undefined || b === null;
  const x = numeric(a);
  const y = numeric(b);
  if (x !== undefined && y !== undefined) return x == y;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => rubyEqual(item, b[i]));
  if (classOf(a) !== classOf(b)) return false;
  if (classOf(a) === 'Hash') return hashEqual(entries(a), entries(b));
  if (a instanceof RRegexp && b instanceof RRegexp) return a.source === b.source && a.flags === b.flags;
  if (a instanceof RubyTime && b instanceof RubyTime) return a.sec === b.sec && a.nsec === b.nsec;
  if (a instanceof Constant && b instanceof Constant) return a.name === b.name;
  if (a instanceof RRange && b instanceof RRange)
    return rubyEqual(a.first, b.first) && rubyEqual(a.last, b.last) && a.exclusive === b.exclusive;
  return false;
}

function entries(hash: unknown): Map<unknown, unknown> {
  return hash instanceof Map ? hash : RHash.of(Object.entries(hash as object));
}

function hashEqual(a: Map<unknown, unknown>, b: Map<unknown, unknown>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.has(key) && rubyEqual(value, b.get(key)));
}

/** `pattern === value`, as `case` uses it. */
export function caseEqual(pattern: unknown, value: unknown): boolean {
  if (pattern instanceof RRegexp) {
    const text = value instanceof Sym ? value.name : value;
    return typeof text === 'string' && pattern.exec(text) !== null;
  }
  if (pattern instanceof RRange) return covers(pattern, value);
  if (pattern instanceof Constant) return isA(value, pattern.name);
  if (pattern instanceof Proc) return truthy(pattern.run(value));
  return truthy(send(pattern, '===', [value]));
}

export function covers(range: RRange, value: unknown): boolean {
  if (value === null || value === undefined) return false;
  const low = range.first === null ? -1 : compare(range.first, value);
  const high = range.last === null ? -1 : compare(value, range.last);
  if (low === undefined || high === undefined) return false;
  return low <= 0 && (range.exclusive ? high < 0 : high <= 0);
}

export function isA(value: unknown, className: string): boolean {
  if (value instanceof RubyError) return isException(value.className, className);
  if (value instanceof Constant && (className === 'Class' || className === 'Module')) return true;
  return ANCESTORS[classOf(value)]!.includes(className) || className === 'BasicObject' || className === 'Kernel';
}

/** `<=>`: negative, zero, positive; undefined where the two cannot be compared. */
export function compare(a: unknown, b: unknown): number | undefined {
  const x = numeric(a);
  const y = numeric(b);
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : x == y ? 0 : undefined;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (a instanceof Sym && b instanceof Sym) return compareText(a.name, b.name);
  if (a instanceof RubyTime && b instanceof RubyTime) return Math.sign(a.sec - b.sec || a.nsec - b.nsec);
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  return rubyEqual(a, b) ? 0 : undefined;
}

/** By bytes, as Ruby: UTF-16 order differs beyond the basic plane. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** What a block of `sort` gave. @throws RubyError ArgumentError for nil */
export function orderOf(result: unknown, a: unknown, b: unknown): number {
  const order = numeric(result);
  if (order === undefined)
    throw new RubyError('ArgumentError', `comparison of ${classOf(a)} with ${classOf(b)} failed`);
  return Number(order);
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number | undefined {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i], b[i]);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

/** @throws RubyError ArgumentError where the two cannot be compared */
export function compareStrictly(a: unknown, b: unknown): number {
  const order = compare(a, b);
  if (order === undefined) {
    const right = numeric(b) !== undefined || b === null ? String(send(b, 'inspect')) : classOf(b);
    throw new RubyError('ArgumentError', `comparison of ${classOf(a)} with ${right} failed`);
  }
  return order;
}
