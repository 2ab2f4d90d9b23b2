/** Programs: Ruby text parsed by Ruby's own parser and compiled once; and what a caller may conclude from what it reads. */
import type { Value } from '../pipeline/core/value.ts';
import { CompileError, Compiler } from './compile.ts';
import { fromRuby } from './convert.ts';
import type { RecordAccess, RunContext } from './run.ts';
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

interface ParseResult {
  readonly value: unknown;
  readonly errors: readonly { readonly message: string }[];
}

let parse: ((source: string) => ParseResult) | undefined;

/** Loads Ruby's parser (WebAssembly, about 1 MB): only configurations that contain Ruby need it. */
export async function loadRuby(): Promise<void> {
  if (parse !== undefined) return;
  const { loadPrism } = await import('@ruby/prism');
  parse = (await loadPrism()) as unknown as typeof parse;
}

const NO_RECORD: RecordAccess = { get: () => null, toObject: () => ({}) };

/**
 * @param variables names that the caller gives at run time; `record` among them is the record
 * @throws CompileError for a syntax error or what is not supported
 */
export function compileRuby(source: string, variables: readonly string[]): Program {
  if (parse === undefined) throw new CompileError("Ruby's parser has not been loaded");
  const result = parse(source);
  if (result.errors.length > 0) {
    throw new CompileError(
      `syntax error in Ruby: ${result.errors.map((error) => error.message).join(', ')}: ${source}`,
    );
  }
  const tree = plainTree(result.value) as Node;
  const compiler = new Compiler(variables);
  const run = compiler.compile(tree);
  const { uses } = compiler;
  const context = new Context(uses.locals);
  return {
    run(record, values) {
      context.begin(record, values);
      return fromRuby(run(context));
    },
    deps: {
      recordKeys: uses.wholeRecord ? 'all' : [...uses.recordKeys],
      variables: [...uses.variables],
      pure: !uses.impure,
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
  locals: Record<string, unknown> = Object.create(null);
  readonly #usesLocals: boolean;
  #map: Map<string, unknown> | undefined;

  constructor(usesLocals: boolean) {
    this.#usesLocals = usesLocals;
  }

  begin(record: RecordAccess, variables: Readonly<Record<string, unknown>>): void {
    this.record = record;
    this.variables = variables;
    this.#map = undefined;
    if (this.#usesLocals) this.locals = Object.create(null);
  }

  recordMap(): Map<string, unknown> {
    this.#map ??= new Map(Object.entries(this.record.toObject()));
    return this.#map;
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
