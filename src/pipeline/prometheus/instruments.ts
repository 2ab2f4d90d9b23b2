/**
 * `<metric>` elements of the prometheus filter and output: counters, gauges, summaries and histograms that records move.
 *
 * Guarantees: labels are compiled once per tag; a counter adds up a stream before it touches the registry. A record whose value is
 * no number goes to the error stream and counts nowhere, and passes on. Leaves the text format to the agent's registry.
 */
import type { Element } from '../../config/element.ts';
import { typedValue } from '../../config/types.ts';
import { rubyToS } from '../../ruby/to-s.ts';
import { Accessor } from '../core/accessor.ts';
import { PluginConfigError, SluiceError } from '../core/errors.ts';
import { type EventStream, LogEvent } from '../core/event.ts';
import type { Timer } from '../core/ports.ts';
import { Float, type Value } from '../core/value.ts';
import type { Host, Labels } from '../plugin.ts';
import { compileLabels, isAccessor, type LabelContext, type LabelsOf, type LabelTexts, labelTexts } from './labels.ts';

/** As Ruby's client has them. */
const DEFAULT_BUCKETS = '0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,10';
const DEFAULT_RETENTION_CHECK = '60';

/** Moves the metrics of one tag by a stream. */
export type Instrument = (stream: EventStream) => void;

interface Target {
  /** Adds, sets or observes; `undefined` in a counter's place of a value is 1. */
  put(value: number, labels: Labels): void;
  init(labels: Labels): void;
  remove(labels: Labels): void;
}

export class Instruments {
  readonly #metrics: readonly Metric[];
  readonly #host: Host;
  #timers: Timer[] = [];

  constructor(element: Element, host: Host) {
    const common = labelTexts(element, host);
    this.#host = host;
    this.#metrics = element.children
      .filter((child) => child.name === 'metric')
      .map((child) => new Metric(child, common, host));
  }

  plan(tag: string): Instrument {
    const steps = this.#metrics.map((metric) => metric.plan(tag));
    return (stream) => {
      for (const step of steps) step(stream);
    };
  }

  start(): void {
    const { clock } = this.#host.ports;
    for (const metric of this.#metrics) {
      const { expiry } = metric;
      if (expiry !== undefined) this.#timers.push(clock.every(expiry.checkMs, () => expiry.sweep(clock.now())));
    }
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }
}

class Metric {
  readonly #name: string;
  readonly #counts: boolean;
  readonly #read: ((event: LogEvent) => Value | undefined) | undefined;
  readonly #labels: LabelTexts;
  readonly #target: Target;
  readonly #host: Host;
  readonly expiry: Expiry | undefined;

