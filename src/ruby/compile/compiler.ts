/**
 * What compiles a program: the kinds of nodes it is given, the scopes around the node at hand, and what was found on the way.
 *
 * Guarantees: what cannot be compiled is a CompileError that names the construct or method and its place.
 */
import type { Run } from '../run.ts';
import type { Node } from '../tree.ts';

export class CompileError extends Error {}

/** What a program reads and does, found while compiling. */
export interface Uses {
  readonly recordKeys: Set<string>;
  wholeRecord: boolean;
  readonly variables: Set<string>;
  impure: boolean;
  /** Some method may change its receiver: then hashes and arrays of the record are copied before the run. */
  mutates: boolean;
}

/** Compiles the nodes of some types. */
export type Kinds = Readonly<Record<string, (compiler: Compiler, n: Node) => Run>>;

export class Compiler {
  readonly uses: Uses = {
    recordKeys: new Set(),
    wholeRecord: false,
    variables: new Set(),
    impure: false,
    mutates: false,
  };
  /** Names that the caller gives at run time. */
  readonly names: ReadonlySet<string>;
  readonly #kinds: Kinds;
  readonly #source: string;
  /** Names of the local variables of the scopes around the node at hand, innermost last. */
  readonly #scopes: string[][] = [];

  constructor(kinds: Kinds, names: readonly string[], source: string) {
    this.#kinds = kinds;
    this.names = new Set(names);
    this.#source = source;
  }

  compile(n: Node | null): Run {
    if (n === null) return () => null;
    const kind = this.#kinds[n.type];
    if (kind === undefined) throw this.unsupported(n.type.replace(/Node$/, ''), n);
    return kind(this, n);
  }

  unsupported(what: string, n: Node): CompileError {
    return new CompileError(`${what} is not supported in configurations (${this.place(n)})`);
  }

  /** The text of a node as it was written. */
  written(n: Node): string {
    return Buffer.from(this.#source).subarray(n.at, n.end).toString();
  }

  /** `column 12 of "record…"`; lines are counted only where there are several. */
  place(n: Node): string {
    const before = Buffer.from(this.#source).subarray(0, n.at).toString();
    const lines = before.split('\n');
    const line = lines.length > 1 ? `line ${lines.length}, ` : '';
    const shown = this.#source.length > 80 ? `${this.#source.slice(0, 80)}…` : this.#source;
    return `${line}column ${lines.at(-1)!.length + 1} of ${JSON.stringify(shown)}`;
  }

  /** Compiles inside a new scope; gives the result and how many variables the scope has. */
  inScope<T>(locals: readonly string[], work: () => T): T {
    this.#scopes.push([...locals]);
    try {
      return work();
    } finally {
      this.#scopes.pop();
    }
  }

  /** Place of a local variable: its scope (0 is the innermost) and its index there. */
  local(name: string, depth: number): number {
    const scope = this.#scopes[this.#scopes.length - 1 - depth]!;
    const at = scope.indexOf(name);
    if (at >= 0) return at;
    scope.push(name);
    return scope.length - 1;
  }
}
