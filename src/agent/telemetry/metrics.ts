/**
 * The metrics registry on prom-client: plugins ask for a metric by name; asking twice gives the same one, so that
 * every plugin of a type shares one family and tells its instances apart by labels.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../../pipeline/plugin.ts';

export class MetricsRegistry implements Metrics {
  readonly registry = new Registry();
  readonly #collectors: (() => void)[] = [];

  counter(name: string, help: string, labelNames: readonly string[] = []) {
    const metric = this.#get(name, () => new Counter({ name, help, labelNames, registers: [this.registry] }));
    return { inc: (by = 1, labels: Record<string, string> = {}) => metric.inc(labels, by) };
  }

  gauge(name: string, help: string, labelNames: readonly string[] = []) {
    const metric = this.#get(name, () => new Gauge({ name, help, labelNames, registers: [this.registry] }));
    return {
      set: (value: number, labels: Record<string, string> = {}) => metric.set(labels, value),
      inc: (by = 1, labels: Record<string, string> = {}) => metric.inc(labels, by),
      remove: (labels: Record<string, string>) => metric.remove(labels),
    };
  }

  histogram(name: string, help: string, buckets: readonly number[], labelNames: readonly string[] = []) {
    const metric = this.#get(
      name,
      () => new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.registry] }),
    );
    return { observe: (value: number, labels: Record<string, string> = {}) => metric.observe(labels, value) };
  }

  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** The exposition in Prometheus' text format. */
  async text(): Promise<string> {
    for (const collect of this.#collectors) collect();
    return this.registry.metrics();
  }

  #get<T>(name: string, make: () => T): T {
    return (this.registry.getSingleMetric(name) as T | undefined) ?? make();
  }
}
