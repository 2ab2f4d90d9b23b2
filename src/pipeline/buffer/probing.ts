/**
 * When to look, between two tries that are far apart, whether the other side takes something again.
 *
 * Waits between tries may be long (`retry_max_interval` of real configurations is 30 s and more), but after an outage the flow is to resume within ten
 * seconds. So while a try is further away than `retry_probe_interval` a little of a chunk is sent at that interval; when it is taken the next
 * try is now. Never before the time that the server named (Retry-After). A cluster that takes a little and then refuses the rest is
 * overloaded rather than away: each such alarm doubles the interval, up to MAX_DOUBLINGS times.
 */
import type { ClockPort, Timer } from '../core/ports.ts';

const MAX_DOUBLINGS = 3;

export class Probing {
  readonly #clock: ClockPort;
  /** Milliseconds; 0: never. */
  readonly #interval: number;
  readonly #look: () => void;
  #timer: Timer | undefined;
  #falseAlarms = 0;
  #isAlarmed = false;

  constructor(clock: ClockPort, interval: number, look: () => void) {
    this.#clock = clock;
    this.#interval = interval;
    this.#look = look;
  }

  /** A try or a look failed; the next try is at `nextAt`, and before `notBefore` nothing may be sent. Milliseconds since the epoch. */
  wait(nextAt: number, notBefore: number): void {
    this.cancel();
    if (this.#interval === 0) return;
    const now = this.#clock.now();
    // Nodes that lost the cluster at the same time do not look at the same time.
    const next = this.#interval * 2 ** this.#falseAlarms * (0.75 + Math.random() * 0.25);
    const at = Math.max(now + next, notBefore);
    if (at < nextAt) this.#timer = this.#clock.after(at - now, this.#look);
  }

  /** Something was taken: the next try is due to that. */
  alarmed(): void {
    this.#isAlarmed = true;
  }

  tryFailed(): void {
    if (this.#isAlarmed) this.#falseAlarms = Math.min(this.#falseAlarms + 1, MAX_DOUBLINGS);
    this.#isAlarmed = false;
  }

  trySucceeded(): void {
    this.cancel();
    this.#isAlarmed = false;
    this.#falseAlarms = 0;
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
