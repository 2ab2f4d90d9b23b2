/** Statements one after another, `&&`, `||`, `if`, `unless`, `case`, `defined?`. */
import { caseEqual } from '../equal.ts';
import { find, truthy } from '../methods/dispatch.ts';
import { Constant, RRegexp, RubyError } from '../objects.ts';
import type { Run } from '../run.ts';
import { list, type Node, node } from '../tree.ts';
import type { Compiler, Kinds } from './compiler.ts';
import { constantPath, toArray } from './literals.ts';

export const conditions: Kinds = {
  StatementsNode: (c, n) => {
    const all = list(n, 'body').map((statement) => c.compile(statement));
    if (all.length === 1) return all[0]!;
    return (run) => {
      let value: unknown = null;
      for (const statement of all) value = statement(run);
      return value;
    };
  },
  ParenthesesNode: (c, n) => c.compile(node(n, 'body')),
  AndNode: (c, n) => {
    const [left, right] = sides(c, n);
    return (run) => {
      const value = left(run);
      return truthy(value) ? right(run) : value;
    };
  },
  OrNode: (c, n) => {
    const [left, right] = sides(c, n);
    return (run) => {
      const value = left(run);
      return truthy(value) ? value : right(run);
    };
  },
  IfNode: (c, n) => branch(c, n, 'subsequent', false),
  UnlessNode: (c, n) => branch(c, n, 'elseClause', true),
  ElseNode: (c, n) => c.compile(node(n, 'statements')),
  CaseNode: (c, n) => {
    const subject = node(n, 'predicate');
    const value = c.compile(subject);
    const branches = list(n, 'conditions').map((when) => ({
      tests: list(when, 'conditions').map((test) => whenTest(c, test, subject !== null)),
      body: c.compile(node(when, 'statements')),
    }));
    const otherwise = c.compile(node(n, 'elseClause'));
    return (run) => {
      const v = value(run);
      for (const { tests, body } of branches) {
        for (const test of tests) if (test(run, v)) return body(run);
      }
      return otherwise(run);
    };
  },
  DefinedNode: (c, n) => defined(c, node(n, 'value')!),
};

function sides(c: Compiler, n: Node): [Run, Run] {
  return [c.compile(node(n, 'left')), c.compile(node(n, 'right'))];
}

function branch(c: Compiler, n: Node, otherwise: string, negate: boolean): Run {
  const test = c.compile(node(n, 'predicate'));
  const yes = c.compile(node(n, 'statements'));
  const no = c.compile(node(n, otherwise));
  return (run) => (truthy(test(run)) !== negate ? yes(run) : no(run));
}

function whenTest(c: Compiler, n: Node, hasSubject: boolean): (run: Parameters<Run>[0], value: unknown) => boolean {
  const splat = n.type === 'SplatNode';
  const pattern = c.compile(splat ? node(n, 'expression') : n);
  const matches = (p: unknown, value: unknown) => {
    if (!hasSubject) return truthy(p);
    // A regexp in `when` also sets $~.
    return p instanceof RRegexp ? find(p, '===')!(p, [value], undefined) === true : caseEqual(p, value);
  };
  if (splat) return (run, value) => toArray(pattern(run)).some((p) => matches(p, value));
  return (run, value) => matches(pattern(run), value);
}

const DEFINED: Readonly<Record<string, string>> = {
  SelfNode: 'self',
  LocalVariableReadNode: 'local-variable',
  ItLocalVariableReadNode: 'local-variable',
  LocalVariableWriteNode: 'assignment',
  LocalVariableOrWriteNode: 'assignment',
  LocalVariableOperatorWriteNode: 'assignment',
};

function defined(c: Compiler, n: Node): Run {
  const word = DEFINED[n.type];
  if (word !== undefined) return () => word;
  if (n.type === 'InstanceVariableReadNode') return () => null;
  if (n.type === 'ConstantReadNode' || n.type === 'ConstantPathNode') {
    const known = Constant.isKnown(constantPath(n));
    return () => (known ? 'constant' : null);
  }
  if (n.type === 'ParenthesesNode') return defined(c, list(node(n, 'body') ?? n, 'body')[0] ?? n);
  if (n.type !== 'CallNode') return () => 'expression';
  const isVariable = node(n, 'receiver') === null && c.names.has(n['name'] as string);
  const value = c.compile(n);
  return (run) => {
    try {
      value(run);
      return isVariable ? 'local-variable' : 'method';
    } catch (error) {
      if (error instanceof RubyError) return null;
      throw error;
    }
  };
}
