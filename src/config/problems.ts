/** Collects what is wrong with a configuration, so that all of it is told at once, each with its place. */
import type { Place } from './element.ts';

export interface Problem extends Place {
  readonly severity: 'error' | 'warn';
  readonly message: string;
}

export class Problems {
  readonly list: Problem[] = [];

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
  #add(problem: Problem): void {
    const same = (p: Problem) => p.line === problem.line && p.file === problem.file && p.message === problem.message;
    if (!this.list.some(same)) this.list.push(problem);
  }
}

export function problemText(problem: Problem): string {
  return `${problem.file}:${problem.line}: ${problem.message}`;
}
