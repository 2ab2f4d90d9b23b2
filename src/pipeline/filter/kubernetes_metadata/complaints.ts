/** Failed lookups in the log: one line per cause and minute, however many pods it hits; those in between are counted. */
import type { ClockPort } from '../../core/ports.ts';
import type { Logger } from '../../plugin.ts';

const PAUSE_MS = 60_000;

export class Complaints {
  readonly #clock: ClockPort;
  readonly #log: Logger;
  /** Causes are kinds and status or system codes, so there are few. */
  readonly #causes = new Map<string, { toldAt: number; untold: number }>();

  constructor(clock: ClockPort, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  tell(cause: string, message: string): void {
    const now = this.#clock.monotonic();
    const known = this.#causes.get(cause);
    if (known !== undefined && now - known.toldAt < PAUSE_MS) {
      known.untold++;
      return;
    }
    this.#causes.set(cause, { toldAt: now, untold: 0 });
    const untold = known?.untold ?? 0;
    this.#log.error(message, untold > 0 ? { similar_since: untold } : {});
  }
}
