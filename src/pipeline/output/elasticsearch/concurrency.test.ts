import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Concurrency } from './concurrency.ts';

interface Answer {
  readonly ms: number;
  readonly rejected?: boolean;
}

/** A buffer that always has work, and a cluster that answers as `answer` says, over simulated time. Gives the limit over time. */
function simulate(concurrency: Concurrency, clock: { now: number }, ms: number, answer: (running: number) => Answer) {
  const under: { at: number; end: () => void }[] = [];
  const limits: number[] = [];
  let taken = 0;
  for (const end = clock.now + ms; clock.now < end; ) {
    while (under.length < concurrency.limit) {
      const done = concurrency.begin(1024 ** 2);
      const { ms: took, rejected = false } = answer(under.length + 1);
      const finish = () => {
        done(rejected ? 'rejected' : 'taken');
        if (!rejected) taken++;
      };
      under.push({ at: clock.now + took, end: finish });
    }
    under.sort((a, b) => a.at - b.at);
    const next = under.shift()!;
    clock.now = next.at;
    next.end();
    limits.push(concurrency.limit);
  }
  return { limits, taken };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
function start(most: number) {
  const clock = { now: 0 };
  return { clock, concurrency: new Concurrency(most, () => clock.now) };
}

describe('concurrency', () => {
  it('a healthy cluster gets all that the configuration allows, whatever its answers vary by', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 5, max: 2000 }),
        fc.array(fc.double({ min: 0.6, max: 1.6, noNaN: true }), { minLength: 50, maxLength: 200 }),
        (most, base, noise) => {
          const { clock, concurrency } = start(most);
          let i = 0;
          const { limits } = simulate(concurrency, clock, base * 100, () => ({
            ms: base * noise[i++ % noise.length]!,
          }));
          expect(Math.min(...limits)).toBe(most);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('large requests that always take longer than small ones are not slow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1100, max: 5000 }), (small, large) => {
        const { clock, concurrency } = start(4);
        for (let i = 0; i < 500; i++) {
          const isLarge = i % 5 === 0;
          const end = concurrency.begin(isLarge ? 8 * 1024 ** 2 : 2000);
          clock.now += isLarge ? large : small;
          end('taken');
          expect(concurrency.limit).toBe(4);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('answers below a second never count as slow', () => {
    const { clock, concurrency } = start(8);
    let i = 0;
    const { limits } = simulate(concurrency, clock, 60_000, () => ({ ms: i++ % 7 === 0 ? 900 : 10 }));
    expect(Math.min(...limits)).toBe(8);
  });

  it('rejections bring it down to what the cluster takes, and it grows again when they end', () => {
    const { clock, concurrency } = start(16);
    const busy = simulate(concurrency, clock, 60_000, (running) => ({ ms: 100, rejected: running > 4 }));
    expect(mean(busy.limits.slice(-500))).toBeLessThan(6);
    expect(mean(busy.limits.slice(-500))).toBeGreaterThan(2);
    const free = simulate(concurrency, clock, 20_000, () => ({ ms: 100 }));
    expect(free.limits.at(-1)).toBe(16);
  });

  it('rising latency brings it down, and it grows again when the cluster is quick again', () => {
    const { clock, concurrency } = start(8);
    simulate(concurrency, clock, 20_000, () => ({ ms: 200 }));
    expect(concurrency.limit).toBe(8);
    // Beyond two at a time everybody waits.
    const slow = simulate(concurrency, clock, 60_000, (running) => ({ ms: running > 2 ? running * 700 : 200 }));
    expect(Math.min(...slow.limits)).toBeLessThanOrEqual(2);
    expect(mean(slow.limits)).toBeLessThan(5);
    simulate(concurrency, clock, 60_000, () => ({ ms: 200 }));
    expect(concurrency.limit).toBe(8);
  });

  it('requests under way when it fell do not bring it down again', () => {
    const { clock, concurrency } = start(8);
    const ends = Array.from({ length: 8 }, () => concurrency.begin(1));
    for (const end of ends) {
      clock.now += 10;
      end('rejected');
    }
    expect(concurrency.limit).toBe(4);
  });

  it('never falls below one, and connections that fail say nothing of it', () => {
    const { clock, concurrency } = start(4);
    for (let i = 0; i < 50; i++) {
      clock.now += 100;
      concurrency.begin(1)('failed');
    }
    expect(concurrency.limit).toBe(4);
    for (let i = 0; i < 50; i++) {
      clock.now += 100;
      const end = concurrency.begin(1);
      clock.now += 100;
      end('rejected');
    }
    expect(concurrency.limit).toBe(1);
  });
});
