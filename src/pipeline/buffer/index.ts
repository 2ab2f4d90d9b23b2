/**
 * The buffer of an output: stage → queue → write, as Fluentd does it.
 *
 * Guarantees: `emit` returns when the events' bytes are in a chunk (on disk for file buffers); a full buffer blocks, throws or drops the oldest
 * chunk, as configured; only the buffer retries; a chunk is purged after `write` resolved. All events of a stream with equal
 * metadata are one append. Leaves rendering and delivery to the output, formats and files to chunk.ts and store.ts.
 */
import path from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Element } from '../../config/element.ts';
import type { ConfigOf } from '../../config/schema.ts';
import { Accessor } from '../core/accessor.ts';
import type { Columns } from '../core/columns.ts';
import { BufferOverflowError, SluiceError, UnrecoverableError } from '../core/errors.ts';
import { EventStream, type LogEvent } from '../core/event.ts';
import type { Timer } from '../core/ports.ts';
import type { Value } from '../core/value.ts';
import type {
  BufferedOutput,
  ChunkKeys,
  ChunkMeta,
  Layout,
  Output,
  PluginStats,
  ReadyChunk,
  Render,
} from '../plugin.ts';
import { type Chunk, HEAD, type Mark } from './chunk.ts';
import type { ForeignChunk } from './fluentd-chunk.ts';
import { FlushMetrics } from './metrics.ts';
import { bufferZone, chunkKeys } from './placeholders.ts';
import { Probing } from './probing.ts';
import { Retry, type RetryHints } from './retry.ts';
import type { bufferSchema } from './schema.ts';
import { type ChunkStore, FileStore, MemoryStore, type StoreHost } from './store.ts';

type BufferConfig = ConfigOf<typeof bufferSchema>;

export interface Secondary {
  start?(): void | Promise<void>;
  stop?(): void | Promise<void>;
  write(chunk: ReadyChunk, signal: AbortSignal): Promise<void>;
}

export interface BufferHost extends StoreHost {
  readonly type: string;
  readonly slowFlushSeconds: number;
  readonly secondary: Secondary | undefined;
}

