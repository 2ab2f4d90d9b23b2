/** Calls: methods, operators, functions of Kernel, the caller's names, blocks given to methods. */
import {
  asProc,
  type Block,
  Changed,
  knownMethod,
  knownOf,
  type Method,
  send,
  sendRaw,
  truthy,
} from '../methods/dispatch.ts';
import { kernel } from '../methods/kernel.ts';
import { Proc, RubyError } from '../objects.ts';
import { BreakSignal, type Run, type RunContext } from '../run.ts';
import { argumentsOf, type Node, node, text } from '../tree.ts';
import { blockOf, lambda, type MakeBlock } from './blocks.ts';
import type { Compiler, Kinds } from './compiler.ts';
import { constantPath, toArray } from './literals.ts';
import { MOST_ROUNDS } from './loops.ts';
import { write } from './variables.ts';

/** Two runs on the same record may differ. */
const IMPURE = new Set(
  'now today rand hex uuid alphanumeric random_number clock_gettime read readlines exist? file? directory?'.split(' '),
);
/** Methods that change their receiver, besides those that end in `!`. */
const MUTATORS = new Set(
  '<< push append concat unshift prepend insert replace clear []= store delete delete_if delete_at keep_if update pop shift fill'.split(
    ' ',
  ),
);

const mutates = (name: string) => MUTATORS.has(name) || (name.endsWith('!') && name !== '!');

export const calls: Kinds = {
  CallNode: (c, n) => call(c, n),
  LambdaNode: (c, n) => lambda(c, n),
};

function call(c: Compiler, n: Node): Run {
  const name = n['name'] as string;
  const receiver = node(n, 'receiver');
  if (IMPURE.has(name)) c.uses.impure = true;
  if (receiver === null || (receiver.type === 'SelfNode' && Object.hasOwn(kernel, name)))
    return functionCall(c, n, name);
  if (mutates(name)) c.uses.mutates = true;
  const field = recordField(c, n, receiver);
  if (field !== undefined) return field;
  if (name === '!') {
    const value = c.compile(receiver);
    return (run) => !truthy(value(run));
  }
  if (name === '!=') {
    const [a, b] = [c.compile(receiver), c.compile(argumentsOf(n)[0] ?? null)];
    return (run) => !truthy(send(a(run), '==', [b(run)]));
  }
  checkKnown(c, n, receiver, name);
  const self = c.compile(receiver);
  return mutates(name) ? changing(c, n, receiver, self, name) : method(c, n, self, name);
}

/** A name that no class has is a typing mistake: better told at start than by each event. */
function checkKnown(c: Compiler, n: Node, receiver: Node, name: string): void {
  if (receiver.type !== 'ConstantReadNode' && receiver.type !== 'ConstantPathNode') {
    if (!knownMethod(name)) throw c.unsupported(`method '${name}'`, n);
    return;
  }
  const module = constantPath(receiver);
  if (knownOf(module, name) === false) throw c.unsupported(`method '${name}' of ${module}`, n);
}

/** `record["key"]` with a literal key reads that field only. */
function recordField(c: Compiler, n: Node, receiver: Node): Run | undefined {
  if (n['name'] !== '[]' || receiver.type !== 'CallNode' || receiver['name'] !== 'record') return undefined;
  if (node(receiver, 'receiver') !== null || !c.names.has('record')) return undefined;
  const args = argumentsOf(n);
  if (args.length !== 1 || args[0]!.type !== 'StringNode') return undefined;
  const key = text(args[0]!);
  c.uses.recordKeys.add(key);
  const { uses } = c;
  // Known only when everything is compiled.
  return (run) => (uses.mutates ? run.recordMap().get(key) : run.record.get(key)) ?? null;
}

interface Arguments {
  readonly count: number;
  readonly fixed: boolean;
  /** The only argument, where there is exactly one. */
  readonly only: Run | undefined;
  values(run: RunContext): unknown[];
}

function argumentsFor(c: Compiler, n: Node): Arguments {
  const all = argumentsOf(n).map((arg) => ({
    splat: arg.type === 'SplatNode',
    run: c.compile(arg.type === 'SplatNode' ? node(arg, 'expression') : arg),
  }));
  const fixed = all.every(({ splat }) => !splat);
  const runs = all.map(({ run }) => run);
  return {
    count: all.length,
    fixed,
    only: fixed && all.length === 1 ? runs[0] : undefined,
    values: fixed
      ? (run) => runs.map((value) => value(run))
      : (run) => all.flatMap(({ splat, run: value }) => (splat ? toArray(value(run)) : [value(run)])),
  };
}

const isNil = (value: unknown) => value === null || value === undefined;

