/** The way of a tag through a configuration: filters, the match, labels, stores; without building anything. */
import type { Element } from '../../config/element.ts';
import { compilePattern } from '../../pipeline/router/pattern.ts';
import { compileRegexp } from '../../ruby/regexp.ts';
import { typeOf } from '../host.ts';

export interface Step {
  readonly element: Element;
  /** Of stores inside of others. */
  readonly depth: number;
}
export interface Stretch {
  readonly label: string;
  readonly steps: readonly Step[];
  /** Why the way ends here without an output. */
  readonly end?: string;
}

export const ROOT = '@ROOT';
/** Outputs that emit events again, with tags that depend on the events. */
const REEMITTING = new Set(['rewrite_tag_filter', 'detect_exceptions']);

/** The sections of a label in order; undefined where there is no such label. */
export function sectionsOfLabel(sections: readonly Element[], label: string): readonly Element[] | undefined {
  if (label === ROOT) return sections;
  return sections.find((section) => section.name === 'label' && section.arg.trim() === label)?.children;
}

export function routeOf(sections: readonly Element[], tag: string, label: string): Stretch[] {
  const out: Stretch[] = [];
  const seen = new Set<string>();
  const waiting = [label];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const inner = sectionsOfLabel(sections, next);
    if (inner === undefined) {
      out.push({ label: next, steps: [], end: `there is no <label ${next}>` });
      continue;
    }
    const { steps, end } = stepsOf(inner, tag);
    out.push({ label: next, steps, ...(end === undefined ? {} : { end }) });
    for (const { element } of steps) {
      const target = element.name === 'filter' ? undefined : element.text('@label');
      if (target !== undefined) waiting.push(target);
    }
  }
  return out;
}

function stepsOf(sections: readonly Element[], tag: string): { steps: Step[]; end: string | undefined } {
  const steps: Step[] = [];
  for (const element of sections) {
    if (element.name !== 'filter' && element.name !== 'match') continue;
    if (!compilePattern(element.arg, (source) => compileRegexp(source, '')).matches(tag)) continue;
    steps.push({ element, depth: 0 }, ...stores(element, 1));
    if (element.name === 'match') return { steps, end: ending(element) };
  }
  return { steps, end: 'no <match> takes the tag: its events are dropped with a warning' };
}

function stores(element: Element, depth: number): Step[] {
  return element.children
    .filter((child) => child.name === 'store')
    .flatMap((child) => [{ element: child, depth }, ...stores(child, depth + 1)]);
}

function ending(element: Element): string | undefined {
  const type = typeOf(element) ?? '';
  return REEMITTING.has(type)
    ? `${type} emits the events again, with a tag that depends on them: explain that tag`
    : undefined;
}
