/** Programs: Ruby text parsed by Ruby's own parser and compiled once; and what a caller may conclude from what it reads. */
import { stringifyJson, type Value } from '../pipeline/core/value.ts';
import { CompileError } from './compile/compiler.ts';
import { newCompiler } from './compile/index.ts';
import { asRuby } from './compile/rescue.ts';
import { fromRuby, toChangeable } from './convert.ts';
import { RHash } from './hash.ts';
import { setLastMatch } from './match.ts';
import { RubyError } from './objects.ts';
import { parseRuby } from './parser.ts';
import {
  BreakSignal,
  NextSignal,
  type RecordAccess,
  ReturnSignal,
  type Run,
  type RunContext,
  type Scope,
} from './run.ts';
import { list, type Node, node, plainTree, text } from './tree.ts';

export interface Program {
  /** Runs on a record and the caller's variables. @throws RubyError */
  run(record: RecordAccess, variables: Readonly<Record<string, unknown>>): Value;
  readonly deps: {
    /** Top-level fields that are read; 'all' where the record is used as a whole. */
    readonly recordKeys: readonly string[] | 'all';
    readonly variables: readonly string[];
    /** False where two runs on the same record may differ. */
    readonly pure: boolean;
  };
  /** Set when the program is just `record["key"]`. */
  readonly simpleField?: string;
}

const NO_RECORD: RecordAccess = { get: () => null, toObject: () => ({}) };

/**
 * @param variables names that the caller gives at run time; `record` among them is the record
 * @throws CompileError for a syntax error or what is not supported
 */
export function compileRuby(source: string, variables: readonly string[]): Program {
  const result = parseRuby(source);
  if (result.errors.length > 0) {
    throw new CompileError(
      `syntax error in Ruby: ${result.errors.map((error) => error.message).join(', ')}: ${source}`,
    );
  }
  const tree = plainTree(result.value) as Node;
  const compiler = newCompiler(variables, source);
  const run = compiler.compile(tree);
  const { uses } = compiler;
  const context = new Context(uses.mutates);
  return {
    run: (record, values) => context.run(run, record, values),
    deps: {
      recordKeys: uses.wholeRecord || uses.mutates ? 'all' : [...uses.recordKeys],
      variables: [...uses.variables],
      pure: !uses.impure && !uses.mutates,
    },
    ...fieldOf(tree),
  };
}

/** Runs an expression that sees no record. */
export function evaluate(source: string, variables: Readonly<Record<string, unknown>>): unknown {
  return compileRuby(source, Object.keys(variables)).run(NO_RECORD, variables);
}

/** One context per program, used again for each run: runs never nest. */
class Context implements RunContext {
  record: RecordAccess = NO_RECORD;
  variables: Readonly<Record<string, unknown>> = {};
  scope: Scope = { slots: [], up: undefined, owner: undefined };
  readonly #changes: boolean;
  #map: RHash | undefined;
  /** Hashes and arrays of the record as they were given to the program. */
  #given: { key: string; value: unknown; before: string }[] = [];

  constructor(changes: boolean) {
    this.#changes = changes;
  }

  run(program: Run, record: RecordAccess, variables: Readonly<Record<string, unknown>>): Value {
    this.record = record;
    this.variables = variables;
    this.#map = undefined;
    this.#given = [];
    this.scope = { slots: [], up: undefined, owner: undefined };
    setLastMatch(null);
    try {
      return fromRuby(program(this));
    } catch (signal) {
      if (signal instanceof ReturnSignal) return fromRuby(signal.value);
      if (signal instanceof BreakSignal || signal instanceof NextSignal)
        throw new RubyError('LocalJumpError', 'break or next outside of a block');
      throw asRuby(signal) ?? signal;
    } finally {
      if (this.#changes) this.#giveBack();
    }
  }

  recordMap(): RHash {
    if (this.#map !== undefined) return this.#map;
    const fields = Object.entries(this.record.toObject());
    this.#map = RHash.of(this.#changes ? fields.map(([key, value]) => [key, this.#changeable(key, value)]) : fields);
    return this.#map;
  }

  #changeable(key: string, value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const copy = toChangeable(value);
    if (copy !== value) this.#given.push({ key, value: copy, before: stringifyJson(value as Value) });
    return copy;
  }

  /** A hash that the record holds is the record's own in Ruby: what was done to it is seen by whoever reads it next. */
  #giveBack(): void {
    for (const { key, value, before } of this.#given) {
      const after = fromRuby(value);
      if (stringifyJson(after) !== before) this.record.set?.(key, after);
    }
  }
}

/** `record["key"]` alone. */
function fieldOf(program: Node): { simpleField?: string } {
  const body = list(node(program, 'statements') ?? program, 'body');
  const call = body[0];
  if (body.length !== 1 || call?.type !== 'CallNode' || call['name'] !== '[]') return {};
  const receiver = node(call, 'receiver');
  const args = list(node(call, 'arguments') ?? call, 'arguments');
  if (receiver?.type !== 'CallNode' || receiver['name'] !== 'record' || node(receiver, 'receiver') !== null) return {};
  return args.length === 1 && args[0]!.type === 'StringNode' ? { simpleField: text(args[0]!) } : {};
}
