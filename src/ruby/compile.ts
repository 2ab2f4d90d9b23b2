/**
 * Ruby's syntax tree (from Ruby's own parser, prism) → JavaScript closures, once at start.
 *
 * Guarantees: what cannot be compiled is a CompileError that names the construct or method and its column; what is wrong at run
 * time is a RubyError as Ruby would raise it. Each node becomes one closure that takes the run's context; nothing is
 * looked up by name per run that can be looked up here. Leaves templates to placeholder.ts, `#{}` of config values to embedded.ts.
 */

import { caseEqual } from './equal.ts';
import { lastGroup, lastMatch } from './match.ts';
import { type Block, find, knownMethod, send, truthy } from './methods/dispatch.ts';
import type { Node } from './tree.ts';
import { list, node, text } from './tree.ts';
import './methods/object.ts';
import './methods/string.ts';
import './methods/number.ts';
import './methods/collection.ts';
import './methods/time.ts';
import { blockFunction } from './blocks.ts';
import { constants, kernel } from './methods/module.ts';
import { toFloat, toInteger } from './numbers.ts';
import { Constant, Proc, RRange, RRegexp, RubyError, Sym } from './objects.ts';
import { compileRegexp } from './regexp.ts';
import { NextSignal, type Run, type RunContext } from './run.ts';
import { rubyToS } from './to-s.ts';

export class CompileError extends Error {}

/** What a program reads and does, found while compiling. */
export interface Uses {
  readonly recordKeys: Set<string>;
  wholeRecord: boolean;
  readonly variables: Set<string>;
  impure: boolean;
  locals: boolean;
}

const IMPURE = new Set([
  'now',
  'rand',
  'hex',
  'uuid',
  'alphanumeric',
  'clock_gettime',
  'read',
  'readlines',
  'sample',
  'shuffle',
  'exist?',
]);
/** Methods that change their receiver: on a variable they are compiled as an assignment. */
const REBINDING = new Set(['<<', 'push', 'append', 'concat', 'unshift', 'prepend', 'insert', 'replace']);
const REGEXP_FLAGS: readonly [number, string][] = [
  [4, 'i'],
  [8, 'x'],
  [16, 'm'],
];

export class Compiler {
  readonly uses: Uses = {
    recordKeys: new Set(),
    wholeRecord: false,
    variables: new Set(),
    impure: false,
    locals: false,
  };
  readonly #names: ReadonlySet<string>;

  constructor(variables: readonly string[]) {
    this.#names = new Set(variables);
  }

  compile(n: Node | null): Run {
    if (n === null) return () => null;
    const compile = this.#kinds[n.type];
    if (compile === undefined)
      throw new CompileError(`${n.type.replace(/Node$/, '')} is not supported in configurations`);
    return compile(n);
  }

