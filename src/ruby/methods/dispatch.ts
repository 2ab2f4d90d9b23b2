/**
 * Method dispatch: the class of a value picks a table, the table gives the method; `Object`'s methods come last.
 * A method gets its receiver, its arguments and the block (a JavaScript function) or undefined.
 */
import { Float } from '../../pipeline/core/value.ts';
import { RHash } from '../hash.ts';
import {
  Constant,
  Enumerator,
  MatchData,
  Proc,
  RRange,
  RRegexp,
  RubyDateTime,
  RubyError,
  RubyTime,
  Sym,
} from '../objects.ts';
import { inspect } from '../to-s.ts';

export type Block = (...args: unknown[]) => unknown;
// biome-ignore lint/suspicious/noExplicitAny: receivers are checked by the dispatch that picked the table
export type Method = (self: any, args: readonly any[], block: Block | undefined) => unknown;
export type Table = Readonly<Record<string, Method>>;

/** A string's new text, from a method that changes it, and what the call gives. */
export class Changed {
  readonly self: string;
  readonly value: unknown;
  constructor(self: string, value: unknown = self) {
    this.self = self;
    this.value = value;
  }
}

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
  Enumerator: ['Enumerator', 'Enumerable', 'Object'],
  NilClass: ['NilClass', 'Object'],
  TrueClass: ['TrueClass', 'Object'],
  FalseClass: ['FalseClass', 'Object'],
  Time: ['Time', 'Comparable', 'Object'],
  DateTime: ['DateTime', 'Date', 'Time', 'Comparable', 'Object'],
  Regexp: ['Regexp', 'Object'],
  MatchData: ['MatchData', 'Object'],
  Proc: ['Proc', 'Object'],
  IPAddr: ['IPAddr', 'Comparable', 'Object'],
  Module: ['Module', 'Object'],
  Exception: ['Exception', 'Object'],
  Object: ['Object'],
};

/** Adds methods to a class, or to a module's own functions where the name ends in a dot. */
export function define(className: string, methods: Table): void {
  const isModule = className.endsWith('.');
  const name = isModule ? className.slice(0, -1) : className;
  if (isModule || ANCESTORS[name] !== undefined) Constant.of(name);
  // A prototype-less table: names such as `constructor` are no methods.
  tables.set(className, Object.assign(Object.create(null), tables.get(className), methods));
  lookups.clear();
  names = undefined;
}

/** Methods that give an Enumerator where they get no block. */
export function enumerating(methods: Table): Table {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]): [string, Method] => [
      name,
      (self, args, block) => (block === undefined ? new Enumerator(self, name, args) : method(self, args, block)),
    ]),
  );
}

let names: Set<string> | undefined;
/** Every method name that some class knows: for telling a typing mistake at start. */
export function knownMethod(name: string): boolean {
  names ??= new Set([...tables].flatMap(([table, methods]) => (table.endsWith('.') ? [] : Object.keys(methods))));
  return names.has(name);
}

/** Whether a module has a function; undefined for a module that is not known. */
export function knownOf(module: string, name: string): boolean | undefined {
  const table = tables.get(`${module}.`);
  if (table === undefined) return undefined;
  return table[name] !== undefined || lookup('Module', name) !== undefined;
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

/** An object of a class that lives in a file of its own says its class itself. */
export interface Classed {
  readonly className: string;
}

function objectClass(value: object): string {
  if (Array.isArray(value)) return 'Array';
  if (value instanceof Map) return 'Hash';
  if (value instanceof Float) return 'Float';
  if (value instanceof Sym) return 'Symbol';
  if (value instanceof RRange) return 'Range';
  if (value instanceof RubyTime) return value instanceof RubyDateTime ? 'DateTime' : 'Time';
  if (value instanceof RRegexp) return 'Regexp';
  if (value instanceof MatchData) return 'MatchData';
  if (value instanceof Proc) return 'Proc';
  if (value instanceof Enumerator) return 'Enumerator';
  if (value instanceof Constant) return 'Module';
  if (value instanceof RubyError) return 'Exception';
  return Object.getPrototypeOf(value) === Object.prototype ? 'Hash' : (value as Classed).className;
}

const lookups = new Map<string, Map<string, Method | undefined>>();

function lookup(className: string, name: string): Method | undefined {
  let known = lookups.get(className);
  if (known === undefined) {
    known = new Map();
    lookups.set(className, known);
  }
  let method = known.get(name);
  if (method === undefined) {
    method = ANCESTORS[className]!.map((ancestor) => tables.get(ancestor)?.[name]).find((m) => m !== undefined);
    // Names from data (`send(record["x"])`) must not fill the memory.
    if (method !== undefined) known.set(name, method);
  }
  return method;
}

export function find(value: unknown, name: string): Method | undefined {
  return lookup(classOf(value), name);
}

/** Calls a method; what changes a string gives the changed one. @throws RubyError NoMethodError */
export function send(self: unknown, name: string, args: readonly unknown[] = [], block?: Block): unknown {
  const value = sendRaw(self, name, args, block);
  return value instanceof Changed ? value.value : value;
}

export function sendRaw(self: unknown, name: string, args: readonly unknown[], block: Block | undefined): unknown {
  if (self instanceof Constant) {
    const own = tables.get(`${self.name}.`)?.[name];
    if (own !== undefined) return own(self, args, block);
  }
  const className = classOf(self);
  if (className === 'Hash' && !(self instanceof Map)) return sendHash(self as object, name, args, block);
  const method = lookup(className, name);
  if (method === undefined) throw noMethod(self, name);
  return method(self, args, block);
}

/** A hash of a record is a plain object; the methods of Hash work on RHashes, reading one key must not make one. */
function sendHash(self: object, name: string, args: readonly unknown[], block: Block | undefined): unknown {
  if (name === '[]' && args.length === 1) {
    const key = args[0];
    return typeof key === 'string' && Object.hasOwn(self, key)
      ? ((self as Record<string, unknown>)[key] ?? null)
      : null;
  }
  const method = lookup('Hash', name);
  if (method === undefined) throw noMethod(self, name);
  return method(RHash.of(Object.entries(self)), args, block);
}

/** A block from `&:name`, `&lambda`. @throws RubyError TypeError */
export function asProc(value: unknown): Block | undefined {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Proc) return value.run;
  if (value instanceof Sym) return (self, ...args) => send(self, value.name, args);
  throw new RubyError('TypeError', `wrong argument type ${classOf(value)} (expected Proc)`);
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
