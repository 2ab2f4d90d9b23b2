/** Blocks and lambdas: parameters by position, a pair taken apart where a block has several, `_1`, `it`. */
import type { Compiler } from './compile.ts';
import type { Block } from './methods/dispatch.ts';
import { NextSignal, type Run, type RunContext } from './run.ts';
import { list, type Node, node } from './tree.ts';

interface Parameter {
  readonly name: string;
  readonly fallback?: Run;
}

export function blockFunction(compiler: Compiler, n: Node): (c: RunContext) => Block {
  const names = parameters(compiler, n);
  const rest = restName(n);
  const grouped = hasGroup(n);
  const body = compiler.compile(node(n, 'body'));
  return (c) =>
    (...args) => {
      const outer = args.length === 1 && names.length > 1 && Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
      const given = grouped ? outer.flat(1) : outer;
      const before = c.locals;
      // A scope of its own that still sees and sets the outer variables would need cells; parameters shadow, others are shared.
      const saved = names.map(({ name }) => before[name]);
      names.forEach(({ name, fallback }, i) => {
        before[name] = i < given.length ? given[i] : (fallback?.(c) ?? null);
      });
      if (rest !== undefined) before[rest] = given.slice(names.length);
      try {
        return body(c);
      } catch (signal) {
        if (signal instanceof NextSignal) return signal.value;
        throw signal;
      } finally {
        names.forEach(({ name }, i) => {
          before[name] = saved[i];
        });
      }
    };
}

function parameters(compiler: Compiler, n: Node): Parameter[] {
  const params = node(n, 'parameters');
  if (params === null) return [];
  if (params.type === 'NumberedParametersNode')
    return Array.from({ length: params['maximum'] as number }, (_, i) => ({ name: `_${i + 1}` }));
  if (params.type === 'ItParametersNode') return [{ name: 'it' }];
  const inner = node(params, 'parameters');
  if (inner === null) return [];
  const required = list(inner, 'requireds').flatMap(names);
  const optional = list(inner, 'optionals').map(
    (p): Parameter => ({ name: p['name'] as string, fallback: compiler.compile(node(p, 'value')) }),
  );
  return [...required, ...optional];
}

/** `|(a, b), c|` takes a pair apart: its names in order. */
function names(p: Node): Parameter[] {
  return p.type === 'MultiTargetNode' ? list(p, 'lefts').flatMap(names) : [{ name: p['name'] as string }];
}

function restName(n: Node): string | undefined {
  const inner = node(node(n, 'parameters') ?? n, 'parameters');
  return inner === null ? undefined : (node(inner, 'rest')?.['name'] as string | undefined);
}

/** `|(key, value), memo|`: a pair in parentheses is taken apart. */
function hasGroup(n: Node): boolean {
  const inner = node(node(n, 'parameters') ?? n, 'parameters');
  return inner !== null && list(inner, 'requireds').some((p) => p.type === 'MultiTargetNode');
}
