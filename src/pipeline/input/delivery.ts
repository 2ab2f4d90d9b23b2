/**
 * How inputs that cannot read later what they have in hand deliver it: a full buffer is waited for, so that the sender feels it (its
 * connection is not read meanwhile).
 */
import { BufferOverflowError } from '../core/errors.ts';
import type { EventStream } from '../core/event.ts';
import type { InputHost } from '../plugin.ts';

/** Between two tries against a full buffer. */
const WAIT_MS = 500;

export class Delivery {
  readonly #host: InputHost;
  readonly #stop = new AbortController();

  constructor(host: InputHost) {
    this.#host = host;
  }

  /** Resolves when the events are in the buffers. @throws what is not worth waiting for, and a full buffer after `stop` */
  async emit(stream: EventStream): Promise<void> {
    if (stream.events.length === 0) return;
    for (;;) {
      try {
        // Stages after a failed one take their own copies, so that a second try starts from what came in.
        return await this.#host.emit(stream.clone());
      } catch (error) {
        if (!(error instanceof BufferOverflowError) || this.#stop.signal.aborted) throw error;
        this.#host.log.warn('emit transaction failed', { error, tag: stream.tag });
        await this.#pause();
      }
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#host.ports.clock.after(WAIT_MS, () => {
        this.#stop.signal.removeEventListener('abort', ended);
        resolve();
      });
      const ended = () => {
        timer.cancel();
        resolve();
      };
      this.#stop.signal.addEventListener('abort', ended, { once: true });
    });
  }
}

/** The current time, for events that have none. */
export function stampNow(event: { sec: number; nsec: number }, host: InputHost): void {
  const nanos = host.ports.clock.nowNanos();
  event.sec = Number(nanos / 1_000_000_000n);
  event.nsec = Number(nanos % 1_000_000_000n);
}
