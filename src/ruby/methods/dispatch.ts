/**
 * Method dispatch: the class of a value picks a table, the table gives the method; `Object`'s methods come last.
 * A method gets its receiver, its arguments and the block (a JavaScript function) or undefined.
 */
import { Float } from '../../pipeline/core/value.ts';
import { Constant, MatchData, Proc, RRange, RRegexp, RubyError, RubyTime, Sym } from '../objects.ts';
import { inspect } from '../to-s.ts';

export type Block = (...args: unknown[]) => unknown;
// biome-ignore lint/suspicious/noExplicitAny: receivers are checked by the dispatch that picked the table
export type Method = (self: any, args: readonly any[], block: Block | undefined) => unknown;
export type Table = Readonly<Record<string, Method>>;

const tables = new Map<string, Table>();
/** Superclass chain of builtin classes, for tables and `is_a?`. */
export const ANCESTORS: Readonly<Record<string, readonly string[]>> = {
  String: ['String', 'Comparable', 'Object'],
  Symbol: ['Symbol', 'Comparable', 'Object'],
  Integer: ['Integer', 'Numeric', 'Comparable', 'Object'],
  Float: ['Float', 'Numeric', 'Comparable', 'Object'],
  Array: ['Array', 'Enumerable', 'Object'],
  Hash: ['Hash', 'Enumerable', 'Object'],
  Range: ['Range', 'Enumerable', 'Object'],
  NilClass: ['NilClass', 'Object'],
  TrueClass: ['TrueClass', 'Object'],
  FalseClass: ['FalseClass', 'Object'],
  Time: ['Time', 'Comparable', 'Object'],
  Regexp: ['Regexp', 'Object'],
  MatchData: ['MatchData', 'Object'],
  Proc: ['Proc', 'Object'],
  Module: ['Module', 'Object'],
  Exception: ['Exception', 'Object'],
  Object: ['Object'],
};

/** Adds methods to a class. */
export function define(className: string, methods: Table): void {
  tables.set(className, { ...tables.get(className), ...methods });
}

/** Every method name that some class knows: for telling a typing mistake at start. */
export function knownMethod(name: string): boolean {
  return [...tables.values()].some((table) => Object.hasOwn(table, name));
}

export function classOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'String';
    case 'number':
      return Number.isInteger(value) ? 'Integer' : 'Float';
    case 'bigint':
      return 'Integer';
    case 'boolean':
      return value ? 'TrueClass' : 'FalseClass';
    default:
      return value === null || value === undefined ? 'NilClass' : objectClass(value);
  }
}

function objectClass(value: unknown): string {
  if (Array.isArray(value)) return 'Array';
  if (value instanceof Map) return 'Hash';
  if (value instanceof Float) return 'Float';
  if (value instanceof Sym) return 'Symbol';
  if (value instanceof RRange) return 'Range';
  if (value instanceof RubyTime) return 'Time';
  if (value instanceof RRegexp) return 'Regexp';
  if (value instanceof MatchData) return 'MatchData';
  if (value instanceof Proc) return 'Proc';
  if (value instanceof Constant) return 'Module';
  if (value instanceof RubyError) return 'Exception';
  return 'Hash';
}

export function find(value: unknown, name: string): Method | undefined {
  for (const ancestor of ANCESTORS[classOf(value)]!) {
    const table = tables.get(ancestor);
    if (table !== undefined && Object.hasOwn(table, name)) return table[name];
  }
  return undefined;
}

/** Calls a method. @throws RubyError NoMethodError */
export function send(self: unknown, name: string, args: readonly unknown[] = [], block?: Block): unknown {
  if (self instanceof Constant) {
    const table = tables.get(`${self.name}.`);
    if (table !== undefined && Object.hasOwn(table, name)) return table[name]!(self, args, block);
  }
  const method = find(self, name);
  if (method === undefined) throw noMethod(self, name);
  return method(asHash(self), args, block);
}

/** A hash of a record is a plain object; the methods of Hash work on Maps. */
function asHash(self: unknown): unknown {
  return classOf(self) === 'Hash' && !(self instanceof Map) ? new Map(Object.entries(self as object)) : self;
}

export function noMethod(self: unknown, name: string): RubyError {
  const shown =
    self === null || self === undefined
      ? 'nil:NilClass'
      : typeof self === 'boolean'
        ? `${self}:${classOf(self)}`
        : `${inspect(self).slice(0, 60)}:${classOf(self)}`;
  return new RubyError('NoMethodError', `undefined method \`${name}' for ${shown}`);
}

export function truthy(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false;
}
