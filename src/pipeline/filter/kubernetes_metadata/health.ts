/**
 * Whether the API answers. While it is away, a single request at a time finds out when it is back, and nobody waits
 * for it any more.
 */

/** Milliseconds between two probes of an API that is away: at first, and at most. */
const PROBE = 500;
const PROBE_MAX = 15_000;

export class Health {
  /** Monotonic milliseconds; Infinity while the API answers. */
  awaySince = Number.POSITIVE_INFINITY;
  #probes = 0;
  #probeAt = 0;

  answered(): void {
    this.awaySince = Number.POSITIVE_INFINITY;
    this.#probes = 0;
  }

  failed(now: number): void {
    this.awaySince = Math.min(this.awaySince, now);
  }

  /** Whether a request may be made now; while the API is away, a true answer is the next probe's. */
  mayAsk(now: number): boolean {
    // Just gone: everybody may look whether it is back, since streams still wait.
    if (now - this.awaySince < PROBE) return true;
    if (this.awaySince === Number.POSITIVE_INFINITY) return true;
    if (now < this.#probeAt) return false;
    this.#probeAt = now + Math.min(PROBE * 2 ** this.#probes++, PROBE_MAX);
    return true;
  }
}
