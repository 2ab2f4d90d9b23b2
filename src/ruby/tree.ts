/** Reading prism's tree: nodes are objects with a `type` and fields of their own. */

export interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

export function node(parent: Node, field: string): Node | null {
  return (parent[field] as Node | null | undefined) ?? null;
}

export function list(parent: Node, field: string): readonly Node[] {
  const value = parent[field];
  return Array.isArray(value) ? (value as Node[]) : [];
}

/** The text of a string, symbol or regexp. */
export function text(n: Node): string {
  return (n['unescaped'] as { value: string }).value;
}

interface Raw {
  toJSON?(): Record<string, unknown>;
}

/**
 * prism's nodes as plain objects: only their own `toJSON` gives the type, and the names of fields that are words of JavaScript
 * (`arguments`). Places are left out.
 */
export function plainTree(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainTree);
  const { toJSON } = (value ?? {}) as Raw;
  if (typeof toJSON !== 'function') return value;
  const fields = Object.entries(toJSON.call(value)).filter(([name]) => name !== 'location' && !name.endsWith('Loc'));
  return Object.fromEntries(fields.map(([name, field]) => [name, plainTree(field)]));
}
