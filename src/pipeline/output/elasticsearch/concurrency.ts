/**
 * How many requests a cluster takes at the same time: additive increase, multiplicative decrease.
 *
 * Guarantees: begins with all that the configuration allows and stays there while the cluster is healthy; halves when requests or items are
 * rejected (429, 503) or answers take much longer than they did, once for the requests that were under way; grows by one for each round of
 * requests that went well. Never below one. Leaves waiting to the buffer.
 */

/** An answer is slow when it takes that many times longer than usual, and this long at least: below, nobody waits for it. */
const SLOWER = 3;
const SLOW_MS = 1000;
/** Weight of an answer in the usual time. The usual time follows rises slowly, so that an overload does not become usual. */
const FALL = 0.3;
const RISE = 0.01;
export type Outcome = 'taken' | 'rejected' | 'failed';

export class Concurrency {
  readonly #most: number;
  readonly #now: () => number;
  #limit: number;
  #running = 0;
  /** Milliseconds of an answer, for each size of requests: a large one always takes longer than a small one. */
  readonly #usual = new Map<number, number>();
  #fellAt = Number.NEGATIVE_INFINITY;

  /** `most`: what the configuration allows; `now`: monotonic milliseconds. */
  constructor(most: number, now: () => number) {
    this.#most = Math.max(1, most);
    this.#limit = this.#most;
    this.#now = now;
  }

  get limit(): number {
    return Math.max(1, Math.floor(this.#limit));
  }

  /** Before a request; the result is called with what became of it. */
  begin(bytes: number): (outcome: Outcome) => void {
    const from = this.#now();
    const wasFull = ++this.#running >= this.limit;
    return (outcome) => {
      this.#running--;
      if (outcome === 'failed') return;
      const took = this.#now() - from;
      const isSlow = outcome === 'taken' && this.#isSlow(took, bytes);
      if (outcome === 'rejected' || isSlow) this.#fall(from);
      // What was not used up tells nothing of what the cluster could take.
      else if (wasFull) this.#limit = Math.min(this.#most, this.#limit + 1 / this.#limit);
    };
  }

  #isSlow(took: number, bytes: number): boolean {
    const size = Math.ceil(2 * Math.log2(bytes + 1));
    const usual = this.#usual.get(size) ?? took;
    this.#usual.set(size, usual + (took - usual) * (took < usual ? FALL : RISE));
    return took > SLOW_MS && took > usual * SLOWER;
  }

  /** Requests that were under way when the limit fell say nothing new. */
  #fall(begunAt: number): void {
    if (begunAt <= this.#fellAt) return;
    this.#fellAt = this.#now();
    this.#limit = Math.max(1, this.#limit / 2);
  }
}
