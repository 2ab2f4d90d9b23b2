/** Retry state of an output: how long to wait and when to give up, by Fluentd's rules. */
import type { ConfigOf } from '../../config/schema.ts';
import type { bufferSchema } from './schema.ts';

export type RetryVerdict = 'retry' | 'secondary' | 'give up';

export class Retry {
  readonly #config: ConfigOf<typeof bufferSchema>;
  readonly #startedAt: number;
  readonly #hasSecondary: boolean;
  steps = 0;
  /** Milliseconds since the epoch. */
  nextAt = 0;

  constructor(config: ConfigOf<typeof bufferSchema>, now: number, hasSecondary: boolean) {
    this.#config = config;
    this.#startedAt = now;
    this.#hasSecondary = hasSecondary;
  }

  /** As monitor_agent tells it; seconds since the epoch. */
  stats(): { start: number; steps: number; next_time: number } {
    return { start: this.#startedAt / 1000, steps: this.steps, next_time: this.nextAt / 1000 };
  }

  /** Another failure at `now`; `after`: the server's own Retry-After in seconds. */
  fail(now: number, after?: number): RetryVerdict {
    const {
      retry_max_times: times,
      retry_forever: forever,
      retry_timeout: timeout,
      retry_secondary_threshold: threshold,
    } = this.#config;
    this.steps++;
    this.nextAt = now + Math.max(this.#wait(), (after ?? 0) * 1000);
    if (forever) return 'retry';
    const elapsed = (this.nextAt - this.#startedAt) / 1000;
    if ((times !== undefined && this.steps > times) || elapsed > timeout) return 'give up';
    return this.#hasSecondary && elapsed > timeout * threshold ? 'secondary' : 'retry';
  }

  /** Milliseconds. */
  #wait(): number {
    const {
      retry_wait: wait,
      retry_type: type,
      retry_exponential_backoff_base: base,
      retry_max_interval: max,
      retry_randomize: random,
    } = this.#config;
    const raw = type === 'periodic' ? wait : wait * base ** Math.min(this.steps - 1, 60);
    const bounded = Math.min(raw, max ?? Number.POSITIVE_INFINITY);
    return 1000 * (random ? bounded * (0.875 + Math.random() * 0.25) : bounded);
  }
}
