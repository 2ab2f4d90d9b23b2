import { isObject, type Json, type JsonObject } from '../json.ts';

/**
 * All leaf values under a dotted path: through arrays, and through keys that hold dots themselves
 * (`{"labels":{"app.kubernetes.io/name":"x"}}` has `labels.app.kubernetes.io/name`). Nulls are left out.
 */
export function valuesAt(source: JsonObject, path: string): Json[] {
  const found: Json[] = [];
  collect(source, path, found);
  return found;
}

function collect(value: Json, path: string, found: Json[]): void {
  if (Array.isArray(value)) {
    for (const element of value) collect(element, path, found);
    return;
  }
  if (!isObject(value)) return;
  const whole = value[path];
  if (whole !== undefined && Object.hasOwn(value, path)) collectLeaf(whole, found);
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    const inner = value[head];
    if (inner !== undefined && typeof inner === 'object' && Object.hasOwn(value, head)) {
      collect(inner as Json, path.slice(dot + 1), found);
    }
  }
}

function collectLeaf(value: Json, found: Json[]): void {
  if (Array.isArray(value)) for (const element of value) collectLeaf(element, found);
  else if (value !== null) found.push(value);
}

/** A wildcard text (`*`, `?`, backslash escapes) as an anchored pattern. */
export function wildcardToRegExp(pattern: string, flags = 's'): RegExp {
  const source = pattern.replace(/\\(.)|[\s\S]/gu, (part: string, escaped?: string) => {
    if (escaped !== undefined) return literal(escaped);
    return part === '*' ? '.*' : part === '?' ? '.' : literal(part);
  });
  return new RegExp(`^(?:${source})$`, `${flags}u`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
