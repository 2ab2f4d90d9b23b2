/** Reading prism's tree: nodes are objects with a `type`, the byte where they begin (`at`) and fields of their own. */

export interface Node {
  readonly type: string;
  /** Byte offset in the source. */
  readonly at: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export function node(parent: Node, field: string): Node | null {
  return (parent[field] as Node | null | undefined) ?? null;
}

export function list(parent: Node, field: string): readonly Node[] {
  const value = parent[field];
  return Array.isArray(value) ? (value as Node[]) : [];
}

/** The nodes in the arguments of a call, `break`, `next` or `return`. */
export function argumentsOf(n: Node): readonly Node[] {
  const args = node(n, 'arguments');
  return args === null ? [] : list(args, 'arguments');
}

/** The text of a string, symbol or regexp. */
export function text(n: Node): string {
  return (n['unescaped'] as { value: string }).value;
}

interface Raw {
  toJSON?(): Record<string, unknown>;
  location?: { startOffset: number; length: number };
  messageLoc?: { startOffset: number } | null;
}

/**
 * prism's nodes as plain objects: only their own `toJSON` gives the type, and the names of fields that are words of JavaScript
 * (`arguments`). Of the places only beginning and end are kept; a call begins at its method's name.
 */
export function plainTree(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainTree);
  const raw = (value ?? {}) as Raw;
  if (typeof raw.toJSON !== 'function') return value;
  const fields = Object.entries(raw.toJSON.call(value)).filter(
    ([name]) => name !== 'location' && !name.endsWith('Loc'),
  );
  const at = raw.messageLoc?.startOffset ?? raw.location?.startOffset ?? 0;
  const end = (raw.location?.startOffset ?? 0) + (raw.location?.length ?? 0);
  return { ...Object.fromEntries(fields.map(([name, field]) => [name, plainTree(field)])), at, end };
}
