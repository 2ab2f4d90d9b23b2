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
