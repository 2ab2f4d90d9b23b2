/**
 * Judges from heartbeats whether a server is alive: the phi accrual detector (Hayashibara et al. 2004) in the simple form that Fluentd uses, on
 * intervals normalised to a second, newer ones counting more.
 */
const SAMPLES = 1000;

export class FailureDetector {
  readonly #interval: number;
  readonly #hardTimeout: number;
  #last: number;
  #gaps: number[];

  /** Seconds. */
  constructor(interval: number, hardTimeout: number, now: number) {
    this.#interval = interval;
    this.#hardTimeout = hardTimeout;
    this.#last = now;
    this.#gaps = [interval];
  }

  get samples(): number {
    return this.#gaps.length;
  }

  isOver(now: number): boolean {
    return now - this.#last > this.#hardTimeout;
  }

  beat(now: number): void {
    this.#gaps.push(this.#gaps.length === 0 ? this.#interval : now - this.#last);
    if (this.#gaps.length > SAMPLES) this.#gaps.shift();
    this.#last = now;
  }

  /** How unlikely such a silence is: 1 is one in ten, 2 one in a hundred … */
  phi(now: number): number {
    if (this.#gaps.length === 0) return 0;
    let sum = 0;
    let weights = 0;
    for (const [i, gap] of this.#gaps.entries()) {
      sum += gap * (i + 1);
      weights += i + 1;
    }
    const mean = sum / weights - this.#interval + 1;
    const silence = now - this.#last - this.#interval + 1;
    return mean <= 0 ? 0 : (Math.LOG10E * silence) / mean;
  }

  clear(): void {
    this.#gaps = [];
    this.#last = 0;
  }
}
