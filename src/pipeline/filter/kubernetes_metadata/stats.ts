/** Counters under the plugin's names, for its line of statistics in the own log, and the same as metrics. */
import type { Metrics } from '../../plugin.ts';
import type { Resource, Verb } from './api.ts';

export class Stats {
  readonly #counts = new Map<string, number>();
  readonly #metrics: Metrics;
  readonly #requests: ReturnType<Metrics['counter']>;
  readonly #restarts: ReturnType<Metrics['counter']>;
  #hits = 0;
  #misses = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.#requests = metrics.counter(
      'sluice_kubernetes_api_requests_total',
      'Requests to the Kubernetes API, by verb, resource and status (or error code).',
      ['verb', 'resource', 'status'],
    );
    this.#restarts = metrics.counter(
      'sluice_kubernetes_watch_restarts_total',
      'Watches of the Kubernetes API opened again, by resource and reason (closed, gone, error).',
      ['resource', 'reason'],
    );
  }

  /** `sizes` tells the entries of the caches, at each exposition. */
  expose(sizes: () => { pods: number; namespaces: number }, id: string): void {
    const help = (what: string) => `Streams whose metadata ${what}.`;
    const hits = this.#metrics.counter('sluice_kubernetes_cache_hits_total', help('was at hand'), ['plugin_id']);
    const misses = this.#metrics.counter('sluice_kubernetes_cache_misses_total', help('had to be waited for'), [
      'plugin_id',
    ]);
    const entries = this.#metrics.gauge('sluice_kubernetes_cache_entries', 'Objects held by the metadata filter.', [
      'plugin_id',
      'resource',
    ]);
    this.#metrics.onCollect(() => {
      hits.inc(this.#hits, { plugin_id: id });
      misses.inc(this.#misses, { plugin_id: id });
      this.#hits = 0;
      this.#misses = 0;
      for (const [resource, size] of Object.entries(sizes())) entries.set(size, { plugin_id: id, resource });
    });
  }

  hit(): void {
    this.#hits++;
  }

  miss(): void {
    this.#misses++;
    this.bump('id_cache_miss');
  }

  request(verb: Verb, resource: Resource, status: string): void {
    this.#requests.inc(1, { verb, resource, status });
  }

  restart(resource: Resource, reason: 'closed' | 'gone' | 'error'): void {
    this.#restarts.inc(1, { resource, reason });
  }

  bump(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  set(name: string, value: number): void {
    this.#counts.set(name, value);
  }

  /** As the plugin writes it: `stats - pod_cache_size: 3, …` */
  toString(): string {
    return `stats - ${[...this.#counts].map(([name, count]) => `${name}: ${count}`).join(', ')}`;
  }
}
