/**
 * Whether memory grows, told from samples of its size.
 *
 * Resident memory swings by some MiB: garbage waits for its collector, places for a later use. What grows lifts the lowest points as well, so these
 * count: the least sample of each of WINDOWS equal times, and through them the median of the slopes between all pairs (Theil and Sen), which a few
 * windows without a low point do not move.
 */
export interface Sample {
  readonly hours: number;
  readonly mib: number;
}

const WINDOWS = 12;
/** MiB an hour. */
const PROMISED = 1;
/** Hours that can tell so little: those of a two-hour run after its warm-up. */
const LONG = 1.4;
/** What the lowest points of a shorter run differ by where nothing grows: code that is seldom used, blocks of malloc between used ones. MiB. */
const NOISE = 4;

/** MiB an hour. */
export function slopeOf(samples: readonly Sample[]): number {
  const lows = lowest(samples);
  const slopes = lows.flatMap((a, i) => lows.slice(i + 1).map((b) => (b.mib - a.mib) / (b.hours - a.hours)));
  slopes.sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}

/** The slope from which on memory counts as growing: what is promised, or what so short a time can tell. MiB an hour. */
export function mostSlope(samples: readonly Sample[]): number {
  const hours = samples.at(-1)!.hours - samples[0]!.hours;
  return hours > LONG ? PROMISED : NOISE / hours;
}

function lowest(samples: readonly Sample[]): Sample[] {
  const size = Math.ceil(samples.length / WINDOWS);
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, i) =>
    samples.slice(i * size, (i + 1) * size).reduce((low, sample) => (sample.mib < low.mib ? sample : low)),
  );
}
