/** Real log lines, endlessly repeated and numbered so that no two of a source are equal. */
import { sampleLines } from '../../demo/job.ts';

export const SAMPLES = ['hadoop', 'hdfs', 'spark', 'zookeeper'] as const;

export class NumberedLines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(sample: (typeof SAMPLES)[number]) {
    this.#lines = sampleLines(sample);
  }

  next(count: number): string[] {
    return Array.from({ length: count }, () => `${this.#lines[this.#at % this.#lines.length]} #${this.#at++}`);
  }
}