  readonly #kinds: Readonly<Record<string, (n: Node) => Run>> = {
    ProgramNode: (n) => this.compile(node(n, 'statements')),
    StatementsNode: (n) => this.#statements(list(n, 'body')),
    ParenthesesNode: (n) => this.compile(node(n, 'body')),
    EmbeddedStatementsNode: (n) => this.compile(node(n, 'statements')),
    NilNode: () => () => null,
    TrueNode: () => () => true,
    FalseNode: () => () => false,
    SelfNode: () => () => null,
    IntegerNode: (n) => constant(typeof n['value'] === 'bigint' ? toInteger(n['value']) : n['value']),
    FloatNode: (n) => constant(toFloat(n['value'] as number)),
    StringNode: (n) => constant(text(n)),
    SymbolNode: (n) => constant(Sym.of(text(n))),
    InterpolatedStringNode: (n) => this.#join(list(n, 'parts'), (joined) => joined),
    InterpolatedSymbolNode: (n) => this.#join(list(n, 'parts'), (joined) => Sym.of(joined)),
    RegularExpressionNode: (n) => constant(this.#regexp(text(n), n)),
    InterpolatedRegularExpressionNode: (n) => this.#join(list(n, 'parts'), (joined) => this.#regexp(joined, n)),
    ArrayNode: (n) => this.#array(list(n, 'elements')),
    HashNode: (n) => this.#hash(list(n, 'elements')),
    KeywordHashNode: (n) => this.#hash(list(n, 'elements')),
    RangeNode: (n) => this.#range(n),
    AndNode: (n) =>
      this.#both(n, (l, r) => (c) => {
        const a = l(c);
        return truthy(a) ? r(c) : a;
      }),
    OrNode: (n) =>
      this.#both(n, (l, r) => (c) => {
        const a = l(c);
        return truthy(a) ? a : r(c);
      }),
    DefinedNode: (n) => {
      const value = this.compile(node(n, 'value'));
      return (c) => {
        try {
          value(c);
          return 'expression';
        } catch {
          return null;
        }
      };
    },
    IfNode: (n) => this.#if(n, 'subsequent', false),
    UnlessNode: (n) => this.#if(n, 'elseClause', true),
    ElseNode: (n) => this.compile(node(n, 'statements')),
    CaseNode: (n) => this.#case(n),
    WhileNode: (n) => this.#while(n, true),
    UntilNode: (n) => this.#while(n, false),
    BeginNode: (n) => this.#begin(n),
    RescueModifierNode: (n) => this.#rescueModifier(n),
    CallNode: (n) => this.#call(n),
    ConstantReadNode: (n) => this.#constant(n['name'] as string),
    ConstantPathNode: (n) => this.#constant(constantPath(n)),
    GlobalVariableReadNode: (n) => (n['name'] === '$~' ? () => lastMatch() : () => null),
    NumberedReferenceReadNode: (n) => {
      const i = n['number'] as number;
      return () => lastGroup(i);
    },
    BackReferenceReadNode: () => () => lastGroup(0),
    LocalVariableReadNode: (n) => this.#read(n['name'] as string),
    ItLocalVariableReadNode: () => this.#read('it'),
    LocalVariableWriteNode: (n) => this.#write(n['name'] as string, this.compile(node(n, 'value'))),
    LocalVariableOrWriteNode: (n) =>
      this.#opWrite(n, (a, b) => (c) => {
        const v = a(c);
        return truthy(v) ? v : b(c);
      }),
    LocalVariableAndWriteNode: (n) =>
      this.#opWrite(n, (a, b) => (c) => {
        const v = a(c);
        return truthy(v) ? b(c) : v;
      }),
    LocalVariableOperatorWriteNode: (n) => {
      const op = n['binaryOperator'] as string;
      return this.#opWrite(n, (a, b) => (c) => send(a(c), op, [b(c)]));
    },
    MultiWriteNode: (n) => this.#multiWrite(n),
    LambdaNode: (n) => {
      const make = blockFunction(this, n);
      this.uses.locals = true;
      return (c) => new Proc(make(c), list(node(node(n, 'parameters') ?? n, 'parameters') ?? n, 'requireds').length);
    },
    ReturnNode: (n) => this.compile(firstArgument(n)),
    NextNode: (n) => {
      const value = this.compile(firstArgument(n));
      return (c) => {
        throw new NextSignal(value(c));
      };
    },
    IndexOrWriteNode: (n) =>
      this.#indexWrite(n, (old, value) => (c) => {
        const v = old(c);
        return truthy(v) ? v : value(c);
      }),
    IndexOperatorWriteNode: (n) => {
      const op = n['binaryOperator'] as string;
      return this.#indexWrite(n, (old, value) => (c) => send(old(c), op, [value(c)]));
    },
    ImplicitNode: (n) => this.compile(node(n, 'value')),
  };

  #statements(body: readonly Node[]): Run {
    const all = body.map((n) => this.compile(n));
    if (all.length === 1) return all[0]!;
    return (c) => {
      let value: unknown = null;
      for (const run of all) value = run(c);
      return value;
    };
  }

  #join(parts: readonly Node[], make: (joined: string) => unknown): Run {
    const runs = parts.map((part) => this.compile(part));
    return (c) => {
      let out = '';
      for (const run of runs) out += rubyToS(run(c));
      return make(out);
    };
  }

  #regexp(source: string, n: Node): RRegexp {
    const flags = REGEXP_FLAGS.filter(([bit]) => ((n['flags'] as number) & bit) !== 0)
      .map(([, flag]) => flag)
      .join('');
    try {
      return new RRegexp(source, flags, compileRegexp(source, flags));
    } catch (error) {
      throw new CompileError((error as Error).message);
    }
  }

  #array(elements: readonly Node[]): Run {
    const runs = elements.map((n) =>
      n.type === 'SplatNode'
        ? { splat: true, run: this.compile(node(n, 'expression')) }
        : { splat: false, run: this.compile(n) },
    );
    return (c) => runs.flatMap(({ splat, run }) => (splat ? (send(run(c), 'to_a') as unknown[]) : [run(c)]));
  }

  #hash(elements: readonly Node[]): Run {
    const pairs = elements.map((n) =>
      n.type === 'AssocSplatNode'
        ? { key: undefined, value: this.compile(node(n, 'value')) }
        : { key: this.compile(node(n, 'key')), value: this.compile(node(n, 'value')) },
    );
    return (c) => {
      const out = new Map<unknown, unknown>();
      for (const { key, value } of pairs) {
        if (key !== undefined) out.set(key(c), value(c));
        else for (const [k, v] of send(value(c), 'to_h') as Map<unknown, unknown>) out.set(k, v);
      }
      return out;
    };
  }

  #range(n: Node): Run {
    const first = this.compile(node(n, 'left'));
    const last = this.compile(node(n, 'right'));
    const exclusive = ((n['flags'] as number) & 4) !== 0;
    return (c) => new RRange(first(c), last(c), exclusive);
  }

  #both(n: Node, make: (l: Run, r: Run) => Run): Run {
    return make(this.compile(node(n, 'left')), this.compile(node(n, 'right')));
  }

  #if(n: Node, otherwise: string, negate: boolean): Run {
    const test = this.compile(node(n, 'predicate'));
    const yes = this.compile(node(n, 'statements'));
    const no = this.compile(node(n, otherwise));
    return (c) => (truthy(test(c)) !== negate ? yes(c) : no(c));
  }

  #case(n: Node): Run {
    const subject = node(n, 'predicate');
    const value = this.compile(subject);
    const branches = list(n, 'conditions').map((when) => ({
      tests: list(when, 'conditions').map((t) => this.compile(t)),
      body: this.compile(node(when, 'statements')),
    }));
    const otherwise = this.compile(node(n, 'elseClause'));
    return (c) => {
      const v = value(c);
      const matches = (test: Run) => (subject === null ? truthy(test(c)) : caseMatches(test(c), v));
      const branch = branches.find(({ tests }) => tests.some(matches));
      return branch === undefined ? otherwise(c) : branch.body(c);
    };
  }

  #while(n: Node, wanted: boolean): Run {
    const test = this.compile(node(n, 'predicate'));
    const body = this.compile(node(n, 'statements'));
    return (c) => {
      // A configuration must not hang the agent: far more rounds than any sensible expression takes.
      for (let i = 0; truthy(test(c)) === wanted; i++) {
        if (i > 100_000) throw new RubyError('RuntimeError', 'loop takes too long');
        body(c);
      }
      return null;
    };
  }

  #begin(n: Node): Run {
    const body = this.compile(node(n, 'statements'));
    const rescue = node(n, 'rescueClause');
    const handler = rescue === null ? undefined : this.#rescue(rescue);
    const otherwise = node(n, 'elseClause') === null ? undefined : this.compile(node(n, 'elseClause'));
    const ensure = node(n, 'ensureClause');
    const last = ensure === null ? undefined : this.compile(node(ensure, 'statements'));
    return (c) => {
      try {
        const value = body(c);
        return otherwise === undefined ? value : otherwise(c);
      } catch (error) {
        if (handler === undefined || !(error instanceof RubyError)) throw error;
        return handler(c, error);
      } finally {
        last?.(c);
      }
    };
  }

  #rescue(n: Node): (c: RunContext, error: RubyError) => unknown {
    const types = list(n, 'exceptions').map((type) => constantPath(type));
    const target = node(n, 'reference');
    const body = this.compile(node(n, 'statements'));
    const next = node(n, 'subsequent');
    const other = next === null ? undefined : this.#rescue(next);
    const name = target?.['name'] as string | undefined;
    if (name !== undefined) this.uses.locals = true;
    return (c, error) => {
      const caught =
        types.length === 0 ||
        types.some((type) => type === 'StandardError' || type === 'Exception' || type === error.className);
      if (caught) {
        if (name !== undefined) c.locals[name] = error;
        return body(c);
      }
      if (other === undefined) throw error;
      return other(c, error);
    };
  }

  #rescueModifier(n: Node): Run {
    const body = this.compile(node(n, 'expression'));
    const fallback = this.compile(node(n, 'rescueExpression'));
    return (c) => {
      try {
        return body(c);
      } catch (error) {
        if (error instanceof RubyError) return fallback(c);
        throw error;
      }
    };
  }

  #constant(name: string): Run {
    const value = Object.hasOwn(constants, name) ? constants[name] : new Constant(name.replace(/^Oj::.*/, 'Oj'));
    return constant(value);
  }

  #read(name: string): Run {
    return (c) => c.locals[name] ?? null;
  }

  #write(name: string, value: Run): Run {
    this.uses.locals = true;
    return (c) => {
      const v = value(c);
      c.locals[name] = v;
      return v;
    };
  }

  #opWrite(n: Node, combine: (old: Run, value: Run) => Run): Run {
    const name = n['name'] as string;
    return this.#write(name, combine(this.#read(name), this.compile(node(n, 'value'))));
  }

  #multiWrite(n: Node): Run {
    this.uses.locals = true;
    const value = this.compile(node(n, 'value'));
    const names = list(n, 'lefts').map((left) => left['name'] as string);
    const rest = node(node(n, 'rest') ?? n, 'expression')?.['name'] as string | undefined;
    return (c) => {
      const v = value(c);
      const all = Array.isArray(v) ? v : [v];
      names.forEach((name, i) => {
        c.locals[name] = all[i] ?? null;
      });
      if (rest !== undefined) c.locals[rest] = all.slice(names.length);
      return v;
    };
  }

  #indexWrite(n: Node, combine: (old: Run, value: Run) => Run): Run {
    const receiver = this.compile(node(n, 'receiver'));
    const args = list(node(n, 'arguments') ?? n, 'arguments').map((arg) => this.compile(arg));
    const old: Run = (c) =>
      send(
        receiver(c),
        '[]',
        args.map((arg) => arg(c)),
      );
    const value = combine(old, this.compile(node(n, 'value')));
    return (c) => send(receiver(c), '[]=', [...args.map((arg) => arg(c)), value(c)]);
  }

  // ---------------------------------------------------------------- calls

  #call(n: Node): Run {
    const name = n['name'] as string;
    const receiver = node(n, 'receiver');
    if (IMPURE.has(name)) this.uses.impure = true;
    if (receiver === null) return this.#function(n, name);
    const field = this.#recordField(n, receiver, name);
    if (field !== undefined) return field;
    if (name === '!') {
      const value = this.compile(receiver);
      return (c) => !truthy(value(c));
    }
    if (receiver.type !== 'ConstantReadNode' && receiver.type !== 'ConstantPathNode' && !knownMethod(name)) {
      throw new CompileError(`method '${name}' is not supported in configurations`);
    }
    const call = this.#method(n, this.compile(receiver), name);
    return this.#rebound(receiver, name, call);
  }

  /** `record["key"]` with a literal key reads that field only. */
  #recordField(n: Node, receiver: Node, name: string): Run | undefined {
    if (
      name !== '[]' ||
      receiver.type !== 'CallNode' ||
      receiver['name'] !== 'record' ||
      node(receiver, 'receiver') !== null
    )
      return undefined;
    const args = list(node(n, 'arguments') ?? n, 'arguments');
    if (args.length !== 1 || args[0]!.type !== 'StringNode' || !this.#names.has('record')) return undefined;
    const key = text(args[0]!);
    this.uses.recordKeys.add(key);
    return (c) => c.record.get(key) ?? null;
  }

  #method(n: Node, receiver: Run, name: string): Run {
    const safe = ((n['flags'] as number) & 4) !== 0;
    const args = this.#arguments(n);
    const block = this.#block(node(n, 'block'));
    if (args.length === 0 && block === undefined) {
      return (c) => {
        const self = receiver(c);
        return safe && (self === null || self === undefined) ? null : send(self, name);
      };
    }
    if (args.length === 1 && block === undefined && args[0]!.splat === false) {
      const only = args[0]!.run;
      return (c) => {
        const self = receiver(c);
        return safe && (self === null || self === undefined) ? null : send(self, name, [only(c)]);
      };
    }
    return (c) => {
      const self = receiver(c);
      if (safe && (self === null || self === undefined)) return null;
      return send(self, name, values(args, c), block?.(c));
    };
  }

  #arguments(n: Node): { splat: boolean; run: Run }[] {
    return list(node(n, 'arguments') ?? n, 'arguments').map((arg) =>
      arg.type === 'SplatNode'
        ? { splat: true, run: this.compile(node(arg, 'expression')) }
        : { splat: false, run: this.compile(arg) },
    );
  }

  #block(n: Node | null): ((c: RunContext) => Block) | undefined {
    if (n === null) return undefined;
    this.uses.locals = true;
    if (n.type === 'BlockNode') return blockFunction(this, n);
    const value = this.compile(node(n, 'expression'));
    return (c) => {
      const proc = value(c);
      if (proc instanceof Proc) return proc.run;
      if (proc instanceof Sym) return (self, ...args) => send(self, proc.name, args);
      throw new RubyError('TypeError', 'wrong argument type (expected Proc)');
    };
  }

  /** Methods that change a variable's string or array give the changed one: the variable is set to it. */
  #rebound(receiver: Node, name: string, call: Run): Run {
    if (receiver.type !== 'LocalVariableReadNode') return call;
    if (!REBINDING.has(name) && !name.endsWith('!')) return call;
    const local = receiver['name'] as string;
    return (c) => {
      const value = call(c);
      c.locals[local] = value;
      return value;
    };
  }

  /** A name without receiver: a variable of the caller, or a function of Kernel. */
  #function(n: Node, name: string): Run {
    const isName = node(n, 'arguments') === null && node(n, 'block') === null;
    if (isName && this.#names.has(name)) {
      if (name === 'record') {
        this.uses.wholeRecord = true;
        return (c) => c.recordMap();
      }
      this.uses.variables.add(name);
      return (c) => c.variables[name] ?? null;
    }
    if (name === 'lambda' || name === 'proc') {
      const block = this.#block(node(n, 'block'));
      if (block === undefined) throw new CompileError(`'${name}' needs a block`);
      return (c) => new Proc(block(c), 1);
    }
    const method = Object.hasOwn(kernel, name) ? kernel[name] : undefined;
    if (method !== undefined) {
      const args = this.#arguments(n);
      return (c) => method(null, values(args, c), undefined);
    }
    // In Ruby this is an error of the run, not of the parse: each event fails, the agent starts.
    const message = isName ? `undefined local variable or method \`${name}'` : `undefined method \`${name}'`;
    return () => {
      throw new RubyError(isName ? 'NameError' : 'NoMethodError', message);
    };
  }
}

function values(args: readonly { splat: boolean; run: Run }[], c: RunContext): unknown[] {
  const out: unknown[] = [];
  for (const { splat, run } of args) {
    const value = run(c);
    if (splat) out.push(...(send(value, 'to_a') as unknown[]));
    else out.push(value);
  }
  return out;
}

function caseMatches(pattern: unknown, value: unknown): boolean {
  // A regexp in `when` also sets $~.
  if (pattern instanceof RRegexp) return find(pattern, '===')!(pattern, [value], undefined) === true;
  return caseEqual(pattern, value);
}

function constant(value: unknown): Run {
  return () => value;
}

export function constantPath(n: Node): string {
  const parent = node(n, 'parent');
  return parent === null ? (n['name'] as string) : `${constantPath(parent)}::${n['name'] as string}`;
}

function firstArgument(n: Node): Node | null {
  return list(node(n, 'arguments') ?? n, 'arguments')[0] ?? null;
}