  constructor(element: Element, common: LabelTexts, host: Host) {
    for (const option of ['name', 'desc'])
      if (element.text(option) === undefined) throw new PluginConfigError(`metric requires '${option}' option`);
    const type = element.text('type');
    const key = element.text('key');
    this.#name = element.text('name')!;
    this.#counts = type === 'counter';
    this.#host = host;
    this.#labels = new Map([...common, ...labelTexts(element, host)]);
    if (key === undefined && !this.#counts && type !== undefined)
      throw new PluginConfigError(`${type} metric requires 'key' option`);
    this.#read = key === undefined ? undefined : reader(key);
    this.#target = target(type, element, [...this.#labels.keys()], host);
    if (element.text('initialized') === 'true')
      for (const labels of initialLabels(element, this.#labels, host)) this.#target.init(labels);
    const retention = element.text('retention');
    if (retention !== undefined)
      this.expiry = new Expiry(
        seconds(retention),
        seconds(element.text('retention_check_interval') ?? DEFAULT_RETENTION_CHECK),
        (labels) => this.#target.remove(labels),
      );
  }

  plan(tag: string): Instrument {
    const labelsOf = compileLabels(this.#labels, tag, this.#host);
    return this.#counts ? (stream) => this.#count(stream, labelsOf) : (stream) => this.#observe(stream, labelsOf);
  }

  #count(stream: EventStream, labelsOf: LabelsOf): void {
    if (this.#read === undefined && labelsOf.fixed !== undefined) {
      // Counting events by tag: nothing is looked at.
      const [first] = stream.events;
      if (first !== undefined) this.#put(stream.events.length, labelsOf.fixed, stream.tag, first);
      return;
    }
    const sums = new Map<string, { labels: Labels; sum: number; first: LogEvent }>();
    for (const event of stream.events) {
      const by = this.#value(stream.tag, event, 1);
      if (by === undefined) continue;
      const labels = labelsOf(event);
      const key = Object.values(labels).join('\0');
      const known = sums.get(key);
      if (known === undefined) sums.set(key, { labels, sum: by, first: event });
      else known.sum += by;
    }
    for (const { labels, sum, first } of sums.values()) this.#put(sum, labels, stream.tag, first);
  }

  #observe(stream: EventStream, labelsOf: LabelsOf): void {
    for (const event of stream.events) {
      const value = this.#value(stream.tag, event, undefined);
      if (value !== undefined) this.#put(value, labelsOf(event), stream.tag, event);
    }
  }

  /** Another filter may have made the metric of this name with other labels: that shows here first. */
  #put(value: number, labels: Labels, tag: string, event: LogEvent): void {
    try {
      this.#target.put(value, labels);
      this.expiry?.touch(labels, this.#host.ports.clock.now());
    } catch (error) {
      this.#failed(tag, event, error);
    }
  }

  /** Undefined for a record that does not count: its value is missing, or was bad and has been told. */
  #value(tag: string, event: LogEvent, without: number | undefined): number | undefined {
    if (this.#read === undefined) return without;
    const value = this.#read(event);
    if (value === undefined || value === null || (value === false && !this.#counts)) return undefined;
    const number = numberOf(value);
    if (number !== undefined && !(this.#counts && number < 0)) return number;
    const error = new SluiceError(
      'ERR_METRIC_VALUE',
      number === undefined ? 'value must be a number' : 'increment must be a non-negative number',
    );
    this.#failed(tag, event, error);
    return undefined;
  }

  #failed(tag: string, event: LogEvent, error: unknown): void {
    this.#host.log.warn('prometheus: failed to instrument a metric.', { error, tag, name: this.#name });
    this.#host.emitError(tag, event.clone(), error);
  }
}

/** Forgets label sets that nothing has moved for a while. */
class Expiry {
  readonly checkMs: number;
  readonly #keepMs: number;
  readonly #remove: (labels: Labels) => void;
  readonly #seen = new Map<string, { labels: Labels; at: number }>();

  constructor(keep: number, check: number, remove: (labels: Labels) => void) {
    this.#keepMs = keep * 1000;
    this.checkMs = Math.max(1, check * 1000);
    this.#remove = remove;
  }

  touch(labels: Labels, now: number): void {
    this.#seen.set(Object.values(labels).join('\0'), { labels, at: now });
  }

  sweep(now: number): void {
    for (const [key, { labels, at }] of this.#seen) {
      if (now - at < this.#keepMs) continue;
      this.#seen.delete(key);
      this.#remove(labels);
    }
  }
}

function target(type: string | undefined, element: Element, labelNames: string[], host: Host): Target {
  const name = element.text('name')!;
  const desc = element.text('desc')!;
  switch (type) {
    case 'counter': {
      const counter = host.exposed.counter(name, desc, labelNames);
      return { put: counter.inc, init: (labels) => counter.inc(0, labels), remove: counter.remove };
    }
    case 'gauge': {
      const gauge = host.exposed.gauge(name, desc, labelNames);
      return { put: gauge.set, init: (labels) => gauge.set(0, labels), remove: gauge.remove };
    }
    case 'summary': {
      const summary = host.exposed.summary(name, desc, labelNames);
      return { put: summary.observe, init: summary.init, remove: summary.remove };
    }
    case 'histogram': {
      const bounds = bucketBounds(element.text('buckets') ?? DEFAULT_BUCKETS);
      const histogram = host.exposed.histogram(name, desc, [...bounds.keys()], labelNames, bounds);
      return { put: histogram.observe, init: histogram.init, remove: histogram.remove };
    }
    default:
      throw new PluginConfigError("type option must be 'counter', 'gauge', 'summary' or 'histogram'");
  }
}

/** Bounds and how Fluentd writes them: a text such as `2.5` (and, by its regexp, `100`) is a float, others are integers. */
function bucketBounds(text: string): Map<number, string> {
  const bounds = text.split(',').map((part): [number, string] => {
    const trimmed = part.trim();
    const number = /^\d+.\d+$/.test(trimmed) ? Number.parseFloat(trimmed) : Number.parseInt(trimmed, 10) || 0;
    const float = /^\d+.\d+$/.test(trimmed) && Number.isInteger(number);
    return [number, rubyToS(float ? new Float(number) : number)];
  });
  return new Map(bounds.sort(([a], [b]) => a - b));
}

/** Label sets of `<initlabels>`: record labels as given there, the others as they are. */
function initialLabels(element: Element, texts: LabelTexts, context: LabelContext): Labels[] {
  const name = element.text('name');
  const open = [...texts].filter(([, text]) => isAccessor(text) || text.startsWith('${'));
  const reserved = (text: string) => text === '${hostname}' || text === '${worker_id}';
  const blocks = element.children.filter((child) => child.name === 'initlabels');
  for (const block of blocks)
    for (const [key, { value }] of block.params) {
      const text = texts.get(key);
      if (text === undefined)
        throw new PluginConfigError(`Key ${key} in <initlabels> is non existent in <labels> for metric ${name}`);
      if (isAccessor(value) || value.startsWith('${'))
        throw new PluginConfigError(
          `Cannot use RecordAccessor or placeholder ${value} (key ${key}) in a <initlabels> in metric ${name}`,
        );
      if (!isAccessor(text) && !text.startsWith('${'))
        throw new PluginConfigError(
          `Cannot set <initlabels> on non RecordAccessor/Placeholder key ${key} (value ${value}) in metric ${name}`,
        );
      if (reserved(text))
        throw new PluginConfigError(
          `Cannot set <initlabels> on reserved placeholder ${text} for key ${key} in metric ${name}`,
        );
    }
  for (const [key, text] of open)
    if (!reserved(text) && !blocks.some((block) => block.params.has(key)))
      throw new PluginConfigError(
        `RecordAccessor/Placeholder key ${key} with value ${text} has not been set in a <initlabels> for initialized metric ${name}`,
      );
  const fixed = compileLabels(new Map([...texts].filter(([, text]) => !isAccessor(text))), '', context);
  const base = fixed(LogEvent.from(0, 0, {}));
  const sets = blocks.map((block) => Object.fromEntries([...block.params].map(([key, { value }]) => [key, value])));
  return (sets.length > 0 ? sets : [{}]).map((set) =>
    Object.fromEntries([...texts.keys()].map((key) => [key, set[key] ?? base[key] ?? ''])),
  );
}

function reader(key: string): (event: LogEvent) => Value | undefined {
  if (!isAccessor(key)) return (event) => event.get(key);
  const accessor = new Accessor(key);
  return (event) => accessor.get(event);
}

function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Float && Number.isFinite(value.value) ? value.value : undefined;
}

function seconds(text: string): number {
  return typedValue(text, { type: 'time', doc: '' }) as number;
}
