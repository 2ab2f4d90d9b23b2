/** `begin` / `rescue` / `else` / `ensure`, and the `rescue` modifier. */
import { isException, RubyError } from '../objects.ts';
import type { Run, RunContext } from '../run.ts';
import { list, type Node, node } from '../tree.ts';
import type { Compiler, Kinds } from './compiler.ts';
import { constantPath } from './literals.ts';
import { target } from './variables.ts';

export const rescues: Kinds = {
  BeginNode: (c, n) => {
    const body = c.compile(node(n, 'statements'));
    const rescue = node(n, 'rescueClause');
    const handler = rescue === null ? undefined : handlerOf(c, rescue);
    const elseClause = node(n, 'elseClause');
    const otherwise = elseClause === null ? undefined : c.compile(elseClause);
    const ensure = node(n, 'ensureClause');
    const last = ensure === null ? undefined : c.compile(node(ensure, 'statements'));
    return (run) => {
      try {
        let value: unknown;
        try {
          value = body(run);
        } catch (thrown) {
          const error = asRuby(thrown);
          if (handler === undefined || error === undefined) throw thrown;
          return handler(run, error);
        }
        return otherwise === undefined ? value : otherwise(run);
      } finally {
        last?.(run);
      }
    };
  },
  RescueModifierNode: (c, n) => {
    const body = c.compile(node(n, 'expression'));
    const fallback = c.compile(node(n, 'rescueExpression'));
    return (run) => {
      try {
        return body(run);
      } catch (thrown) {
        const error = asRuby(thrown);
        if (error !== undefined && isException(error.className, 'StandardError')) return fallback(run);
        throw thrown;
      }
    };
  },
};

/** A method that met a value it cannot work with may fail in JavaScript; in Ruby that is a TypeError. */
export function asRuby(thrown: unknown): RubyError | undefined {
  if (thrown instanceof RubyError) return thrown;
  if (thrown instanceof RangeError) return new RubyError('RangeError', thrown.message);
  return thrown instanceof TypeError ? new RubyError('TypeError', thrown.message) : undefined;
}

function handlerOf(c: Compiler, n: Node): (run: RunContext, error: RubyError) => unknown {
  const types = list(n, 'exceptions').map((type) => constantPath(type));
  const reference = node(n, 'reference');
  const assign = reference === null ? undefined : target(c, reference);
  const body: Run = c.compile(node(n, 'statements'));
  const next = node(n, 'subsequent');
  const other = next === null ? undefined : handlerOf(c, next);
  const wanted = types.length === 0 ? ['StandardError'] : types;
  return (run, error) => {
    if (wanted.some((type) => isException(error.className, type))) {
      assign?.(run, error);
      return body(run);
    }
    if (other === undefined) throw error;
    return other(run, error);
  };
}