function method(c: Compiler, n: Node, receiver: Run, name: string): Run {
  const safe = ((n['flags'] as number) & 4) !== 0;
  const args = argumentsFor(c, n);
  const block = blockArgument(c, n);
  if (block !== undefined) return withBlock(receiver, name, safe, args, block);
  if (args.count === 0) {
    return (run) => {
      const self = receiver(run);
      return safe && isNil(self) ? null : send(self, name);
    };
  }
  const { only } = args;
  if (only !== undefined) {
    return (run) => {
      const self = receiver(run);
      return safe && isNil(self) ? null : send(self, name, [only(run)]);
    };
  }
  return (run) => {
    const self = receiver(run);
    return safe && isNil(self) ? null : send(self, name, args.values(run));
  };
}

function withBlock(receiver: Run, name: string, safe: boolean, args: Arguments, make: MakeBlock): Run {
  return (run) => {
    const self = receiver(run);
    if (safe && isNil(self)) return null;
    const given = args.values(run);
    const block = make(run);
    try {
      return send(self, name, given, block);
    } catch (signal) {
      if (signal instanceof BreakSignal && signal.from.owner === block) return signal.value;
      throw signal;
    }
  };
}

function blockArgument(c: Compiler, n: Node): MakeBlock | undefined {
  const block = node(n, 'block');
  if (block === null) return undefined;
  if (block.type === 'BlockNode') return blockOf(c, block).make;
  const value = c.compile(node(block, 'expression'));
  return (run) => asProc(value(run)) as Block;
}

/**
 * Strings are values here. A method that changes one gives the new text (`Changed`), which is put back to where the string came
 * from: a variable, an element of a hash or array, a field of the record.
 */
function changing(c: Compiler, n: Node, receiver: Node, self: Run, name: string): Run {
  const args = argumentsFor(c, n);
  const block = blockArgument(c, n);
  const safe = ((n['flags'] as number) & 4) !== 0;
  const back = place(c, receiver);
  return (run) => {
    const me = self(run);
    if (safe && isNil(me)) return null;
    const result = sendRaw(me, name, args.values(run), block?.(run));
    if (!(result instanceof Changed)) return result;
    back?.(run, result.self);
    return result.value;
  };
}

function place(c: Compiler, n: Node): ((run: RunContext, value: unknown) => void) | undefined {
  if (n.type === 'LocalVariableReadNode') return write(c, n['name'] as string, n['depth'] as number);
  if (n.type === 'ParenthesesNode') {
    const body = node(n, 'body');
    const only = body?.type === 'StatementsNode' ? (body['body'] as Node[])[0] : undefined;
    return only === undefined ? undefined : place(c, only);
  }
  if (n.type !== 'CallNode') return undefined;
  const receiver = node(n, 'receiver');
  if (receiver === null) return undefined;
  // `a << "x" << "y"`: the inner call gives its receiver.
  if (mutates(n['name'] as string)) return place(c, receiver);
  if (n['name'] !== '[]') return undefined;
  const [owner, args] = [c.compile(receiver), argumentsFor(c, n)];
  // A string of the record is the record's own.
  const isRecord = recordField(c, n, receiver) !== undefined;
  return (run, value) => {
    const keys = args.values(run);
    send(owner(run), '[]=', [...keys, value]);
    if (isRecord) run.record.set?.(keys[0] as string, value);
  };
}

/** A name without receiver: a variable of the caller, or a function of Kernel. */
function functionCall(c: Compiler, n: Node, name: string): Run {
  const isName = node(n, 'arguments') === null && node(n, 'block') === null;
  if (isName && c.names.has(name)) {
    if (name === 'record') {
      c.uses.wholeRecord = true;
      return (run) => run.recordMap();
    }
    c.uses.variables.add(name);
    return (run) => run.variables[name] ?? null;
  }
  if (name === 'lambda' || name === 'proc') return procCall(c, n, name);
  if (name === 'loop') return loopCall(c, n);
  const known: Method | undefined = Object.hasOwn(kernel, name) ? kernel[name] : undefined;
  if (known !== undefined) {
    const args = argumentsFor(c, n);
    const block = blockArgument(c, n);
    return (run) => known(null, args.values(run), block?.(run));
  }
  // In Ruby this is an error of the run, not of the parse: each event fails, the agent starts.
  const message = isName ? `undefined local variable or method \`${name}'` : `undefined method \`${name}'`;
  return () => {
    throw new RubyError(isName ? 'NameError' : 'NoMethodError', message);
  };
}

function procCall(c: Compiler, n: Node, name: string): Run {
  const block = node(n, 'block');
  if (block?.type !== 'BlockNode') throw c.unsupported(`'${name}' without a block`, n);
  if (name === 'lambda') return lambda(c, block);
  const { make, arity } = blockOf(c, block);
  return (run) => new Proc(make(run), arity, false);
}

function loopCall(c: Compiler, n: Node): Run {
  const make = blockArgument(c, n);
  if (make === undefined) throw c.unsupported("'loop' without a block", n);
  return (run) => {
    const block = make(run);
    try {
      for (let i = 0; i < MOST_ROUNDS; i++) block();
    } catch (signal) {
      if (signal instanceof BreakSignal && signal.from.owner === block) return signal.value;
      throw signal;
    }
    throw new RubyError('RuntimeError', 'loop takes too long');
  };
}
