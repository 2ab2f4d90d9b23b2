/**
 * `@type concat`: joins records that are parts of one.
 *
 * The joined record has the fields of the first part, and those of the part that completed it which the first has not, as Fluentd's has. Parts that
 * wait longer than `flush_interval`, or until the end, go to `timeout_label`; without it to the error stream, and where there is no
 * `@ERROR` label they go on through the pipeline, so that no line is lost. What is known of a stream is forgotten with its parts.
 */
import { rubyToS } from '../../../ruby/to-s.ts';
import { SluiceError } from '../../core/errors.ts';
import { EventStream, type LogEvent } from '../../core/event.ts';
import type { Timer } from '../../core/ports.ts';
import { defineFilter, type Filter, type FilterHost, type FilterStep } from '../../plugin.ts';
import { ShapeMerger } from '../shape-merger.ts';
import { type Take, takeBy } from './modes.ts';
import { Parts, partOf } from './parts.ts';
import { type ConcatConfig, type MetadataFields, type Mode, metadataFields, modeOf, schema } from './schema.ts';

/** How often waiting parts are looked at. */
const TICK_MS = 1000;
/** The agent's own log never waits here. */
const OWN_LOG = /^fluent\.(?:trace|debug|info|warn|error|fatal)$/;

export const plugin = defineFilter({
  kind: 'filter',
  type: 'concat',
  doc: 'Joins records that are parts of one.',
  schema,
  create: (config, host) => new Concat(config, host),
});

class Concat implements Filter {
  readonly wholeStreams = true;
  readonly #config: ConcatConfig;
  readonly #host: FilterHost;
  readonly #mode: Mode;
  readonly #metadata: MetadataFields;
  readonly #take: Take;
  readonly #streams = new Map<string, Parts>();
  readonly #merger = new ShapeMerger();
  /** A record without this field is no part. */
  readonly #needed: string | undefined;
  readonly #removed: readonly string[];
  #timer: Timer | undefined;

