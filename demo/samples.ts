/** Real log lines of a small cluster (see samples/LICENSE), endlessly repeated and numbered so that no two lines are equal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const SAMPLES = ['hadoop', 'hdfs', 'spark', 'zookeeper'] as const;
export type Sample = (typeof SAMPLES)[number];

export function sampleLines(sample: Sample): readonly string[] {
  return readFileSync(join(import.meta.dirname, 'samples', `${sample}.log`), 'utf8')
    .trimEnd()
    .split('\n');
}

/** A source of lines: `next(n)` gives n more of them, `… #0`, `… #1` and so on. */
export class NumberedLines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(sample: Sample) {
    this.#lines = sampleLines(sample);
  }

  next(count: number): string[] {
    return Array.from({ length: count }, () => `${this.#lines[this.#at % this.#lines.length]} #${this.#at++}`);
  }
}
