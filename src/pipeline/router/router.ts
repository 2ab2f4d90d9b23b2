/**
 * A router holds the filters and matches of one label (or of the root) in the order of the configuration and sends each
 * stream through the filters that stand before the first match of its tag.
 *
 * Guarantees: what meets a tag is found once, at first sight (a `Plan`); plans of rare tags are forgotten (bounded), so
 * endless tags cost no memory. A stream without a match is dropped with one warning per tag.
 */
import { LRUCache } from 'lru-cache';
import type { EventStream } from '../core/event.ts';
import type { Filter, FilterStep } from '../plugin.ts';
import type { TagPattern } from './pattern.ts';
import { type Stage, Taps } from './taps.ts';

/** Where a stream ends: an output with or without buffer, or another router. */
export interface Sink {
  emit(stream: EventStream): void | Promise<void>;
}

export interface FilterRule {
  readonly pattern: TagPattern;
  readonly filter: Filter;
  /** `@id` or type, for taps. */
  readonly name?: string;
  /** Takes the number of events that come to the filter. */
  readonly counted: { emit_records: number };
}
export interface MatchRule {
  readonly pattern: TagPattern;
  readonly name?: string;
  readonly sink: Sink;
}
export type Rule = FilterRule | MatchRule;

/** Plans kept: above the number of containers a node runs (250) and of tags their restarts leave. */
const MAX_PLANS = 4096;

/** Compiled route of one tag. */
interface Plan {
  readonly steps: readonly FilterStep[];
  readonly filters: readonly Filter[];
  readonly sink: Sink | undefined;
  readonly taps: Taps;
  readonly output: Stage;
}

export class Router {
  readonly #rules: Rule[] = [];
  readonly #plans = new LRUCache<string, Plan>({ max: MAX_PLANS });
  readonly #onNoMatch: (tag: string) => void;
  readonly #taps: Taps;
  readonly #label: string;

  constructor(onNoMatch: (tag: string) => void, taps = new Taps(), label = '@ROOT') {
    this.#onNoMatch = onNoMatch;
    this.#taps = taps;
    this.#label = label;
  }

  add(rule: Rule): void {
    this.#rules.push(rule);
    this.#plans.clear();
  }

  /** Resolves (or returns) when the sink has taken the stream. */
  emit(stream: EventStream): void | Promise<void> {
    if (this.#taps.active) this.#taps.see({ at: 'emit', label: this.#label, plugin: '' }, stream);
    const plan = this.#plan(stream.tag);
    if (plan.sink === undefined) return this.#onNoMatch(stream.tag);
    return run(plan, stream, 0);
  }

  /** Continues after `filter`, for filters that hold events back and emit them later. */
  emitAfter(filter: Filter, stream: EventStream): void | Promise<void> {
    const plan = this.#plan(stream.tag);
    return run(plan, stream, plan.filters.indexOf(filter) + 1);
  }

  /** True where the tag meets a match; filters alone do not count. */
  hasMatch(tag: string): boolean {
    return this.#plan(tag).sink !== undefined;
  }

  /** Where the tag's streams end; undefined where it has no match. */
  sinkOf(tag: string): Sink | undefined {
    return this.#plan(tag).sink;
  }

  #plan(tag: string): Plan {
    let plan = this.#plans.get(tag);
    if (plan === undefined) {
      plan = this.#compile(tag);
      this.#plans.set(tag, plan);
    }
    return plan;
  }

  #compile(tag: string): Plan {
    const rules: FilterRule[] = [];
    for (const rule of this.#rules) {
      if (!rule.pattern.matches(tag)) continue;
      if ('sink' in rule) {
        const failedPass = rules.every(({ filter }) => filter.wholeStreams !== true);
        return {
          steps: rules.map((found) => this.#tapped(found, counting(found, found.filter.plan(tag, failedPass)))),
          filters: rules.map((found) => found.filter),
          sink: rule.sink,
          taps: this.#taps,
          output: { at: 'output', label: this.#label, plugin: rule.name ?? '' },
        };
      }
      rules.push(rule);
    }
    const output: Stage = { at: 'output', label: this.#label, plugin: '' };
    return { steps: [], filters: [], sink: undefined, taps: this.#taps, output };
  }

  #tapped({ name = '' }: FilterRule, step: FilterStep): FilterStep {
    const taps = this.#taps;
    const before: Stage = { at: 'before', label: this.#label, plugin: name };
    const after: Stage = { at: 'after', label: this.#label, plugin: name };
    return (stream) => {
      if (!taps.active) return step(stream);
      taps.see(before, stream);
      const next = step(stream);
      const seen = (result: EventStream) => {
        taps.see(after, result);
        return result;
      };
      return next instanceof Promise ? next.then(seen) : seen(next);
    };
  }
}

function counting({ counted }: FilterRule, step: FilterStep): FilterStep {
  return (stream) => {
    counted.emit_records += stream.length;
    return step(stream);
  };
}

/** Runs the steps from `from` on; promises are awaited per stream, and only where a step gives one. */
function run(plan: Plan, stream: EventStream, from: number): void | Promise<void> {
  let current = stream;
  for (let i = from; i < plan.steps.length; i++) {
    if (current.length === 0) return;
    const next = plan.steps[i]!(current);
    if (next instanceof Promise) {
      current.keep();
      return next.then((resolved) => run(plan, resolved, i + 1));
    }
    current = next;
  }
  if (current.length === 0) return;
  if (plan.taps.active) plan.taps.see(plan.output, current);
  return plan.sink?.emit(current);
}
