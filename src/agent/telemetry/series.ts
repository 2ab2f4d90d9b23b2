/** The values of one metric, by labels: counters and gauges, histograms. One without labels has a value from the start. */
import { SluiceError } from '../../pipeline/core/errors.ts';
import type { Labels } from '../../pipeline/plugin.ts';
import type { Sample } from './exposition.ts';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** What is kept for each set of labels. Classes that extend it `clear` when they are made. */
abstract class Series<T> {
  readonly #labelNames: readonly string[];
  readonly #kept = new Map<string, { readonly labels: Labels; readonly value: T }>();

  constructor(name: string, labelNames: readonly string[]) {
    if (!NAME.test(name)) throw new SluiceError('ERR_METRIC', `Invalid metric name: ${name}`);
    for (const label of labelNames)
      if (!LABEL.test(label)) throw new SluiceError('ERR_METRIC', `Invalid label name: ${label}`);
    this.#labelNames = labelNames;
  }

  protected abstract empty(): T;
  protected abstract samplesOf(value: T, labels: Labels): Sample[];

  protected of(labels: Labels): T {
    const key = this.#key(labels);
    let kept = this.#kept.get(key);
    if (kept === undefined) {
      for (const name of Object.keys(labels))
        if (!this.#labelNames.includes(name)) throw new SluiceError('ERR_METRIC', `the metric has no label ${name}`);
      kept = { labels: { ...labels }, value: this.empty() };
      this.#kept.set(key, kept);
    }
    return kept.value;
  }

  remove(labels: Labels): void {
    this.#kept.delete(this.#key(labels));
  }

  clear(): void {
    this.#kept.clear();
    if (this.#labelNames.length === 0) this.of({});
  }

  samples(): Sample[] {
    return [...this.#kept.values()].flatMap(({ labels, value }) => this.samplesOf(value, labels));
  }

  #key(labels: Labels): string {
    let key = '';
    // Other labels than those of the metric are refused, so they may share a key with nothing.
    for (const name of this.#labelNames) key += `${labels[name] ?? ''}\0`;
    return Object.keys(labels).length > this.#labelNames.length ? `${key}${Object.keys(labels).join('\0')}` : key;
  }
}

export class Numbers extends Series<{ n: number }> {
  constructor(name: string, labelNames: readonly string[]) {
    super(name, labelNames);
    this.clear();
  }
  protected override empty() {
    return { n: 0 };
  }
  protected override samplesOf({ n }: { n: number }, labels: Labels): Sample[] {
    return [{ value: n, labels }];
  }
  add(by: number, labels: Labels): void {
    this.of(labels).n += finite(by);
  }
  set(value: number, labels: Labels): void {
    this.of(labels).n = value;
  }
}

interface Observed {
  readonly counts: number[];
  sum: number;
  count: number;
}

export class Histogram extends Series<Observed> {
  readonly #name: string;
  readonly #bounds: readonly number[];
  readonly #texts: readonly (string | number)[] | undefined;

  /** `texts`: bounds as they are written; undefined: buckets are not told (summaries). */
  constructor(
    name: string,
    labelNames: readonly string[],
    bounds: readonly number[],
    texts?: readonly (string | number)[],
  ) {
    super(name, labelNames);
    this.#name = name;
    this.#bounds = bounds;
    this.#texts = texts;
    this.clear();
  }

  protected override empty(): Observed {
    return { counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
  }

  protected override samplesOf({ counts, sum, count }: Observed, labels: Labels): Sample[] {
    const metricName = `${this.#name}_bucket`;
    let below = 0;
    const buckets = (this.#texts ?? []).map((le, i) => ({
      metricName,
      value: (below += counts[i]!),
      labels: { ...labels, le },
    }));
    const all = this.#texts === undefined ? [] : [{ metricName, value: count, labels: { ...labels, le: '+Inf' } }];
    return [
      ...buckets,
      ...all,
      { metricName: `${this.#name}_sum`, value: sum, labels },
      { metricName: `${this.#name}_count`, value: count, labels },
    ];
  }

  observe(value: number, labels: Labels): void {
    const observed = this.of(labels);
    observed.sum += finite(value);
    observed.count++;
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    if (bucket >= 0) observed.counts[bucket]!++;
  }

  /** A label set with nothing observed yet. */
  init(labels: Labels): void {
    this.of(labels);
  }
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError(`Value is not a valid number: ${value}`);
  return value;
}
