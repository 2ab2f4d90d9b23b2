/** Lines by level over time, exceptions, first and last error: counted over the entries themselves. */
import { type Entry, timeText } from './entry.ts';
import { ExceptionCounter } from './exceptions.ts';
import type { Level } from './level.ts';
import { entryId } from './line-id.ts';
import type { Reading, Summary } from './reading.ts';

export interface LineReference {
  readonly id: string;
  readonly time: string;
  readonly pod: string;
  readonly container: string;
  readonly text: string;
}

export interface Stats {
  /** Milliseconds of one step. */
  readonly interval: number;
  /** Steps with at least one line. */
  readonly histogram: readonly { readonly time: string; readonly counts: Partial<Record<Level, number>> }[];
  readonly levels: Partial<Record<Level, number>>;
  readonly exceptions: readonly {
    readonly signature: string;
    readonly count: number;
    readonly first: LineReference;
    readonly last: LineReference;
  }[];
  readonly firstError: LineReference | null;
  readonly lastError: LineReference | null;
  readonly summary: Summary;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400].map(
  (s) => s * 1000,
);
const MOST_STEPS = 400;

/** `signal` or `milliseconds` end the counting; the summary then says so. */
export async function collectStats(reading: Reading, span: number, milliseconds: number): Promise<Stats> {
  const interval =
    STEPS.find((step) => span / step <= MOST_STEPS) ?? Math.ceil(span / MOST_STEPS / 86_400_000) * 86_400_000;
  const steps = new Map<number, Partial<Record<Level, number>>>();
  const levels: Partial<Record<Level, number>> = {};
  const exceptions = new ExceptionCounter();
  let firstError: Entry | undefined;
  let lastError: Entry | undefined;
  const deadline = performance.now() + milliseconds;
  for await (const batch of reading.entries()) {
    for (const entry of batch) {
      const at = entry.ms - (entry.ms % interval);
      let counts = steps.get(at);
      if (counts === undefined) steps.set(at, (counts = {}));
      counts[entry.level] = (counts[entry.level] ?? 0) + 1;
      levels[entry.level] = (levels[entry.level] ?? 0) + 1;
      exceptions.add(entry);
      if (entry.level !== 'error' && entry.level !== 'fatal') continue;
      firstError ??= entry;
      lastError = entry;
    }
    if (performance.now() > deadline) {
      reading.cut('time');
      break;
    }
  }
  return {
    interval,
    histogram: [...steps]
      .sort(([a], [b]) => a - b)
      .map(([at, counts]) => ({ time: new Date(at).toISOString(), counts })),
    levels,
    exceptions: exceptions.top(20).map(({ signature, count, first, last }) => ({
      signature,
      count,
      first: reference(first),
      last: reference(last),
    })),
    firstError: firstError === undefined ? null : reference(firstError),
    lastError: lastError === undefined ? null : reference(lastError),
    summary: reading.summary,
  };
}

function reference(entry: Entry): LineReference {
  const { pod, container } = entry.source;
  return { id: entryId(entry), time: timeText(entry.ms, entry.nanos), pod, container, text: entry.text.slice(0, 500) };
}
