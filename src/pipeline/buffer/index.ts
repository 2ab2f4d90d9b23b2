/**
 * The buffer of an output: stage → queue → write, as Fluentd does it.
 *
 * Guarantees: `emit` returns when the events' bytes are in a chunk (on disk for file buffers); a full buffer blocks, throws or drops the oldest
 * chunk, as configured; only the buffer retries; a chunk is purged after `write` resolved. Leaves what a chunk takes to stage.ts, its
 * delivery to delivery.ts, formats and files to chunk.ts and store.ts.
 */
import type { Element } from '../../config/element.ts';
import type { ConfigOf } from '../../config/schema.ts';
import { BufferOverflowError, SluiceError } from '../core/errors.ts';
import { EventStream } from '../core/event.ts';
import type { Timer } from '../core/ports.ts';
import type { BufferedOutput, ChunkKeys, Output, PluginStats } from '../plugin.ts';
import type { Chunk } from './chunk.ts';
import { Delivery, type DeliveryHost } from './delivery.ts';
import type { ForeignChunk } from './fluentd-chunk.ts';
import { type Limits, limitsOf } from './limits.ts';
import { Metadata } from './metadata.ts';
import { FlushMetrics } from './metrics.ts';
import { bufferZone, chunkKeys } from './placeholders.ts';
import type { bufferSchema } from './schema.ts';
import { Stage } from './stage.ts';
import { type ChunkStore, FileStore, MemoryStore } from './store.ts';

export type { Secondary } from './delivery.ts';

type BufferConfig = ConfigOf<typeof bufferSchema>;

export interface BufferHost extends DeliveryHost {
  readonly type: string;
}

/** Time that a stop gives the last flush. */
const SHUTDOWN_MS = 20_000;
/** How late a chunk may be queued, as a share of the interval. */
const TICK_SHARE = 0.25;
/** Events of a foreign chunk that are in memory at the same time. */
const TAKEN_AT_ONCE = 1000;

export function createBuffer(
  config: BufferConfig,
  element: Element,
  output: BufferedOutput,
  host: BufferHost,
): OutputBuffer {
  return new OutputBuffer(config, element, output, host);
}

export class OutputBuffer implements Output {
  readonly #config: BufferConfig;
  readonly #output: BufferedOutput;
  readonly #host: BufferHost;
  readonly #metrics: FlushMetrics;
  readonly #keys: ChunkKeys;
  readonly #metadata: Metadata;
  readonly #mode: 'lazy' | 'interval' | 'immediate';
  readonly #limits: Limits;
  readonly #isFile: boolean;
  readonly #stage: Stage;
  readonly #delivery: Delivery;
  #store: ChunkStore | undefined;
  /** Emits that wait for room. */
  #waiting: (() => void)[] = [];
  #timers: Timer[] = [];
  #stopped = false;
  readonly #counts = { emit_records: 0, emit_count: 0 };