const MEMORY_CHUNK = 8 * 1024 ** 2;
const FILE_CHUNK = 256 * 1024 ** 2;
const MEMORY_TOTAL = 512 * 1024 ** 2;
const FILE_TOTAL = 64 * 1024 ** 3;
/** Time that a stop gives the last flush. */
const SHUTDOWN_MS = 20_000;
const NO_META = '';
/** How late a chunk may be queued, as a share of the interval. */
const TICK_SHARE = 0.25;
/** Characters of entries that are put together before they become bytes: longer strings live in pages of their own. */
const PIECE = 32 * 1024;
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
  readonly #accessors: readonly Accessor[];
  readonly #zone: ReturnType<typeof bufferZone>;
  readonly #mode: 'lazy' | 'interval' | 'immediate';
  readonly #chunkLimit: number;
  readonly #totalLimit: number;
  readonly #isFile: boolean;
  #store: ChunkStore | undefined;
  readonly #stage = new Map<string, Chunk>();
  /** Full, and not queued yet: until the emit is done, or the disk lets them. */
  readonly #filled: Chunk[] = [];
  readonly #queue: Chunk[] = [];
  /** Delivered, but their files are still there. */
  readonly #unpurged: Chunk[] = [];
  readonly #renderers = new LRUCache<string, Render>({ max: 4096 });
  /** Metadata → number of its last turn. */
  readonly #turns = new LRUCache<string, number>({ max: 4096 });
  #turn = 0;
  #writing = 0;
  /** Chunks that the emit of now has put something into, as they were before. */
  readonly #touched: { readonly chunk: Chunk; readonly mark: Mark }[] = [];
  #retry: Retry | undefined;
  readonly #probing: Probing;
  /** The last request had no answer in its time: a little is sent first, so that the next one cannot hang as long. */
  #isHanging = false;
  #waiting: (() => void)[] = [];
  #timers: Timer[] = [];
  #wake: Timer | undefined;
  #stopped = false;
  readonly #abort = new AbortController();
  readonly #counts = {
    emit_records: 0,
    emit_count: 0,
    emit_size: 0,
    write_count: 0,
    write_secondary_count: 0,
    rollback_count: 0,
    num_errors: 0,
    slow_flush_count: 0,
    flush_time_count: 0,
    drop_oldest_chunk_count: 0,
  };

  constructor(config: BufferConfig, element: Element, output: BufferedOutput, host: BufferHost) {
    this.#config = config;
    this.#output = output;
    this.#host = host;
    this.#metrics = new FlushMetrics(host.metrics, { plugin_id: host.id, type: host.type });
    this.#keys = chunkKeys(element);
    this.#accessors = this.#keys.fields.map((field) => new Accessor(field));
    this.#zone = bufferZone(element);
    this.#isFile = config['@type'] !== 'memory';
    this.#chunkLimit = config.chunk_limit_size ?? (this.#isFile ? FILE_CHUNK : MEMORY_CHUNK);
    this.#totalLimit =
      config.queue_limit_length === undefined
        ? (config.total_limit_size ?? (this.#isFile ? FILE_TOTAL : MEMORY_TOTAL))
        : this.#chunkLimit * config.queue_limit_length;
    this.#mode = config.flush_mode !== 'default' ? config.flush_mode : this.#keys.time ? 'lazy' : 'interval';
    this.#probing = new Probing(host.ports.clock, config.retry_probe_interval * 1000, () => void this.#probe(false));
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
    this.#queue.push(...queued);
    for (const chunk of staged) {
      const key = metaKey(chunk.meta);
      if (this.#stage.has(key)) this.#enqueue(chunk);
      else this.#stage.set(key, chunk);
    }
    for (const chunk of foreign) this.#takeOver(chunk);
    const { clock } = this.#host.ports;
    const shortest = Math.min(this.#config.flush_thread_interval, this.#config.flush_interval, 1) * 1000;
    const every = Math.max(20, shortest * TICK_SHARE);
    this.#timers.push(clock.every(every, () => this.#tick()));
    this.#tick();
  }

  /** A chunk that Fluentd left: its events go into chunks of ours, and only then do its files go. */
  #takeOver(foreign: ForeignChunk): void {
    try {
      let records = 0;
      for (const { tag, events } of foreign.streams(TAKEN_AT_ONCE)) {
        this.#putAll(foreign.meta, new EventStream(tag, [...events]));
        this.#touched.length = 0;
        this.#queueFull();
        records += events.length;
      }
      foreign.remove();
      this.#host.log.info('a chunk of Fluentd was taken over', { file: foreign.file, records });
    } catch (error) {
      this.#host.log.error('a chunk of Fluentd could not be taken over; it stays where it is', {
        file: foreign.file,
        error,
      });
    }
  }

  emit(stream: EventStream): void | Promise<void> {
    const { length } = stream;
    if (length === 0) return;
    if (this.#full()) return this.#overflow(stream);
    this.#counts.emit_count++;
    this.#counts.emit_records += length;
    const queued = this.#queue.length;
    try {
      if (!this.#keys.time && this.#accessors.length === 0)
        this.#putAll(this.#keys.tag ? { tag: stream.tag } : {}, stream);
      else for (const [meta, group] of this.#groups(stream)) this.#putAll(meta, new EventStream(stream.tag, group));
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    this.#touched.length = 0;
    this.#queueFull();
    if (this.#mode === 'immediate') for (const chunk of [...this.#stage.values()]) this.#enqueueStaged(chunk);
    if (this.#queue.length > queued) this.#drain();
  }

  /** All or nothing: what an emit that failed has put into chunks would come again with the next try. */
  #rollBack(): void {
    for (const { chunk, mark } of this.#touched.splice(0)) chunk.rollBack(mark);
    this.#queueFull();
  }

  /** Only now: a chunk can be taken back as long as it is not queued. */
  #queueFull(): void {
    for (const chunk of this.#filled.splice(0)) {
      try {
        this.#enqueue(chunk);
      } catch (error) {
        this.#filled.push(chunk);
        this.#diskFailed('a chunk could not be queued', chunk, error);
      }
    }
  }

  /** USR1: everything is queued and tried now, without waiting for a retry's time. */
  async flush(): Promise<void> {
    for (const chunk of [...this.#stage.values()]) this.#enqueueStaged(chunk);
    if (this.#retry !== undefined) this.#retry.nextAt = 0;
    this.#drain();
    await this.#output.flush?.();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#wake?.cancel();
    this.#probing.cancel();
    const flush = this.#config.flush_at_shutdown ?? !this.#isFile;
    if (flush) {
      for (const chunk of [...this.#stage.values()]) this.#enqueueStaged(chunk);
      if (this.#retry !== undefined) this.#retry.nextAt = 0;
      this.#drain();
    }
    const deadline = this.#host.ports.clock.monotonic() + SHUTDOWN_MS;
    // Chunks that are being written are waited for; those that fail stay where they are.
    while (
      (this.#writing > 0 || (flush && this.#queue.length > 0 && this.#retry === undefined)) &&
      this.#host.ports.clock.monotonic() < deadline
    ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#abort.abort();
    if (!this.#isFile && this.#queue.length > 0)
      this.#host.log.warn('chunks of a memory buffer are lost at the stop', { chunks: this.#queue.length });
    for (const chunk of this.#unpurged.splice(0)) this.#remove(chunk);
    for (const chunk of [...this.#stage.values(), ...this.#filled, ...this.#queue]) chunk.close();
    await this.#output.stop?.();
    await this.#host.secondary?.stop?.();
  }

  stats(): PluginStats {
    const stage = [...this.#stage.values(), ...this.#filled];
    const sum = (chunks: readonly Chunk[]) => chunks.reduce((bytes, chunk) => bytes + chunk.size, 0);
    const timekeys = [...stage, ...this.#queue].map((chunk) => chunk.meta.timekey).filter((key) => key !== undefined);
    const total = sum(stage) + sum(this.#queue);
    const { num_errors: errors, write_secondary_count: _s, drop_oldest_chunk_count: _d, ...counts } = this.#counts;
    return {
      ...counts,
      ...this.#output.stats?.(),
      buffer_queue_length: this.#queue.length,
      buffer_timekeys: [...new Set(timekeys)],
      buffer_total_queued_size: total,
      buffer_stage_length: stage.length,
      buffer_stage_byte_size: sum(stage),
      buffer_queue_byte_size: sum(this.#queue),
      buffer_available_buffer_space_ratios: Math.round((1 - total / this.#totalLimit) * 1000) / 10,
      ...(timekeys.length > 0
        ? { buffer_newest_timekey: Math.max(...timekeys), buffer_oldest_timekey: Math.min(...timekeys) }
        : {}),
      retry_count: errors,
      retry: this.#retry?.stats() ?? {},
    };
  }

  // ---------------------------------------------------------------- stage

  #groups(stream: EventStream): Map<ChunkMeta, LogEvent[]> {
    const byKey = new Map<string, { meta: ChunkMeta; events: LogEvent[] }>();
    for (const event of stream.events) {
      const meta = this.#metaOf(stream.tag, event);
      const key = metaKey(meta);
      const group = byKey.get(key);
      if (group === undefined) byKey.set(key, { meta, events: [event] });
      else group.events.push(event);
    }
    return new Map([...byKey.values()].map(({ meta, events }) => [meta, events]));
  }

  #metaOf(tag: string, event: LogEvent): ChunkMeta {
    const variables: Record<string, Value> = {};
    for (const accessor of this.#accessors) variables[accessor.text] = accessor.get(event) ?? null;
    return {
      ...(this.#keys.tag ? { tag } : {}),
      ...(this.#keys.time ? { timekey: this.#slice(event.sec) } : {}),
      ...(this.#accessors.length > 0 ? { variables } : {}),
    };
  }

  /** Start of the time slice: slices begin at midnight of the buffer's zone. */
  #slice(sec: number): number {
    const length = this.#config.timekey!;
    const offset = this.#zone(sec);
    return Math.floor((sec + offset) / length) * length - offset;
  }

  #putAll(meta: ChunkMeta, stream: EventStream): void {
    const { tag, columns } = stream;
    const done = columns === undefined ? 0 : this.#putColumns(meta, tag, columns);
    if (done < stream.length) this.#put(meta, tag, done === 0 ? stream.events : stream.events.slice(done));
    const key = metaKey(meta);
    const chunk = this.#stage.get(key);
    if (chunk !== undefined && this.#isFull(chunk)) this.#fill(key);
  }

  /** Puts in the rows whose documents the kernel can make, in as few appends as there is room for; gives how many. */
  #putColumns(meta: ChunkMeta, tag: string, columns: Columns): number {
    const key = metaKey(meta);
    const render = this.#renderer(`${tag}\0${key}`, tag, meta);
    const { chunk_limit_records: maxRecords = Number.POSITIVE_INFINITY } = this.#config;
    const { kernel, rows } = columns;
    let row = 0;
    let appended = 0;
    let end = HEAD;
    let layout: Layout | undefined;
    const append = () => {
      if (row > appended) this.#append(key, meta, kernel.documents(end), row - appended);
      appended = row;
      end = HEAD;
    };
    while (row < rows) {
      if (layout === undefined || row === layout.to) layout = render.columns?.(columns, row);
      if (layout === undefined) break;
      const staged = this.#stage.get(key);
      const to = Math.min(layout.to, appended + maxRecords - (staged?.count ?? 0));
      const room = this.#chunkLimit - (staged?.size ?? 0) - (end - HEAD);
      const next = to > row ? kernel.render(layout.pieces, row, to, room, end) : row;
      if (next > row) end = kernel.rendered();
      row = next;
      if (row === layout.to) continue;
      if (row > appended) append();
      // Nothing fits: the chunk is full. A document that is larger than any chunk is a matter of `#put`.
      else if (staged === undefined || staged.count === 0) break;
      else this.#fill(key);
    }
    append();
    return row;
  }

  #put(meta: ChunkMeta, tag: string, events: readonly LogEvent[]): void {
    const key = metaKey(meta);
    const render = this.#renderer(`${tag}\0${key}`, tag, meta);
    let pieces: string[] = [];
    let done = 0;
    let text = '';
    let count = 0;
    const { chunk_limit_records: maxRecords } = this.#config;
    for (const event of events) {
      const entry = render(event);
      // The output keeps it out.
      if (entry === '') continue;
      const chunk = this.#stage.get(key);
      const size = (chunk?.size ?? 0) + done + text.length + entry.length;
      const records = (chunk?.count ?? 0) + count + 1;
      if (size > this.#chunkLimit || (maxRecords !== undefined && records > maxRecords)) {
        pieces.push(text);
        this.#append(key, meta, pieces, count);
        this.#fill(key);
        pieces = [];
        done = 0;
        text = '';
        count = 0;
      }
      text += entry;
      count++;
      if (text.length > PIECE) {
        pieces.push(text);
        done += text.length;
        text = '';
      }
    }
    pieces.push(text);
    this.#append(key, meta, pieces, count);
  }

  #fill(key: string): void {
    const chunk = this.#stage.get(key);
    if (chunk === undefined) return;
    this.#stage.delete(key);
    this.#filled.push(chunk);
  }

  /** `entries`: pieces of text, or bytes behind HEAD free ones. */
  #append(key: string, meta: ChunkMeta, entries: readonly string[] | Buffer, count: number): void {
    if (count === 0) return;
    let chunk = this.#stage.get(key);
    if (chunk === undefined) {
      chunk = this.#store!.create(meta, this.#host.ports.clock.now());
      this.#stage.set(key, chunk);
    }
    try {
      const before = chunk.size;
      this.#touch(chunk);
      if (Buffer.isBuffer(entries)) chunk.appendBytes(entries, count);
      else chunk.append(entries, count);
      this.#counts.emit_size += chunk.size - before;
    } catch (error) {
      this.#metrics.diskError();
      throw error;
    }
  }

  #touch(chunk: Chunk): void {
    const { length } = this.#touched;
    // Nearly always it is the last one again.
    if (length > 0 && this.#touched[length - 1]!.chunk === chunk) return;
    if (!this.#touched.some((one) => one.chunk === chunk)) this.#touched.push({ chunk, mark: chunk.mark() });
  }

  #renderer(key: string, tag: string, meta: ChunkMeta): Render {
    let render = this.#renderers.get(key);
    if (render === undefined) {
      render = this.#output.renderer(tag, meta);
      this.#renderers.set(key, render);
    }
    return render;
  }

  // ---------------------------------------------------------------- overflow

  #full(): boolean {
    let total = 0;
    for (const chunk of this.#stage.values()) total += chunk.size;
    for (const chunk of this.#filled) total += chunk.size;
    for (const chunk of this.#queue) total += chunk.size;
    return total >= this.#totalLimit;
  }

  #overflow(stream: EventStream): void | Promise<void> {
    const action = this.#config.overflow_action;
    if (action === 'throw_exception') throw new BufferOverflowError();
    // Columns are good until the next block is read.
    stream.keep();
    if (action === 'block') return this.#room().then(() => this.emit(stream));
    const oldest = this.#queue.find((chunk) => !this.#inFlight.has(chunk));
    if (oldest === undefined) throw new BufferOverflowError();
    this.#counts.drop_oldest_chunk_count++;
    this.#metrics.lost('dropped', oldest.count);
    this.#host.log.warn('dropping oldest chunk to make space after buffer overflow', { chunk_id: oldest.id });
    this.#purge(oldest);
    return this.emit(stream);
  }

  #room(): Promise<void> {
    if (this.#stopped) return Promise.reject(new BufferOverflowError('the buffer is full and the agent stops'));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  // ---------------------------------------------------------------- queue

  readonly #inFlight = new Set<Chunk>();

  /** A disk that refuses leaves the chunk staged: the next tick tries again. */
  #enqueueStaged(chunk: Chunk): void {
    try {
      this.#enqueue(chunk);
      this.#stage.delete(metaKey(chunk.meta));
    } catch (error) {
      this.#diskFailed('a chunk could not be queued', chunk, error);
    }
  }

  #enqueue(chunk: Chunk): void {
    if (chunk.count === 0) return this.#purge(chunk);
    chunk.enqueue();
    this.#queue.push(chunk);
  }

  #diskFailed(message: string, chunk: Chunk, error: unknown): void {
    this.#metrics.diskError();
    this.#host.log.warn(message, { chunk_id: chunk.id, error });
  }

  #tick(): void {
    for (const chunk of this.#unpurged.splice(0)) this.#remove(chunk);
    this.#queueFull();
    this.#enqueueDue();
    this.#drain();
  }

  #enqueueDue(): void {
    const now = this.#host.ports.clock.now();
    const { queued_chunks_limit_size: limit = this.#config.flush_thread_count } = this.#config;
    let waiting = this.#waitingInQueue();
    for (const chunk of [...this.#stage.values()]) {
      // While the output is away chunks grow in the stage, instead of becoming many small ones.
      if (waiting >= limit) break;
      if (!this.#due(chunk, now)) continue;
      this.#enqueueStaged(chunk);
      waiting++;
    }
  }

  /** Chunks that nobody writes yet. While the output takes chunks the full ones do not count: a loud tag has many, and would keep quiet ones staged. */
  #waitingInQueue(): number {
    let waiting = 0;
    for (const chunk of this.#queue)
      if (!this.#inFlight.has(chunk) && (this.#retry !== undefined || !this.#isFull(chunk))) waiting++;
    return waiting;
  }

  #isFull(chunk: Chunk): boolean {
    return chunk.size >= this.#chunkLimit * this.#config.chunk_full_threshold;
  }

  #due(chunk: Chunk, now: number): boolean {
    if (this.#mode === 'immediate') return true;
    if (this.#mode === 'interval' && now - chunk.createdAt >= this.#config.flush_interval * 1000) return true;
    const { timekey } = chunk.meta;
    return timekey !== undefined && now / 1000 >= timekey + this.#config.timekey! + this.#config.timekey_wait;
  }

  /** Starts writes as far as threads and the retry's time allow. */
  #drain(): void {
    const { clock } = this.#host.ports;
    if (this.#retry !== undefined && clock.now() < this.#retry.nextAt) return this.#wakeAt(this.#retry.nextAt);
    if (this.#retry !== undefined && this.#isHanging && this.#writing === 0) return void this.#probe(true);
    while (this.#writing < this.#threads()) {
      const chunk = this.#nextChunk();
      if (chunk === undefined) return;
      void this.#write(chunk);
    }
  }

  /** While something fails one chunk tries alone. */
  #threads(): number {
    if (this.#retry !== undefined) return 1;
    return Math.max(
      1,
      Math.min(this.#config.flush_thread_count, this.#output.concurrency?.() ?? Number.POSITIVE_INFINITY),
    );
  }

  /** The oldest chunk of the metadata that waited longest for a turn: a loud tag's queue does not hold up quiet ones. */
  #nextChunk(): Chunk | undefined {
    let found: Chunk | undefined;
    let foundTurn = Number.POSITIVE_INFINITY;
    for (const chunk of this.#queue) {
      if (this.#inFlight.has(chunk)) continue;
      const turn = this.#turns.get(metaKey(chunk.meta)) ?? 0;
      if (turn >= foundTurn) continue;
      found = chunk;
      foundTurn = turn;
      if (turn === 0) break;
    }
    if (found !== undefined) this.#turns.set(metaKey(found.meta), ++this.#turn);
    return found;
  }

  #wakeAt(at: number): void {
    this.#wake?.cancel();
    if (this.#stopped) return;
    this.#wake = this.#host.ports.clock.after(Math.max(1, at - this.#host.ports.clock.now()), () => this.#drain());
  }

  async #write(chunk: Chunk): Promise<void> {
    this.#writing++;
    this.#inFlight.add(chunk);
    const started = this.#host.ports.clock.monotonic();
    try {
      await this.#output.write(chunk, this.#abort.signal);
      chunk.release();
      this.#counts.write_count++;
      this.#done(chunk);
    } catch (error) {
      await this.#failed(chunk, error);
    } finally {
      this.#inFlight.delete(chunk);
      this.#writing--;
      this.#slow(chunk, this.#host.ports.clock.monotonic() - started);
    }
    // The next ones that are due need not wait for a timer.
    if (!this.#stopped) this.#enqueueDue();
    this.#drain();
  }

  /** Sends a little of a chunk: between two tries, or in place of one. */
  async #probe(isTry: boolean): Promise<void> {
    if (this.#output.probe === undefined || this.#writing > 0 || this.#retry === undefined || this.#stopped) return;
    const chunk = this.#nextChunk();
    if (chunk === undefined) return;
    this.#writing++;
    this.#inFlight.add(chunk);
    try {
      const isAll = await this.#output.probe(chunk, this.#abort.signal);
      chunk.release();
      this.#host.log.info('the output takes events again', { chunk_id: chunk.id });
      this.#isHanging = false;
      this.#probing.alarmed();
      if (isAll) this.#done(chunk);
      else if (this.#retry !== undefined) this.#retry.nextAt = this.#host.ports.clock.now();
    } catch (error) {
      if (isTry || error instanceof UnrecoverableError) await this.#failed(chunk, error);
      else this.#waitOn(error as RetryHints);
    } finally {
      this.#inFlight.delete(chunk);
      this.#writing--;
    }
    this.#drain();
  }

  #waitOn({ retryAfter = 0, isHanging = false }: RetryHints): void {
    if (this.#retry === undefined || this.#output.probe === undefined) return;
    this.#isHanging = isHanging;
    const notBefore = this.#host.ports.clock.now() + retryAfter * 1000;
    this.#retry.nextAt = Math.max(this.#retry.nextAt, notBefore);
    this.#probing.wait(this.#retry.nextAt, notBefore);
  }

  #done(chunk: Chunk): void {
    this.#probing.trySucceeded();
    this.#isHanging = false;
    if (this.#retry !== undefined) {
      this.#host.log.warn('retry succeeded.', { chunk_id: chunk.id });
      this.#retry = undefined;
    }
    this.#purge(chunk);
  }

  #purge(chunk: Chunk): void {
    const i = this.#queue.indexOf(chunk);
    if (i >= 0) this.#queue.splice(i, 1);
    this.#remove(chunk);
    if (this.#waiting.length > 0 && !this.#full()) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The files of a delivered chunk; what cannot be removed now is tried again, so that no restart sends it twice. */
  #remove(chunk: Chunk): void {
    try {
      chunk.purge();
    } catch (error) {
      this.#unpurged.push(chunk);
      this.#diskFailed('a delivered chunk could not be removed', chunk, error);
    }
  }

  #slow(chunk: Chunk, ms: number): void {
    this.#counts.flush_time_count += Math.round(ms);
    this.#metrics.flush(ms / 1000);
    if (ms < this.#host.slowFlushSeconds * 1000) return;
    this.#counts.slow_flush_count++;
    this.#host.log.warn('buffer flush took longer time than slow_flush_log_threshold:', {
      elapsed_time: ms / 1000,
      slow_flush_log_threshold: this.#host.slowFlushSeconds,
      plugin_id: this.#host.id,
      chunk_id: chunk.id,
    });
  }

  async #failed(chunk: Chunk, cause: unknown): Promise<void> {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.#counts.num_errors++;
    this.#metrics.failure();
    if (error instanceof UnrecoverableError) {
      this.#host.log.warn('got unrecoverable error in primary and no secondary', { error_class: error.name, error });
      return this.#handOver(chunk, 'bad chunk is moved to the backup folder');
    }
    this.#counts.rollback_count++;
    chunk.attempt++;
    const now = this.#host.ports.clock.now();
    this.#retry ??= new Retry(this.#config, now, this.#host.secondary !== undefined);
    const verdict = this.#retry.fail(now, error as RetryHints);
    this.#probing.tryFailed();
    const fields = {
      retry_times: this.#retry.steps,
      next_retry_time: new Date(this.#retry.nextAt).toISOString(),
      chunk: chunk.id,
      error_class: error.name,
      error,
    };
    if (verdict === 'retry') {
      this.#waitOn(error as RetryHints);
      return this.#host.log.warn('failed to flush the buffer.', fields);
    }
    if (verdict === 'secondary' || this.#host.secondary !== undefined) {
      this.#host.log.warn('failed to flush the buffer with primary output: using the secondary.', fields);
      return this.#handOver(chunk, 'the secondary failed');
    }
    this.#host.log.error(
      `failed to flush the buffer, and hit limit for retries. dropping all chunks in the buffer queue.`,
      { ...fields, records: this.#queue.reduce((n, c) => n + c.count, 0) },
    );
    for (const other of [...this.#queue]) this.#backup(other);
    this.#retry = undefined;
  }

  /** To the secondary, else to the backup folder. */
  async #handOver(chunk: Chunk, otherwise: string): Promise<void> {
    const { secondary, log } = this.#host;
    if (secondary !== undefined) {
      try {
        await secondary.write(chunk, this.#abort.signal);
        this.#counts.write_secondary_count++;
        this.#metrics.lost('secondary', chunk.count);
        return this.#done(chunk);
      } catch (error) {
        log.warn(otherwise, { chunk_id: chunk.id, error });
        if (!(error instanceof UnrecoverableError)) return;
      }
    }
    this.#backup(chunk);
  }

  #backup(chunk: Chunk): void {
    const { fs } = this.#host.ports;
    this.#metrics.lost(this.#config.disable_chunk_backup ? 'dropped' : 'backup', chunk.count);
    if (!this.#config.disable_chunk_backup) {
      const folder = path.join(
        this.#host.rootDir ?? '/tmp/fluent',
        'backup',
        `worker${this.#host.workerId}`,
        this.#host.id.replace(/[^\w.-]/g, '_'),
      );
      const file = path.join(folder, `${chunk.id}.log`);
      try {
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(file, chunk.read());
        this.#host.log.warn('bad chunk is moved', { chunk_id: chunk.id, file });
      } catch (error) {
        this.#host.log.error('a bad chunk could not be kept', { chunk_id: chunk.id, error });
      }
    }
    this.#purge(chunk);
  }
}

function metaKey(meta: ChunkMeta): string {
  if (meta.timekey === undefined && meta.variables === undefined) return meta.tag ?? NO_META;
  return JSON.stringify([meta.tag, meta.timekey, meta.variables], (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
}
