/**
 * A registry of metrics: plugins ask for a metric by name; asking twice gives the same one, so that every plugin of a type shares one
 * family and tells its instances apart by labels.
 *
 * Guarantees: one name has one type and one help text (asking otherwise throws). A summary is a histogram without buckets: it costs two
 * numbers per label set, and Fluentd's has no quantiles either.
 */
import { SluiceError } from '../../pipeline/core/errors.ts';
import type { Labels, Metrics } from '../../pipeline/plugin.ts';
import { exposition } from './exposition.ts';
import { Histogram, Numbers } from './series.ts';

type Type = 'counter' | 'gauge' | 'histogram' | 'summary';

interface Entry {
  readonly type: Type;
  readonly help: string;
  readonly metric: Numbers | Histogram;
}

export class MetricsRegistry implements Metrics {
  readonly #entries = new Map<string, Entry>();
  readonly #collectors: (() => void)[] = [];

  counter(name: string, help: string, labelNames: readonly string[] = []) {
    const metric = this.#get(name, 'counter', help, () => new Numbers(name, labelNames));
    return {
      inc: (by = 1, labels: Labels = {}) => {
        if (by < 0) throw new SluiceError('ERR_METRIC', `the counter ${name} cannot be decreased`);
        metric.add(by, labels);
      },
      remove: (labels: Labels) => metric.remove(labels),
    };
  }

  gauge(name: string, help: string, labelNames: readonly string[] = []) {
    const metric = this.#get(name, 'gauge', help, () => new Numbers(name, labelNames));
    return {
      set: (value: number, labels: Labels = {}) => metric.set(value, labels),
      inc: (by = 1, labels: Labels = {}) => metric.add(by, labels),
      remove: (labels: Labels) => metric.remove(labels),
      clear: () => metric.clear(),
    };
  }

  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly string[] = [],
    bounds?: ReadonlyMap<number, string>,
  ) {
    const texts = buckets.map((bound) => bounds?.get(bound) ?? bound);
    return observer(this.#get(name, 'histogram', help, () => new Histogram(name, labelNames, buckets, texts)));
  }

  summary(name: string, help: string, labelNames: readonly string[] = []) {
    return observer(this.#get(name, 'summary', help, () => new Histogram(name, labelNames, [])));
  }

  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** The exposition in Prometheus' text format. */
  async text(): Promise<string> {
    for (const collect of this.#collectors) collect();
    return exposition(
      [...this.#entries].map(([name, { type, help, metric }]) => ({ name, type, help, samples: metric.samples() })),
    );
  }

  #get<M extends Entry['metric']>(name: string, type: Type, help: string, make: () => M): M {
    const known = this.#entries.get(name);
    if (known === undefined) {
      const metric = make();
      this.#entries.set(name, { type, help, metric });
      return metric;
    }
    if (known.type !== type)
      throw new SluiceError('ERR_METRIC', `${name} has already been registered as ${known.type} type`);
    if (known.help !== help)
      throw new SluiceError('ERR_METRIC', `${name} has already been registered with different docstring`);
    return known.metric as M;
  }
}

function observer(metric: Histogram) {
  return {
    observe: (value: number, labels: Labels = {}) => metric.observe(value, labels),
    init: (labels: Labels) => metric.init(labels),
    remove: (labels: Labels) => metric.remove(labels),
  };
}
