import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostSlope, type Sample, slopeOf } from './slope.ts';

/** A sample every five seconds: memory that swings by up to `swing` MiB above a line. */
function samples(minutes: number, perHour: number, swing: number, random: () => number): Sample[] {
  return Array.from({ length: minutes * 12 }, (_, i) => {
    const hours = i / 720;
    return { hours, mib: 120 + perHour * hours + swing * random() };
  });
}

const seeded = fc.integer().map((seed) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
});

describe('the slope of memory', () => {
  it('that swings by ten MiB and does not grow is below what is promised, after two hours', () =>
    fc.assert(
      fc.property(seeded, (random) => {
        const all = samples(120, 0, 10, random);
        expect(mostSlope(all)).toBeCloseTo(1, 1);
        expect(slopeOf(all)).toBeLessThan(mostSlope(all));
      }),
    ));

  it('that swings by ten MiB and grows by two an hour is above it', () =>
    fc.assert(
      fc.property(seeded, (random) => {
        const all = samples(120, 2, 10, random);
        expect(slopeOf(all)).toBeGreaterThan(mostSlope(all));
      }),
    ));

  it('that grows by a MiB a minute is above it after ten minutes', () =>
    fc.assert(
      fc.property(seeded, (random) => {
        const all = samples(10, 60, 10, random);
        expect(slopeOf(all)).toBeGreaterThan(mostSlope(all));
      }),
    ));
});
