/**
 * Blocks and lambdas. Each call has a scope of its own inside the scope it was written in. A block takes one array apart where
 * it has several parameters and does not mind missing or extra arguments; a lambda minds both.
 */
import type { Block } from '../methods/dispatch.ts';
import { Proc, RubyError } from '../objects.ts';
import { NextSignal, ReturnSignal, type Run, type RunContext, type Scope } from '../run.ts';
import { list, type Node, node } from '../tree.ts';
import type { Compiler } from './compiler.ts';
import { target, write } from './variables.ts';

type Assign = (run: RunContext, value: unknown) => void;

interface Parameters {
  readonly required: readonly Assign[];
  readonly optional: readonly { assign: Assign; fallback: Run }[];
  readonly rest: Assign | undefined;
  readonly hasRest: boolean;
  readonly posts: readonly Assign[];
  /** One array is taken apart: several parameters, or `|a, |`. */
  readonly spreads: boolean;
}

/** Makes a block when the run comes by. */
export type MakeBlock = (run: RunContext) => Block;

export function blockOf(c: Compiler, n: Node, isLambda = false): { make: MakeBlock; arity: number } {
  return c.inScope((n['locals'] as string[] | undefined) ?? [], () => {
    const params = parameters(c, n);
    const body = c.compile(node(n, 'body'));
    const arity = params.required.length + params.posts.length;
    const loose = params.optional.length > 0 || params.hasRest;
    const make: MakeBlock = (run) => {
      const up = run.scope;
      const block: Block = (...args) => {
        if (isLambda) checkCount(params, args.length);
        const scope: Scope = { slots: [], up, owner: block };
        const before = run.scope;
        run.scope = scope;
        try {
          assignAll(params, run, params.spreads && !isLambda ? spread(args) : args);
          return body(run);
        } catch (signal) {
          if (signal instanceof NextSignal) return signal.value;
          if (isLambda && signal instanceof ReturnSignal) return signal.value;
          throw signal;
        } finally {
          run.scope = before;
        }
      };
      return block;
    };
    return { make, arity: loose ? -arity - 1 : arity };
  });
}

export function lambda(c: Compiler, n: Node): Run {
  const { make, arity } = blockOf(c, n, true);
  return (run) => new Proc(make(run), arity, true);
}

function spread(args: unknown[]): unknown[] {
  return args.length === 1 && Array.isArray(args[0]) ? args[0] : args;
}

function checkCount(params: Parameters, given: number): void {
  const least = params.required.length + params.posts.length;
  const most = params.hasRest ? Number.POSITIVE_INFINITY : least + params.optional.length;
  if (given >= least && given <= most) return;
  throw new RubyError('ArgumentError', `wrong number of arguments (given ${given}, expected ${least})`);
}

function assignAll(params: Parameters, run: RunContext, args: readonly unknown[]): void {
  const { required, optional, posts } = params;
  let at = 0;
  for (const assign of required) assign(run, args[at++] ?? null);
  const spare = Math.max(0, args.length - required.length - posts.length);
  optional.forEach(({ assign, fallback }, i) => {
    assign(run, i < spare ? args[at++] : fallback(run));
  });
  const end = Math.max(at, args.length - posts.length);
  params.rest?.(run, args.slice(at, end));
  if (params.hasRest) at = end;
  for (const assign of posts) assign(run, args[at++] ?? null);
}

const NONE: Parameters = { required: [], optional: [], rest: undefined, hasRest: false, posts: [], spreads: false };

function parameters(c: Compiler, n: Node): Parameters {
  const params = node(n, 'parameters');
  if (params === null) return NONE;
  if (params.type === 'NumberedParametersNode') {
    const count = params['maximum'] as number;
    const required = Array.from({ length: count }, (_, i) => write(c, `_${i + 1}`, 0));
    return { ...NONE, required, spreads: count > 1 };
  }
  if (params.type === 'ItParametersNode') return { ...NONE, required: [write(c, 'it', 0)] };
  const inner = node(params, 'parameters');
  return inner === null ? NONE : named(c, inner);
}

function named(c: Compiler, inner: Node): Parameters {
  const odd = list(inner, 'keywords')[0] ?? node(inner, 'keywordRest') ?? node(inner, 'block');
  if (odd !== null) throw c.unsupported('a keyword or block parameter', odd);
  const required = list(inner, 'requireds').map((p) => target(c, p));
  const optional = list(inner, 'optionals').map((p) => ({
    assign: write(c, p['name'] as string, 0),
    fallback: c.compile(node(p, 'value')),
  }));
  const posts = list(inner, 'posts').map((p) => target(c, p));
  const rest = node(inner, 'rest');
  const restName = rest?.['name'] as string | null | undefined;
  const count = required.length + optional.length + posts.length;
  return {
    required,
    optional,
    posts,
    rest: typeof restName === 'string' ? write(c, restName, 0) : undefined,
    hasRest: rest?.type === 'RestParameterNode',
    spreads: count > 1 || (rest !== null && count > 0),
  };
}
