/** `while`, `until`, `break`, `next`, `return`. */
import { truthy } from '../methods/dispatch.ts';
import { RubyError } from '../objects.ts';
import { BreakSignal, NextSignal, ReturnSignal, type Run } from '../run.ts';
import { argumentsOf, type Node, node } from '../tree.ts';
import type { Compiler, Kinds } from './compiler.ts';

/** A configuration must not hang the agent: far more rounds than any sensible expression takes. */
export const MOST_ROUNDS = 100_000;

export const loops: Kinds = {
  WhileNode: (c, n) => loop(c, n, true),
  UntilNode: (c, n) => loop(c, n, false),
  BreakNode: (c, n) => {
    const value = given(c, n);
    return (run) => {
      throw new BreakSignal(value(run), run.scope);
    };
  },
  NextNode: (c, n) => {
    const value = given(c, n);
    return (run) => {
      throw new NextSignal(value(run));
    };
  },
  ReturnNode: (c, n) => {
    const value = given(c, n);
    return (run) => {
      throw new ReturnSignal(value(run));
    };
  },
};

/** No value is nil, several are an array. */
function given(c: Compiler, n: Node): Run {
  const values = argumentsOf(n).map((arg) => c.compile(arg));
  if (values.length < 2) return values[0] ?? (() => null);
  return (run) => values.map((value) => value(run));
}

function loop(c: Compiler, n: Node, wanted: boolean): Run {
  const test = c.compile(node(n, 'predicate'));
  const body = c.compile(node(n, 'statements'));
  // `begin … end while x` runs once before it looks.
  const bodyFirst = ((n['flags'] as number) & 4) !== 0;
  return (run) => {
    try {
      for (let i = 0; (bodyFirst && i === 0) || truthy(test(run)) === wanted; i++) {
        if (i > MOST_ROUNDS) throw new RubyError('RuntimeError', 'loop takes too long');
        try {
          body(run);
        } catch (signal) {
          if (!(signal instanceof NextSignal)) throw signal;
        }
      }
    } catch (signal) {
      if (signal instanceof BreakSignal && signal.from === run.scope) return signal.value;
      throw signal;
    }
    return null;
  };
}
