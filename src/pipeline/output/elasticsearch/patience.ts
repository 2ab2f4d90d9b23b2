/**
 * Tries something at the cluster again, 2, 4, 8 … seconds apart.
 *
 * With few tries the agent waits for all of them while it starts, and stops when they are used up, as Fluentd does. With many (the
 * default 15 are 18 hours) it goes on after START_WAIT: inputs run, documents wait in their buffer, and each flush is another try.
 */
import { SluiceError } from '../../core/errors.ts';
import type { ClockPort } from '../../core/ports.ts';
import type { Logger } from '../../plugin.ts';
import { AnswerError } from './admin.ts';

export interface Patience {
  readonly tries: number;
  /** Whether the agent stops when the tries are used up. */
  readonly fails: boolean;
  /** Whether an answer that says no is another reason to try again, beside a cluster that cannot be reached. */
  readonly catchAnswers: boolean;
  readonly clock: ClockPort;
  readonly log: Logger;
}

/** Seconds that a start waits for at most. */
const LONGEST_WAIT = 60;
/** Reading begins within a second of the start, where the cluster hangs too. */
const START_WAIT_MS = 400;

/** Done; left for the first flush; or the tries are used up and the agent goes on without. */
export type Outcome = 'done' | 'later' | 'given up';

/** @throws where the agent must stop: tries are used up, or it is no matter of the cluster's being there */
export async function atStart(
  patience: Patience,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<Outcome> {
  const { tries, fails, catchAnswers, clock, log } = patience;
  const isPatient = 2 ** (tries + 1) - 2 <= LONGEST_WAIT;
  const end = clock.monotonic() + START_WAIT_MS;
  for (let failed = 0; ; failed++) {
    try {
      const limit = isPatient ? [] : [AbortSignal.timeout(Math.max(1, Math.ceil(end - clock.monotonic())))];
      await work(AbortSignal.any([signal, ...limit]));
      return 'done';
    } catch (error) {
      if (signal.aborted) return 'later';
      if (!(error instanceof SluiceError) || error.code !== 'ERR_CLUSTER') throw error;
      if (error instanceof AnswerError && !catchAnswers) throw error;
      if (failed >= tries) {
        const message = `Could not communicate to Elasticsearch after ${failed} retries. ${error.message}`;
        log.warn(message);
        if (fails) throw new SluiceError('ERR_CLUSTER', message);
        return 'given up';
      }
      const wait = 2 ** (failed + 1);
      log.warn(`Could not communicate to Elasticsearch, resetting connection and trying again. ${error.message}`);
      log.warn(`Remaining retry: ${tries - failed - 1}. Retry to communicate after ${wait} second(s).`);
      const left = isPatient ? Number.POSITIVE_INFINITY : end - clock.monotonic();
      if (wait * 1000 > left) return 'later';
      await pause(clock, wait * 1000, signal);
      if (signal.aborted) return 'later';
    }
  }
}

function pause(clock: ClockPort, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(Math.max(0, ms), resolve);
    signal.addEventListener(
      'abort',
      () => {
        timer.cancel();
        resolve();
      },
      { once: true },
    );
  });
}
