/**
 * `@type record_transformer`: adds, replaces and removes fields, with or without Ruby (`enable_ruby`).
 *
 * All of a record's new fields are computed from the record as it came in, then set. Whatever depends on the tag, on constants
 * or on a shared value alone is computed once (see expression.ts). An expression that fails sends the event to the error stream.
 */
import type { Element } from '../../../config/element.ts';
import { Accessor } from '../../core/accessor.ts';
import { Template } from '../../core/columns.ts';
import { PluginConfigError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import { Placing } from '../../core/placing.ts';
import type { Slot } from '../../core/slot.ts';
import { Float, type Value } from '../../core/value.ts';
import { defineFilter, type FilterHost, type FilterStep } from '../../plugin.ts';
import { type Assignments, compileFields } from './fields.ts';

export const plugin = defineFilter({
  kind: 'filter',
  type: 'record_transformer',
  doc: 'Adds, replaces and removes fields of records.',
  schema: {
    doc: 'Record transformer filter.',
    params: {
      enable_ruby: { type: 'bool', default: 'false', doc: 'Allow Ruby expressions in `${…}`.' },
      auto_typecast: {
        type: 'bool',
        default: 'true',
        doc: 'A lone placeholder keeps its type; false makes all values strings.',
      },
      renew_record: { type: 'bool', default: 'false', doc: 'Start from an empty record.' },
      renew_time_key: { type: 'string', doc: 'Take the event time (seconds since the epoch) from this field.' },
      keep_keys: { type: 'array', doc: 'With renew_record: fields that stay.' },
      remove_keys: { type: 'array', doc: 'Fields to remove: keys or record accessors (`$.a.b`).' },
    },
    sections: {
      record: { doc: 'New fields, one a line.', params: {}, multi: true, anyParam: true },
    },
  },
  create(config, host) {
    if (config.keep_keys !== undefined && !config.renew_record) {
      throw new PluginConfigError('`renew_record` must be true to use `keep_keys`');
    }
    const fields = host.element.children.filter((child: Element) => child.name === 'record');
    const compiled = compileFields(fields, { ruby: config.enable_ruby, typecast: config.auto_typecast, host });
    const transform = new Transform(config, host);
    return { wholeStreams: true, plan: (tag) => transform.step(tag, compiled(tag)) };
  },
});

interface Options {
  renew_record: boolean;
  renew_time_key: string | undefined;
  keep_keys: readonly string[] | undefined;
  remove_keys: readonly string[] | undefined;
}

class Transform {
  readonly #options: Options;
  readonly #host: FilterHost;
  readonly #removals: readonly Accessor[];
  /** Values on their way into an event. */
  readonly #slots: Slot[] = [];
  readonly #placing = new Placing();

  constructor(options: Options, host: FilterHost) {
    this.#options = options;
    this.#host = host;
    this.#removals = (options.remove_keys ?? []).map((text) => new Accessor(text));
  }

  step(tag: string, assign: Assignments): FilterStep {
    return (stream) => {
      if (stream.columns?.change((one) => this.#change(one, assign))) return stream;
      const { events } = stream;
      let kept = 0;
      for (const event of events) {
        if (this.#apply(tag, event, assign)) events[kept++] = event;
      }
      events.length = kept;
      return stream;
    };
  }

  /** False when the event failed and went to the error stream. */
  #apply(tag: string, event: LogEvent, assign: Assignments): boolean {
    const slots = this.#slots;
    let keys: readonly string[];
    try {
      keys = assign(event, slots);
    } catch (error) {
      this.#host.emitError(tag, event, error);
      return false;
    }
    this.#finish(event, keys, slots);
    return true;
  }

  /** @throws what an expression throws */
  #change(event: LogEvent, assign: Assignments): void {
    const keys = assign(event, this.#slots);
    this.#finish(event, keys, this.#slots);
  }

  #finish(event: LogEvent, keys: readonly string[], slots: readonly Slot[]): void {
    if (this.#options.renew_record) this.#renew(event);
    this.#placing.put(event, keys, slots);
    this.#renewTime(event);
    for (const accessor of this.#removals) accessor.delete(event);
  }

  #renew(event: LogEvent): void {
    const kept = (this.#options.keep_keys ?? []).map((key): [string, Slot | undefined] => [key, event.slot(key)]);
    event.clear();
    for (const [key, slot] of kept) if (slot !== undefined) event.setSlot(key, slot);
  }

  #renewTime(event: LogEvent): void {
    const key = this.#options.renew_time_key;
    if (key === undefined) return;
    if (event instanceof Template) throw new TypeError('each record has a time of its own');
    const value = event.get(key);
    if (value === undefined) return;
    const seconds = toFloat(value);
    event.sec = Math.floor(seconds);
    event.nsec = Math.round((seconds - event.sec) * 1e9);
  }
}

/** Ruby's `to_f`: leading digits of a string count, anything else is 0. */
function toFloat(value: Value): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (value instanceof Float) return value.value;
  const parsed = typeof value === 'string' ? Number.parseFloat(value) : Number.NaN;
  return Number.isFinite(parsed) ? parsed : 0;
}
