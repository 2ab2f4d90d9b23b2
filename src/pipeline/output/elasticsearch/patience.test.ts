import { describe, expect, test } from 'vitest';
import { SluiceError } from '../../core/errors.ts';
import type { ClockPort } from '../../core/ports.ts';
import type { Logger } from '../../plugin.ts';
import { AnswerError } from './admin.ts';
import { atStart, type Patience } from './patience.ts';

/** Time passes when somebody waits for it. */
function scripted() {
  const waits: number[] = [];
  const logs: string[] = [];
  let now = 0;
  const nothing = { cancel: () => undefined };
  const clock: ClockPort = {
    now: () => now,
    nowNanos: () => 0n,
    monotonic: () => now,
    after(ms, callback) {
      waits.push(ms);
      now += ms;
      queueMicrotask(callback);
      return nothing;
    },
    every: () => nothing,
  };
  const write = (message: string) => void logs.push(message);
  const log: Logger = { level: 'info', trace: write, debug: write, info: write, warn: write, error: write };
  const patience = (changes: Partial<Patience>): Patience => ({
    ...{ tries: 3, fails: true, catchAnswers: true, clock, log },
    ...changes,
  });
  return { waits, logs, patience };
}

const unreachable = new SluiceError('ERR_CLUSTER', 'connection refused');
const refused = new AnswerError('GET /', { status: 503, body: Buffer.from('later'), retryAfter: undefined });
const never = new AbortController().signal;

/** Fails `times` times. */
function failing(times: number, error: Error = unreachable): () => Promise<void> {
  let left = times;
  return () => (left-- > 0 ? Promise.reject(error) : Promise.resolve());
}

describe('at start', () => {
  test('few tries are all waited for, each twice as long as the one before', async () => {
    const { waits, logs, patience } = scripted();
    expect(await atStart(patience({}), never, failing(3))).toBe('done');
    expect(waits).toEqual([2000, 4000, 8000]);
    expect(logs.at(-1)).toBe('Remaining retry: 0. Retry to communicate after 8 second(s).');
  });

  test('the agent stops when they are used up, or goes on without', async () => {
    const { waits, patience } = scripted();
    const message = 'Could not communicate to Elasticsearch after 1 retries. connection refused';
    await expect(atStart(patience({ tries: 1 }), never, failing(9))).rejects.toThrow(message);
    expect(waits).toEqual([2000]);
    expect(await atStart(patience({ tries: 1, fails: false }), never, failing(9))).toBe('given up');
  });

  test('with many tries it goes on within a second: a pause that is longer is not begun', async () => {
    const { waits, patience } = scripted();
    expect(await atStart(patience({ tries: 15 }), never, failing(99))).toBe('later');
    expect(await atStart(patience({ tries: 15 }), never, failing(1))).toBe('later');
    expect(await atStart(patience({ tries: 15 }), never, failing(0))).toBe('done');
    expect(waits).toEqual([]);
  });

  test('an answer that says no is another reason to try again, unless told otherwise', async () => {
    const { patience } = scripted();
    expect(await atStart(patience({}), never, failing(1, refused))).toBe('done');
    await expect(atStart(patience({ catchAnswers: false }), never, failing(1, refused))).rejects.toBe(refused);
  });

  test('what is no matter of the cluster is not tried again', async () => {
    const { waits, patience } = scripted();
    const missing = new SluiceError('ERR_TEMPLATE', 'no file');
    await expect(atStart(patience({}), never, failing(1, missing))).rejects.toBe(missing);
    expect(waits).toEqual([]);
  });

  test('a stop ends the wait', async () => {
    const { patience } = scripted();
    const stop = new AbortController();
    const work = () => {
      stop.abort();
      return Promise.reject(unreachable);
    };
    expect(await atStart(patience({}), stop.signal, work)).toBe('later');
  });
});