  constructor(config: BufferConfig, element: Element, output: BufferedOutput, host: BufferHost) {
    this.#config = config;
    this.#output = output;
    this.#host = host;
    this.#metrics = new FlushMetrics(host.metrics, { plugin_id: host.id, type: host.type });
    this.#keys = chunkKeys(element);
    this.#metadata = new Metadata(this.#keys, bufferZone(element), config.timekey);
    this.#isFile = config['@type'] !== 'memory';
    this.#limits = limitsOf(config);
    this.#mode = config.flush_mode !== 'default' ? config.flush_mode : this.#keys.time ? 'lazy' : 'interval';
    this.#stage = new Stage({
      output,
      limits: this.#limits,
      create: (meta) => this.#store!.create(meta, host.ports.clock.now()),
      diskRefused: () => this.#metrics.diskError(),
    });
    this.#delivery = new Delivery({
      ...{ config, output, host, metrics: this.#metrics },
      wrote: () => this.#enqueueDue(),
      freed: () => this.#letIn(),
    });
    const keys = (this.#keys.tag ? 1 : 0) + this.#keys.fields.length;
    if (config['@type'] === 'file_single' && (keys !== 1 || this.#keys.time))
      throw new SluiceError('ERR_CONFIG', "'file_single' buffer needs exactly one chunk key: 'tag' or one field");
  }

  async start(): Promise<void> {
    const key = this.#keys.tag ? 'tag' : this.#keys.fields[0];
    this.#store = this.#isFile ? new FileStore(this.#config, this.#host, key) : new MemoryStore();
    await this.#output.start?.();
    await this.#host.secondary?.start?.();
    if (this.#stopped) return;
    const { staged, queued, foreign } = this.#store.resume();
    this.#delivery.queue.push(...queued);
    for (const chunk of staged) if (!this.#stage.adopt(chunk)) this.#delivery.push(chunk);
    for (const chunk of foreign) this.#takeOver(chunk);
    const shortest = Math.min(this.#config.flush_thread_interval, this.#config.flush_interval, 1) * 1000;
    this.#timers.push(this.#host.ports.clock.every(Math.max(20, shortest * TICK_SHARE), () => this.#tick()));
    this.#tick();
  }

  /** A chunk that Fluentd left: its events go into chunks of ours, and only then do its files go. */
  #takeOver(foreign: ForeignChunk): void {
    const { log } = this.#host;
    try {
      let records = 0;
      for (const { tag, events } of foreign.streams(TAKEN_AT_ONCE)) {
        this.#stage.put(foreign.meta, new EventStream(tag, [...events]));
        this.#stage.settle();
        this.#queueFilled();
        records += events.length;
      }
      foreign.remove();
      log.info('a chunk of Fluentd was taken over', { file: foreign.file, records });
    } catch (error) {
      log.error('a chunk of Fluentd could not be taken over; it stays where it is', { file: foreign.file, error });
    }
  }

  emit(stream: EventStream): void | Promise<void> {
    const { length } = stream;
    if (length === 0) return;
    if (this.#isFull()) return this.#overflow(stream);
    this.#counts.emit_count++;
    this.#counts.emit_records += length;
    const queued = this.#delivery.queue.length;
    try {
      this.#put(stream);
    } catch (error) {
      this.#stage.rollBack();
      this.#queueFilled();
      throw error;
    }
    this.#stage.settle();
    this.#queueFilled();
    if (this.#mode === 'immediate') this.#queueOpen();
    if (this.#delivery.queue.length > queued) this.#delivery.drain();
  }

  #put(stream: EventStream): void {
    const meta = this.#metadata.ofTag(stream.tag);
    if (meta !== undefined) this.#stage.put(meta, stream);
    else
      for (const [own, events] of this.#metadata.groups(stream))
        this.#stage.put(own, new EventStream(stream.tag, events));
  }

  /** USR1: everything is queued and tried now, without waiting for a retry's time. */
  async flush(): Promise<void> {
    this.#queueOpen();
    this.#delivery.drainNow();
    await this.#output.flush?.();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#delivery.pause();
    const { queue } = this.#delivery;
    const flush = this.#config.flush_at_shutdown ?? !this.#isFile;
    if (flush) {
      this.#queueOpen();
      this.#delivery.drainNow();
    }
    const deadline = this.#host.ports.clock.monotonic() + SHUTDOWN_MS;
    // Chunks that are being written are waited for; those that fail stay where they are.
    while (
      (queue.writing > 0 || (flush && queue.length > 0 && !this.#delivery.isRetrying)) &&
      this.#host.ports.clock.monotonic() < deadline
    ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#delivery.abort();
    if (!this.#isFile && queue.length > 0)
      this.#host.log.warn('chunks of a memory buffer are lost at the stop', { chunks: queue.length });
    this.#delivery.removeLeftovers();
    for (const chunk of [...this.#stage.all(), ...queue.all()]) chunk.close();
    await this.#output.stop?.();
    await this.#host.secondary?.stop?.();
  }

  stats(): PluginStats {
    const { queue, counts } = this.#delivery;
    const { num_errors: errors, write_secondary_count: _s, ...written } = counts;
    const stage = this.#stage.all();
    const timekeys = [...stage, ...queue.all()].flatMap(({ meta }) => meta.timekey ?? []);
    const total = this.#stage.bytes + queue.bytes;
    return {
      ...this.#counts,
      emit_size: this.#stage.written,
      ...written,
      ...this.#output.stats?.(),
      buffer_queue_length: queue.length,
      buffer_timekeys: [...new Set(timekeys)],
      buffer_total_queued_size: total,
      buffer_stage_length: stage.length,
      buffer_stage_byte_size: this.#stage.bytes,
      buffer_queue_byte_size: queue.bytes,
      buffer_available_buffer_space_ratios: Math.round((1 - total / this.#limits.total) * 1000) / 10,
      ...(timekeys.length > 0
        ? { buffer_newest_timekey: Math.max(...timekeys), buffer_oldest_timekey: Math.min(...timekeys) }
        : {}),
      retry_count: errors,
      retry: this.#delivery.retryStats() ?? {},
    };
  }

  // ---------------------------------------------------------------- overflow

  #isFull(): boolean {
    return this.#stage.bytes + this.#delivery.queue.bytes >= this.#limits.total;
  }

  #overflow(stream: EventStream): void | Promise<void> {
    const action = this.#config.overflow_action;
    if (action === 'throw_exception') throw new BufferOverflowError();
    // Columns are good until the next block is read.
    stream.keep();
    if (action === 'block') return this.#room().then(() => this.emit(stream));
    const [oldest] = this.#delivery.queue.waiting();
    if (oldest === undefined) throw new BufferOverflowError();
    this.#metrics.lost('dropped', oldest.count);
    this.#host.log.warn('dropping oldest chunk to make space after buffer overflow', { chunk_id: oldest.id });
    this.#delivery.purge(oldest);
    return this.emit(stream);
  }

  #room(): Promise<void> {
    if (this.#stopped) return Promise.reject(new BufferOverflowError('the buffer is full and the agent stops'));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #letIn(): void {
    if (this.#waiting.length > 0 && !this.#isFull()) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  // ---------------------------------------------------------------- stage → queue

  #tick(): void {
    this.#delivery.removeLeftovers();
    this.#queueFilled();
    this.#enqueueDue();
    this.#delivery.drain();
  }

  /** Only after the emit: a chunk can be taken back as long as it is not queued. */
  #queueFilled(): void {
    for (const chunk of this.#stage.takeFilled()) if (!this.#tryQueue(chunk)) this.#stage.giveBack(chunk);
  }

  #queueOpen(): void {
    for (const chunk of this.#stage.open()) this.#queueStaged(chunk);
  }

  #queueStaged(chunk: Chunk): void {
    if (this.#tryQueue(chunk)) this.#stage.remove(chunk);
  }

  /** A disk that refuses leaves the chunk where it is: the next tick tries again. */
  #tryQueue(chunk: Chunk): boolean {
    try {
      this.#delivery.push(chunk);
      return true;
    } catch (error) {
      this.#delivery.diskFailed('a chunk could not be queued', chunk, error);
      return false;
    }
  }

  #enqueueDue(): void {
    const now = this.#host.ports.clock.now();
    const { queued_chunks_limit_size: limit = this.#config.flush_thread_count } = this.#config;
    let waiting = this.#waitingInQueue();
    for (const chunk of this.#stage.open()) {
      // While the output is away chunks grow in the stage, instead of becoming many small ones.
      if (waiting >= limit) break;
      if (!this.#isDue(chunk, now)) continue;
      this.#queueStaged(chunk);
      waiting++;
    }
  }

  /** While the output takes chunks the full ones do not count: a loud tag has many, and would keep quiet ones staged. */
  #waitingInQueue(): number {
    let waiting = 0;
    for (const chunk of this.#delivery.queue.waiting())
      if (this.#delivery.isRetrying || chunk.size < this.#limits.full) waiting++;
    return waiting;
  }

  #isDue(chunk: Chunk, now: number): boolean {
    if (this.#mode === 'immediate') return true;
    if (this.#mode === 'interval' && now - chunk.createdAt >= this.#config.flush_interval * 1000) return true;
    const { timekey } = chunk.meta;
    return timekey !== undefined && now / 1000 >= timekey + this.#config.timekey! + this.#config.timekey_wait;
  }
}
