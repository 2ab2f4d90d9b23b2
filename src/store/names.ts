/** Index expressions: comma lists, `*`, exclusions with `-`, `_all`. */
import { wildcardToRegExp } from './document/values.ts';
import type { Engine, Index } from './engine.ts';
import { indexNotFound } from './errors.ts';

export interface Leniency {
  readonly ignoreUnavailable: boolean;
  readonly allowNone: boolean;
}

/** @throws StoreError where an index that is named is not there */
export function resolve(engine: Engine, expression: string | undefined, leniency: Leniency): Set<Index> {
  const found = new Set<Index>();
  const names = expression === undefined || expression === '' || expression === '_all' ? ['*'] : expression.split(',');
  for (const name of names) {
    const isExclusion = name.startsWith('-') && found.size > 0;
    const pattern = isExclusion ? name.slice(1) : name;
    if (pattern.includes('*')) {
      const regexp = wildcardToRegExp(pattern);
      const before = found.size;
      for (const index of engine.indices.values()) {
        if (!regexp.test(index.name)) continue;
        if (isExclusion) found.delete(index);
        else found.add(index);
      }
      if (!leniency.allowNone && !isExclusion && found.size === before) throw indexNotFound(pattern);
      continue;
    }
    const index = engine.indices.get(pattern);
    if (index === undefined) {
      if (!leniency.ignoreUnavailable) throw indexNotFound(pattern);
    } else if (isExclusion) found.delete(index);
    else found.add(index);
  }
  return found;
}
