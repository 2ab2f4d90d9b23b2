/**
 * Retry state of an output: how long to wait, when the secondary's turn is and when to give up, by Fluentd's rules.
 *
 *     first failure ── tries of the primary ──> share of retry_timeout ── tries of the secondary ──> retry_timeout: a last try, then the end
 *
 * The share (`retry_secondary_threshold`) is of all waits of `retry_max_times` where they are shorter than `retry_timeout`. Waits grow as the
 * parameters say, and end at these two moments. `retry_randomize` makes them random: anywhere between nothing and the whole wait (full
 * jitter: a thousand nodes that lost the same cluster come back spread over all of it), but within an eighth of it, as in Fluentd, where
 * `retry_max_times` counts the tries: shorter waits would give up sooner. While a server refuses who asks (401, 403) nothing is given up.
 */
import type { ConfigOf } from '../../config/schema.ts';
import type { bufferSchema } from './schema.ts';

export type RetryVerdict = 'retry' | 'give up';

/** What an error may tell of the next try. */
export interface RetryHints {
  /** The server's own Retry-After, seconds. */
  readonly retryAfter?: number | undefined;
  /** Never a reason to give up: time and tries do not count. */
  readonly isDenied?: boolean | undefined;
  /** There was no answer in time. */
  readonly isHanging?: boolean | undefined;
}

/** Factors of longer waits are not finite. */
const MAX_DOUBLINGS = 60;

export class Retry {
  readonly #config: ConfigOf<typeof bufferSchema>;
  readonly #startedAt: number;
  readonly #hasSecondary: boolean;
  /** Milliseconds since the epoch, as all times here. */
  #timeoutAt = 0;
  #transitionAt = 0;
  /** Retries that `retry_max_times` counts. */
  #counted = 0;
  /** Steps when the secondary's turn came. */
  #transition: number | undefined;
  #isLastTry = false;
  /** Failures after the first one. */
  steps = -1;
  nextAt = 0;

  constructor(config: ConfigOf<typeof bufferSchema>, now: number, hasSecondary: boolean) {
    this.#config = config;
    this.#startedAt = now;
    this.#hasSecondary = hasSecondary && !config.retry_forever;
    this.#countFrom(now);
  }

  /** As monitor_agent tells it; seconds since the epoch. */
  stats(): { start: number; steps: number; next_time: number } {
    return { start: this.#startedAt / 1000, steps: this.steps, next_time: this.nextAt / 1000 };
  }

  /** Whether a try at `now` is one of the secondary. */
  isSecondary(now: number): boolean {
    return this.#hasSecondary && (this.#transition !== undefined || now >= this.#transitionAt);
  }

  /** A failure at `now`. One that comes before the next try is due, since more than one was on its way, is no step. */
  fail(now: number, { retryAfter = 0, isDenied = false }: RetryHints = {}): RetryVerdict {
    const isStep = this.steps < 0 || now >= this.nextAt;
    if (isStep) {
      this.steps++;
      if (isDenied) this.#countFrom(now);
      else this.#counted++;
    }
    if (this.#transition === undefined && this.isSecondary(now)) this.#transition = this.steps;
    const wasLastTry = this.#isLastTry;
    const isFirst = this.steps === 0;
    const limit = this.#hasSecondary && this.#transition === undefined ? this.#transitionAt : this.#timeoutAt;
    const naive = now + this.#wait(this.steps - (this.#transition ?? 0));
    const isBounded = !isFirst && !this.#config.retry_forever;
    this.nextAt = Math.max(isBounded ? Math.min(naive, limit) : naive, now + retryAfter * 1000);
    if (this.#config.retry_forever || isDenied) return 'retry';
    this.#isLastTry = !isFirst && this.nextAt >= this.#timeoutAt;
    const { retry_max_times: times } = this.#config;
    const isOver = (wasLastTry && isStep && this.#isLastTry) || (times !== undefined && this.#counted > times);
    return isOver ? 'give up' : 'retry';
  }

  #countFrom(now: number): void {
    const { retry_timeout: timeout, retry_secondary_threshold: threshold, retry_max_times: times } = this.#config;
    this.#timeoutAt = now + timeout * 1000;
    this.#isLastTry = false;
    let all = timeout * 1000;
    if (times !== undefined && this.#hasSecondary) {
      let waits = 0;
      for (let i = 0; i < times && waits < all; i++) waits += this.#interval(i);
      all = Math.min(all, waits);
    }
    this.#transitionAt = now + all * threshold;
  }

  /** Milliseconds before the retry that follows `retries` others, without chance. */
  #interval(retries: number): number {
    const {
      retry_wait: wait,
      retry_type: type,
      retry_exponential_backoff_base: base,
      retry_max_interval: max,
    } = this.#config;
    const raw = type === 'periodic' ? wait : Math.min(wait * base ** Math.min(retries, MAX_DOUBLINGS), max ?? Infinity);
    return 1000 * raw;
  }

  #wait(retries: number): number {
    const { retry_randomize: isRandom, retry_max_times: times } = this.#config;
    const interval = this.#interval(retries);
    if (!isRandom) return interval;
    return interval * (times === undefined ? Math.random() : 0.875 + Math.random() * 0.25);
  }
}
