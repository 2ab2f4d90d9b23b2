/**
 * Ruby's syntax tree (from Ruby's own parser, prism) → JavaScript closures, once at start.
 *
 * Guarantees: what is wrong at run time is a RubyError as Ruby would raise it. Each node becomes one closure that takes the run's context;
 * nothing is looked up by name per run that can be looked up here. The kinds of nodes are in the files beside this one, by
 * subject. Leaves templates to placeholder.ts, `#{}` of config values to embedded.ts.
 */
import '../methods/index.ts';
import { calls } from './calls.ts';
import { Compiler, type Kinds } from './compiler.ts';
import { conditions } from './conditions.ts';
import { literals } from './literals.ts';
import { loops } from './loops.ts';
import { rescues } from './rescue.ts';
import { variables } from './variables.ts';

const KINDS: Kinds = { ...literals, ...conditions, ...loops, ...rescues, ...variables, ...calls };

/** `names`: those that the caller gives at run time. */
export function newCompiler(names: readonly string[], source: string): Compiler {
  return new Compiler(KINDS, names, source);
}
