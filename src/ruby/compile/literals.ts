/** Literals: numbers, strings, symbols, regexps, arrays, hashes, ranges, interpolation. */

import { kindOf } from '../arguments.ts';
import { RHash } from '../hash.ts';
import { constants } from '../methods/constants.ts';
import { find, send } from '../methods/dispatch.ts';
import { toFloat, toInteger } from '../numbers.ts';
import { Constant, RRange, RRegexp, RubyError, Sym } from '../objects.ts';
import { compileRegexp } from '../regexp.ts';
import type { Run } from '../run.ts';
import { rubyToS } from '../to-s.ts';
import { list, type Node, node, text } from '../tree.ts';
import { CompileError, type Compiler, type Kinds } from './compiler.ts';

const REGEXP_FLAGS: readonly [number, string][] = [
  [4, 'i'],
  [8, 'x'],
  [16, 'm'],
];

const constant =
  (value: unknown): Run =>
  () =>
    value;

export const literals: Kinds = {
  NilNode: () => constant(null),
  TrueNode: () => constant(true),
  FalseNode: () => constant(false),
  SelfNode: () => constant(null),
  // The parser's own value is cut to 32 bits.
  IntegerNode: (c, n) => constant(integerLiteral(c.written(n))),
  FloatNode: (_, n) => constant(toFloat(n['value'] as number)),
  StringNode: (_, n) => constant(text(n)),
  SymbolNode: (_, n) => constant(Sym.of(text(n))),
  InterpolatedStringNode: (c, n) => join(c, list(n, 'parts'), (joined) => joined),
  InterpolatedSymbolNode: (c, n) => join(c, list(n, 'parts'), (joined) => Sym.of(joined)),
  EmbeddedStatementsNode: (c, n) => c.compile(node(n, 'statements')),
  EmbeddedVariableNode: (c, n) => c.compile(node(n, 'variable')),
  RegularExpressionNode: (c, n) => {
    try {
      return constant(regexp(text(n), n));
    } catch (error) {
      throw new CompileError(`${(error as Error).message} (${c.place(n)})`);
    }
  },
  InterpolatedRegularExpressionNode: (c, n) =>
    join(
      c,
      list(n, 'parts'),
      (joined) => {
        try {
          return regexp(joined, n);
        } catch (error) {
          throw new RubyError('RegexpError', (error as Error).message);
        }
      },
      // A regexp inside a regexp keeps its own options.
      (value) => rubyToS(value),
    ),
  ArrayNode: (c, n) => array(c, list(n, 'elements')),
  HashNode: (c, n) => hash(c, list(n, 'elements')),
  KeywordHashNode: (c, n) => hash(c, list(n, 'elements')),
  ImplicitNode: (c, n) => c.compile(node(n, 'value')),
  RangeNode: (c, n) => {
    const first = c.compile(node(n, 'left'));
    const last = c.compile(node(n, 'right'));
    const exclusive = ((n['flags'] as number) & 4) !== 0;
    return (run) => RRange.of(first(run), last(run), exclusive);
  },
  ConstantReadNode: (_, n) => constantRead(n['name'] as string),
  ConstantPathNode: (_, n) => constantRead(constantPath(n)),
};

/** `**value`: a hash, or nil for none. */
function splatted(value: unknown): Iterable<[unknown, unknown]> {
  if (value === null || value === undefined) return [];
  if (find(value, 'to_hash') === undefined)
    throw new RubyError('TypeError', `no implicit conversion of ${kindOf(value)} into Hash`);
  return send(value, 'to_hash') as RHash;
}

function integerLiteral(written: string): number | bigint {
  const digits = written
    .replaceAll('_', '')
    .replace(/^([-+]?)0d/i, '$1')
    .replace(/^([-+]?)0(?=[0-7])/, '$10o');
  const negative = digits.startsWith('-');
  const value = BigInt(digits.replace(/^[-+]/, ''));
  return toInteger(negative ? -value : value);
}

function join(c: Compiler, parts: readonly Node[], make: (joined: string) => unknown, show = rubyToS): Run {
  const runs = parts.map((part) => c.compile(part));
  return (run) => {
    let out = '';
    for (const part of runs) out += show(part(run));
    return make(out);
  };
}

function regexp(source: string, n: Node): RRegexp {
  const flags = REGEXP_FLAGS.filter(([bit]) => ((n['flags'] as number) & bit) !== 0)
    .map(([, flag]) => flag)
    .join('');
  return new RRegexp(source, flags, compileRegexp(source, flags));
}

function array(c: Compiler, elements: readonly Node[]): Run {
  const runs = elements.map((n) =>
    n.type === 'SplatNode'
      ? { splat: true, value: c.compile(node(n, 'expression')) }
      : { splat: false, value: c.compile(n) },
  );
  return (run) => {
    const out: unknown[] = [];
    for (const { splat, value } of runs) {
      const item = value(run);
      if (splat) out.push(...toArray(item));
      else out.push(item);
    }
    return out;
  };
}

/** What a splat makes of a value. */
export function toArray(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null || value === undefined) return [];
  return typeof value === 'object' && !(value instanceof Constant) && isList(value)
    ? (send(value, 'to_a') as unknown[])
    : [value];
}

function isList(value: object): boolean {
  return value instanceof Map || value instanceof RRange || Object.getPrototypeOf(value) === Object.prototype;
}

function hash(c: Compiler, elements: readonly Node[]): Run {
  const pairs = elements.map((n) =>
    n.type === 'AssocSplatNode'
      ? { key: undefined, value: c.compile(node(n, 'value')) }
      : { key: c.compile(node(n, 'key')), value: c.compile(node(n, 'value')) },
  );
  return (run) => {
    const out = new RHash();
    for (const { key, value } of pairs) {
      if (key !== undefined) out.set(key(run), value(run));
      else for (const [k, v] of splatted(value(run))) out.set(k, v);
    }
    return out;
  };
}

function constantRead(name: string): Run {
  if (Object.hasOwn(constants, name)) return constant(constants[name]);
  if (Constant.isKnown(name)) return constant(Constant.of(name));
  // In Ruby an error of the run, not of the parse: each event fails, the agent starts.
  const first = name.split('::').findLast((_, i, all) => !Constant.isKnown(all.slice(0, i + 1).join('::'))) ?? name;
  return () => {
    throw new RubyError('NameError', `uninitialized constant ${first}`);
  };
}

export function constantPath(n: Node): string {
  const parent = node(n, 'parent');
  return parent === null ? (n['name'] as string) : `${constantPath(parent)}::${n['name'] as string}`;
}
