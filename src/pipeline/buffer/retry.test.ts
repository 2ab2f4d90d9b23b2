import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigOf } from '../../config/schema.ts';
import { Retry } from './retry.ts';
import type { bufferSchema } from './schema.ts';

const config = (params: object) =>
  ({
    ...{ retry_type: 'exponential_backoff', retry_wait: 1, retry_exponential_backoff_base: 2, retry_randomize: false },
    ...{ retry_forever: true, retry_timeout: 259_200, retry_secondary_threshold: 0.8 },
    ...params,
  }) as unknown as ConfigOf<typeof bufferSchema>;

describe('retry', () => {
  it('doubles its waits up to retry_max_interval', () => {
    const retry = new Retry(config({ retry_max_interval: 10 }), 0, false);
    let now = 0;
    const waits = Array.from({ length: 6 }, () => {
      retry.fail(now);
      const wait = (retry.nextAt - now) / 1000;
      now = retry.nextAt;
      return wait;
    });
    expect(waits).toEqual([1, 2, 4, 8, 10, 10]);
  });

  it('waits at least as long as the server asks', () => {
    const retry = new Retry(config({}), 0, false);
    retry.fail(0, { retryAfter: 30 });
    expect(retry.nextAt).toBe(30_000);
  });

  it('never gives up with retry_forever, and its waits stay finite', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (failures) => {
        const retry = new Retry(config({ retry_max_interval: 30, retry_randomize: true }), 0, false);
        let now = 0;
        for (let i = 0; i < failures; i++) {
          expect(retry.fail(now)).toBe('retry');
          expect(retry.nextAt - now).toBeLessThanOrEqual(30_000);
          now = retry.nextAt;
        }
      }),
      { numRuns: 20 },
    );
  });

  it('random waits lie anywhere in the whole wait, and within an eighth of it where tries are counted', () => {
    const waits = (params: object) =>
      Array.from({ length: 2000 }, () => {
        const retry = new Retry(config({ retry_randomize: true, retry_wait: 8, ...params }), 0, false);
        retry.fail(0);
        return retry.nextAt / 1000;
      });
    const full = waits({});
    expect(Math.max(...full)).toBeLessThanOrEqual(8);
    for (let i = 0; i < 8; i++) expect(full.some((wait) => wait >= i && wait < i + 1)).toBe(true);
    const counted = waits({ retry_max_times: 3, retry_forever: false });
    expect(Math.min(...counted)).toBeGreaterThanOrEqual(7);
    expect(Math.max(...counted)).toBeLessThanOrEqual(9);
  });

  it('while the server refuses who asks nothing is given up, and neither time nor tries count', () => {
    const retry = new Retry(config({ retry_forever: false, retry_max_times: 2, retry_timeout: 100 }), 0, true);
    for (let hour = 0; hour < 200; hour++) expect(retry.fail(hour * 3_600_000, { isDenied: true })).toBe('retry');
    const lastDenial = 199 * 3_600_000;
    expect([retry.isSecondary(lastDenial), retry.isSecondary(lastDenial + 5_000)]).toEqual([false, true]);
    const other = new Retry(config({ retry_forever: false, retry_max_times: 2, retry_max_interval: 1 }), 0, false);
    for (let i = 0; i < 10; i++) other.fail(i * 1000, { isDenied: true });
    expect([other.fail(10_000), other.fail(11_000), other.fail(12_000)]).toEqual(['retry', 'retry', 'give up']);
  });

  /** Fails at each try until the end; gives the seconds of the tries, `s` where they were the secondary's. */
  function tries(params: object, hasSecondary: boolean): string[] {
    const retry = new Retry(config({ retry_forever: false, ...params }), 0, hasSecondary);
    const out: string[] = [];
    for (let now = 0; ; now = Math.max(now, retry.nextAt)) {
      out.push(`${retry.steps >= 0 && retry.isSecondary(now) ? 's' : ''}${now / 1000}`);
      if (retry.fail(now) === 'give up') return out;
    }
  }

  it('gives up after retry_max_times retries', () => {
    expect(tries({ retry_max_times: 2 }, false)).toEqual(['0', '1', '3']);
    expect(tries({ retry_max_times: 0 }, false)).toEqual(['0']);
    expect(tries({ retry_max_times: 3, retry_type: 'periodic', retry_wait: 5 }, false)).toEqual(['0', '5', '10', '15']);
  });

  it('the last try is at the end of retry_timeout', () => {
    expect(tries({ retry_timeout: 10 }, false)).toEqual(['0', '1', '3', '7', '10']);
    expect(tries({ retry_timeout: 2, retry_wait: 5 }, false)).toEqual(['0', '5', '5']);
  });

  it('the tries of the secondary begin at its share of the time, with short waits again', () => {
    expect(tries({ retry_timeout: 10 }, true)).toEqual(['0', '1', '3', '7', 's8', 's9', 's10']);
    expect(tries({ retry_timeout: 10, retry_secondary_threshold: 0.2 }, true)).toEqual([
      '0',
      '1',
      's2',
      's3',
      's5',
      's9',
      's10',
    ]);
  });

  it('with retry_max_times the share is of all its waits', () => {
    expect(tries({ retry_max_times: 3 }, true)).toEqual(['0', '1', '3', 's5.6']);
    expect(tries({ retry_max_times: 1, retry_wait: 0.1 }, true)).toEqual(['0', 's0.1']);
  });

  it('failures of requests that were on their way together are one step', () => {
    const retry = new Retry(config({ retry_forever: false, retry_max_times: 2 }), 0, false);
    expect([retry.fail(0), retry.fail(10), retry.fail(20), retry.fail(30)]).toEqual(Array(4).fill('retry'));
    expect(retry.stats().steps).toBe(0);
  });
});
