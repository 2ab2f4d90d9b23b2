/** Events of one stream as requests: in the order of their times, and within the limits of the API. */
import { type Entry, EVENT_HEADER } from './entry.ts';

/** Bytes of a request: those of the messages, and EVENT_HEADER for each. */
const MAX_BYTES = 1_048_576;
/** The first and the last event of a request must lie less than a day apart. */
const MAX_SPAN_MS = 24 * 3600 * 1000;

export function batches(entries: readonly Entry[], maxEvents: number): Entry[][] {
  const inOrder = entries.toSorted((a, b) => a[0] - b[0]);
  const all: Entry[][] = [];
  let batch: Entry[] = [];
  let bytes = 0;
  for (const entry of inOrder) {
    const size = Buffer.byteLength(entry[3]) + EVENT_HEADER;
    const first = batch[0];
    const isFull =
      first !== undefined &&
      (bytes + size > MAX_BYTES || batch.length >= maxEvents || entry[0] - first[0] >= MAX_SPAN_MS);
    if (isFull) {
      all.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  if (batch.length > 0) all.push(batch);
  return all;
}