  constructor(config: ConcatConfig, host: FilterHost) {
    this.#config = config;
    this.#host = host;
    this.#mode = modeOf(config);
    this.#metadata = metadataFields(config.partial_metadata_format);
    this.#take = takeBy(this.#mode, config, this.#metadata);
    if (this.#mode === 'partial') this.#needed = config.partial_key;
    if (this.#mode === 'metadata') this.#needed = this.#metadata.indicator;
    this.#removed = this.#removedKeys();
  }

  #removedKeys(): string[] {
    const { keep_partial_key: keep, keep_partial_metadata: keepMetadata } = this.#config;
    const { message, id, ordinal, last } = this.#metadata;
    if (this.#mode === 'partial') return keep ? [] : [this.#config.partial_key!];
    if (this.#mode === 'metadata') return keepMetadata ? [] : [message, id, ordinal, last];
    if (this.#mode !== 'cri') return [];
    const { partial_cri_logtag_key: logtag, partial_cri_stream_key: stream } = this.#config;
    return [...(keep || logtag === undefined ? [] : [logtag]), stream];
  }

  start(): void {
    const { flush_interval: seconds } = this.#config;
    if (seconds <= 0) return;
    this.#timer = this.#host.ports.clock.every(TICK_MS, () => void this.#flushOld(seconds * 1000));
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiting = [...this.#streams];
    this.#streams.clear();
    for (const [identity, stream] of waiting) {
      stream.forgetTakenBack();
      if (stream.empty) continue;
      const joined = stream.flush();
      if (await this.#cutShort(stream.tag, joined, `Flush remaining buffer: ${identity}`)) stream.updateHold();
    }
  }

  plan(tag: string): FilterStep {
    if (OWN_LOG.test(tag)) return (stream) => stream;
    const identityOf = this.#identity(tag);
    return (stream) => {
      const out: LogEvent[] = [];
      const now = this.#host.ports.clock.monotonic();
      for (const event of stream.events) {
        if (!event.has(this.#config.key) || (this.#needed !== undefined && !event.has(this.#needed))) out.push(event);
        else this.#add(tag, identityOf(event), event, now, out);
      }
      return new EventStream(tag, out);
    };
  }

  #identity(tag: string): (event: LogEvent) => string {
    const { stream_identity_key: key } = this.#config;
    const of = (event: LogEvent) => (key === undefined ? '' : rubyToS(event.get(key) ?? null));
    if (this.#mode === 'metadata') {
      const { id } = this.#metadata;
      return (event) => `${tag}:${of(event)}${rubyToS(event.get(id) ?? null)}`;
    }
    const whole = `${tag}:default`;
    return key === undefined ? () => whole : (event) => `${tag}:${of(event)}`;
  }

  #add(tag: string, identity: string, event: LogEvent, now: number, out: LogEvent[]): void {
    const { key, separator } = this.#config;
    let stream = this.#streams.get(identity);
    if (stream === undefined) {
      stream = new Parts(tag, key, Buffer.from(separator, 'utf8').toString('latin1'));
      this.#streams.set(identity, stream);
    }
    stream.touched = now;
    stream.forgetTakenBack();
    let done: LogEvent[];
    try {
      done = this.#take(stream, partOf(event, key));
    } catch (error) {
      this.#host.emitError(tag, event, error);
      return;
    } finally {
      stream.updateHold();
    }
    for (const record of done) out.push(this.#complete(event, record, done[0]!));
    // Every joined record has an identity of its own there: none of them comes back.
    if (this.#mode === 'metadata' && stream.empty) this.#streams.delete(identity);
  }

  /** The record as it leaves: merged into the part that completed it. */
  #complete(event: LogEvent, record: LogEvent, first: LogEvent): LogEvent {
    const merged = event.clone();
    if (record !== event) this.#merger.merge(merged, record);
    // Where one part completes two records both have the time of the older, as Fluentd has it.
    const timed = this.#config.use_first_timestamp ? (record === event ? first : record) : event;
    merged.sec = timed.sec;
    merged.nsec = timed.nsec;
    merged.origin = record.origin;
    merged.position = record.position;
    for (const key of this.#removed) merged.delete(key);
    return merged;
  }

  async #flushOld(ms: number): Promise<void> {
    const { clock } = this.#host.ports;
    const now = clock.monotonic();
    for (const [identity, stream] of this.#streams) {
      if (now - stream.touched < ms) continue;
      stream.forgetTakenBack();
      this.#streams.delete(identity);
      if (stream.empty) continue;
      const { parts } = stream;
      const joined = stream.flush();
      if (!this.#config.use_first_timestamp) {
        const nanos = clock.nowNanos();
        joined.sec = Number(nanos / 1_000_000_000n);
        joined.nsec = Number(nanos % 1_000_000_000n);
      }
      if (await this.#cutShort(stream.tag, joined, `Timeout flush: ${identity}`)) stream.updateHold();
      else if (!this.#streams.has(identity)) {
        // The next tick tries again; where more parts have come meanwhile the position stays before these, for the next start.
        stream.parts = parts;
        this.#streams.set(identity, stream);
      }
    }
  }

  /** False where the event was refused. */
  async #cutShort(tag: string, event: LogEvent, message: string): Promise<boolean> {
    const { timeout_label: label } = this.#config;
    this.#host.log.info(message);
    try {
      if (label !== undefined) await this.#host.emitToLabel(label, new EventStream(tag, [event]));
      else if (this.#host.hasLabel('@ERROR'))
        this.#host.emitError(tag, event, new SluiceError('ERR_CONCAT_TIMEOUT', message));
      else await this.#host.emitAfter(new EventStream(tag, [event]));
      return true;
    } catch (error) {
      this.#host.log.error('failed to flush timeout buffer', { error });
      return false;
    }
  }
}
