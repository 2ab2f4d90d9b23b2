/** The state machine that finds stack traces in a stream of lines, and the rules of several languages compiled for it. */
import { compileLineRegexp } from '../../../ruby/line-regexp.ts';
import { PluginConfigError } from '../../core/errors.ts';
import { LANGUAGES, START } from './rules.ts';

/** A line belongs to no trace, starts one, is inside of one, or ends one. */
export type Verdict = 'no_trace' | 'start_trace' | 'inside_trace' | 'end_trace';

interface State {
  readonly name: string;
  readonly rules: { readonly test: (line: string) => boolean; readonly to: State }[];
}

/** The state a trace begins from. @throws PluginConfigError for an unknown language */
export function compileStates(languages: readonly string[]): State {
  const states = new Map<string, State>();
  const stateOf = (name: string) => {
    const state = states.get(name) ?? { name, rules: [] };
    states.set(name, state);
    return state;
  };
  const known = new Set<string>();
  for (const language of languages.length === 0 ? ['all'] : languages) {
    const rules = LANGUAGES[language.toLowerCase()];
    if (rules === undefined) throw new PluginConfigError(`Unknown language: ${language}`);
    for (const { from, pattern, to } of rules) {
      for (const name of from) {
        const key = `${name} ${to} ${pattern}`;
        if (known.has(key)) continue;
        known.add(key);
        stateOf(name).rules.push({ test: testerOf(pattern), to: stateOf(to) });
      }
    }
  }
  return stateOf(START);
}

/**
 * A line end at the end of a line changes nothing for these patterns, unless they ask for it or nothing stands before it: without it the regexp
 * for one line will do, which is the quicker one.
 */
function testerOf(pattern: string): (line: string) => boolean {
  const regexp = compileLineRegexp(pattern, '', 'bytes');
  if (pattern.includes('\\n') && !pattern.startsWith('^')) return (line) => regexp.test(line);
  return (line) => regexp.test(line.charCodeAt(line.length - 1) === 10 && !BLANK.test(line) ? line.slice(0, -1) : line);
}

const BLANK = /^\s*$/;

export class Detector {
  readonly #start: State;
  #state: State;

  constructor(start: State) {
    this.#start = start;
    this.#state = start;
  }

  update(line: string): Verdict {
    const fresh = this.#state === this.#start;
    const before = this.#step(line);
    // What ends one trace may begin the next one.
    if (!before && !fresh) this.#step(line);
    const after = this.#state !== this.#start;
    if (before) return fresh && after ? 'start_trace' : after ? 'inside_trace' : 'end_trace';
    return after ? 'start_trace' : 'no_trace';
  }

  reset(): void {
    this.#state = this.#start;
  }

  /** False where no rule fits; then the machine is at its start. */
  #step(line: string): boolean {
    for (const { test, to } of this.#state.rules) {
      if (!test(line)) continue;
      this.#state = to;
      return true;
    }
    this.#state = this.#start;
    return false;
  }
}
