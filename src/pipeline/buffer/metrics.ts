/** Metrics of flushes: how long they take, how many fail, and records that did not reach the primary output. */
import type { Labels, Metrics } from '../plugin.ts';

/** Seconds. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class FlushMetrics {
  readonly #labels: Labels;
  readonly #seconds: ReturnType<Metrics['histogram']>;
  readonly #failures: ReturnType<Metrics['counter']>;
  readonly #disk: ReturnType<Metrics['counter']>;
  readonly #lost: ReturnType<Metrics['counter']>;

  constructor(metrics: Metrics, labels: Labels) {
    const names = Object.keys(labels);
    this.#labels = labels;
    this.#seconds = metrics.histogram('sluice_flush_seconds', 'Time that writing a chunk took.', BUCKETS, names);
    this.#failures = metrics.counter('sluice_flush_failures_total', 'Writes of chunks that failed.', names);
    this.#disk = metrics.counter(
      'sluice_buffer_disk_errors_total',
      'Operations on chunk files that the disk refused; they are tried again.',
      names,
    );
    this.#lost = metrics.counter(
      'sluice_diverted_records_total',
      'Records that did not go to the primary output: to the secondary, the backup folder, or dropped.',
      [...names, 'to'],
    );
  }

  flush(seconds: number): void {
    this.#seconds.observe(seconds, this.#labels);
  }

  diskError(): void {
    this.#disk.inc(1, this.#labels);
  }

  failure(): void {
    this.#failures.inc(1, this.#labels);
  }

  lost(to: 'secondary' | 'backup' | 'dropped', records: number): void {
    this.#lost.inc(records, { ...this.#labels, to });
  }
}
