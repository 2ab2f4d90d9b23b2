/** Entries of a chunk as the body of a push request: one stream per set of labels, its lines in the order of their times. */

export interface Entry {
  /** JSON of the labels. */
  readonly labels: string;
  /** `["nanoseconds","line"]`. */
  readonly pair: string;
}

/** `chunk` as a byte string. */
export function entriesOf(chunk: string): Entry[] {
  const entries: Entry[] = [];
  for (let from = 0; from < chunk.length; ) {
    const end = chunk.indexOf('\n', from);
    const tab = chunk.indexOf('\t', from);
    entries.push({ labels: chunk.slice(from, tab), pair: chunk.slice(tab + 1, end) });
    from = end + 1;
  }
  return entries;
}

export function chunkOf(entries: readonly Entry[]): string {
  return entries.map(({ labels, pair }) => `${labels}\t${pair}\n`).join('');
}

/** `thread`: value of the label fluentd_thread. A byte string. */
export function requestBody(entries: readonly Entry[], thread: string | undefined): string {
  const streams = new Map<string, string[]>();
  for (const { labels, pair } of entries) {
    const pairs = streams.get(labels);
    if (pairs === undefined) streams.set(labels, [pair]);
    else pairs.push(pair);
  }
  const texts = [...streams].map(
    ([labels, pairs]) => `{"stream":${withThread(labels, thread)},"values":[${inOrder(pairs).join(',')}]}`,
  );
  return `{"streams":[${texts.join(',')}]}`;
}

function withThread(labels: string, thread: string | undefined): string {
  if (thread === undefined || labels.includes('"fluentd_thread":')) return labels;
  return `${labels === '{}' ? '{' : `${labels.slice(0, -1)},`}"fluentd_thread":"${thread}"}`;
}

function inOrder(pairs: string[]): string[] {
  const times = pairs.map((pair) => pair.slice(2, pair.indexOf('"', 2)));
  if (times.every((time, i) => i === 0 || compare(times[i - 1]!, time) <= 0)) return pairs;
  return pairs
    .map((pair, i) => ({ pair, time: times[i]! }))
    .sort((a, b) => compare(a.time, b.time))
    .map(({ pair }) => pair);
}

/** Of whole numbers in text: of the same sign and length they compare as text does. */
function compare(a: string, b: string): number {
  if (a.length === b.length && !a.startsWith('-') && !b.startsWith('-')) return a < b ? -1 : a > b ? 1 : 0;
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
