/** Collects what is wrong with a configuration, so that all of it is told at once, each with its place. */
import type { Place } from './element.ts';

export interface Problem extends Place {
  readonly severity: 'error' | 'warn';
  readonly message: string;
}

export class Problems {
  readonly list: Problem[] = [];
  #redact = (text: string): string => text;

  /** From now on, and in what was found so far, messages go through `redact`: they may hold values. */
  hide(redact: (text: string) => string): void {
    this.#redact = redact;
    for (const problem of this.list.splice(0)) this.#add(problem);
  }

  error(place: Place, message: string): void {
    this.#add({ severity: 'error', file: place.file, line: place.line, message });
  }

  warn(place: Place, message: string): void {
    this.#add({ severity: 'warn', file: place.file, line: place.line, message });
  }

  get errors(): readonly Problem[] {
    return this.list.filter((problem) => problem.severity === 'error');
  }

  get warnings(): readonly Problem[] {
    return this.list.filter((problem) => problem.severity === 'warn');
  }

  /** The same problem of the same place is told once (a shared section may be checked twice). */
  #add({ message, ...rest }: Problem): void {
    const problem = { ...rest, message: this.#redact(message) };
    const same = (p: Problem) => p.line === problem.line && p.file === problem.file && p.message === problem.message;
    if (!this.list.some(same)) this.list.push(problem);
  }
}

export function problemText(problem: Problem): string {
  return `${problem.file}:${problem.line}: ${problem.message}`;
}
