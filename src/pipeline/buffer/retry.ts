/**
 * Retry state of an output: how long to wait and when to give up, by Fluentd's rules.
 *
 * Waits grow as the parameters say. `retry_randomize` makes them random: anywhere between nothing and the whole wait (full jitter: a thousand
 * nodes that lost the same cluster come back spread over all of it), but within an eighth of it, as in Fluentd, where `retry_max_times`
 * counts the tries: shorter waits would give up sooner. While a server refuses who asks (401, 403) nothing is given up.
 */
import type { ConfigOf } from '../../config/schema.ts';
import type { bufferSchema } from './schema.ts';

export type RetryVerdict = 'retry' | 'secondary' | 'give up';

/** What an error may tell of the next try. */
export interface RetryHints {
  /** The server's own Retry-After, seconds. */
  readonly retryAfter?: number | undefined;
  /** Never a reason to give up: time and tries do not count. */
  readonly isDenied?: boolean | undefined;
  /** There was no answer in time. */
  readonly isHanging?: boolean | undefined;
}

export class Retry {
  readonly #config: ConfigOf<typeof bufferSchema>;
  readonly #startedAt: number;
  readonly #hasSecondary: boolean;
  /** Milliseconds since the epoch from which on `retry_timeout` counts. */
  #countsFrom: number;
  #counted = 0;
  steps = 0;
  /** Milliseconds since the epoch. */
  nextAt = 0;

  constructor(config: ConfigOf<typeof bufferSchema>, now: number, hasSecondary: boolean) {
    this.#config = config;
    this.#startedAt = now;
    this.#countsFrom = now;
    this.#hasSecondary = hasSecondary;
  }

  /** As monitor_agent tells it; seconds since the epoch. */
  stats(): { start: number; steps: number; next_time: number } {
    return { start: this.#startedAt / 1000, steps: this.steps, next_time: this.nextAt / 1000 };
  }

  /** Another failure at `now`. */
  fail(now: number, { retryAfter = 0, isDenied = false }: RetryHints = {}): RetryVerdict {
    const {
      retry_max_times: times,
      retry_forever: forever,
      retry_timeout: timeout,
      retry_secondary_threshold: threshold,
    } = this.#config;
    this.steps++;
    this.nextAt = now + Math.max(this.#wait(), retryAfter * 1000);
    if (isDenied) this.#countsFrom = now;
    else this.#counted++;
    if (forever || isDenied) return 'retry';
    const elapsed = (this.nextAt - this.#countsFrom) / 1000;
    if ((times !== undefined && this.#counted > times) || elapsed > timeout) return 'give up';
    return this.#hasSecondary && elapsed > timeout * threshold ? 'secondary' : 'retry';
  }

  /** Milliseconds. */
  #wait(): number {
    const {
      retry_wait: wait,
      retry_type: type,
      retry_exponential_backoff_base: base,
      retry_max_interval: max,
      retry_randomize: isRandom,
      retry_max_times: times,
    } = this.#config;
    const raw = type === 'periodic' ? wait : wait * base ** Math.min(this.steps - 1, 60);
    const bounded = Math.min(raw, max ?? Number.POSITIVE_INFINITY);
    if (!isRandom) return 1000 * bounded;
    return 1000 * bounded * (times === undefined ? Math.random() : 0.875 + Math.random() * 0.25);
  }
}
