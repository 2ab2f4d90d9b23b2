/**
 * Writes queued chunks to the output, tries again what failed, and gives up by the rules of the configuration.
 *
 * Guarantees: a chunk goes from the queue when the output took it, the secondary did, or it lies in the backup folder; while something fails one
 * chunk tries alone; between two tries that are far apart a little of a chunk tells whether it is taken again (probing.ts). When
 * to try is the matter of retry.ts, whose turn it is that of queue.ts.
 */
import type { ConfigOf } from '../../config/schema.ts';
import { UnrecoverableError } from '../core/errors.ts';
import type { Timer } from '../core/ports.ts';
import type { BufferedOutput, ReadyChunk } from '../plugin.ts';
import { keepInBackup } from './backup.ts';
import type { Chunk } from './chunk.ts';
import type { FlushMetrics } from './metrics.ts';
import { Probing } from './probing.ts';
import { Queue } from './queue.ts';
import { Retry, type RetryHints } from './retry.ts';
import type { bufferSchema } from './schema.ts';
import type { StoreHost } from './store.ts';

export interface Secondary {
  start?(): void | Promise<void>;
  stop?(): void | Promise<void>;
  write(chunk: ReadyChunk, signal: AbortSignal): Promise<void>;
}

export interface DeliveryHost extends StoreHost {
  readonly slowFlushSeconds: number;
  readonly secondary: Secondary | undefined;
}

export interface DeliveryOptions {
  readonly config: ConfigOf<typeof bufferSchema>;
  readonly output: BufferedOutput;
  readonly host: DeliveryHost;
  readonly metrics: FlushMetrics;
  /** A chunk was written or failed: what became due meanwhile need not wait for a timer. */
  readonly wrote: () => void;
  /** A chunk is gone. */
  readonly freed: () => void;
}

export class Delivery {
  readonly queue = new Queue();
  readonly counts = {
    write_count: 0,
    write_secondary_count: 0,
    rollback_count: 0,
    num_errors: 0,
    slow_flush_count: 0,
    flush_time_count: 0,
  };
  readonly #options: DeliveryOptions;
  readonly #probing: Probing;
  #retry: Retry | undefined;
  /** The last request had no answer in its time: a little is sent first, so that the next one cannot hang as long. */
  #isHanging = false;
  /** Delivered, but their files are still there. */
  readonly #unpurged: Chunk[] = [];
  #wake: Timer | undefined;
  #stopped = false;
  readonly #abort = new AbortController();

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { clock } = options.host.ports;
    const interval = options.config.retry_probe_interval * 1000;
    this.#probing = new Probing(clock, interval, () => void this.#probe(false));
  }

  /** Whether the last try failed. */
  get isRetrying(): boolean {
    return this.#retry !== undefined;
  }

  retryStats(): ReturnType<Retry['stats']> | undefined {
    return this.#retry?.stats();
  }

  /** @throws where the disk refuses; then the chunk is not queued */
  push(chunk: Chunk): void {
    if (chunk.count === 0) return this.purge(chunk);
    chunk.enqueue();
    this.queue.push(chunk);
  }

  /** Starts writes as far as threads and the retry's time allow. */
  drain(): void {
    const { clock } = this.#options.host.ports;
    if (this.#retry !== undefined && clock.now() < this.#retry.nextAt) return this.#wakeAt(this.#retry.nextAt);
    const isSecondary = this.#retry?.isSecondary(clock.now()) === true;
    if (this.#retry !== undefined && this.#isHanging && !isSecondary && this.queue.writing === 0)
      return void this.#probe(true);
    while (this.queue.writing < this.#threads()) {
      const chunk = this.queue.take();
      if (chunk === undefined) return;
      void this.#write(chunk);
    }
  }

  /** Without waiting for a retry's time. */
  drainNow(): void {
    if (this.#retry !== undefined) this.#retry.nextAt = 0;
    this.drain();
  }

  purge(chunk: Chunk): void {
    this.queue.remove(chunk);
    this.#remove(chunk);
    this.#options.freed();
  }

  /** Files of delivered chunks that could not be removed: so that no restart sends them twice. */
  removeLeftovers(): void {
    for (const chunk of this.#unpurged.splice(0)) this.#remove(chunk);
  }

  /** No more tries by time. */
  pause(): void {
    this.#stopped = true;
    this.#wake?.cancel();
    this.#probing.cancel();
  }

  abort(): void {
    this.#abort.abort();
  }

  diskFailed(message: string, chunk: Chunk, error: unknown): void {
    this.#options.metrics.diskError();
    this.#options.host.log.warn(message, { chunk_id: chunk.id, error });
  }

  /** While something fails one chunk tries alone. */
  #threads(): number {
    const { config, output } = this.#options;
    if (this.#retry !== undefined) return 1;
    return Math.max(1, Math.min(config.flush_thread_count, output.concurrency?.() ?? Number.POSITIVE_INFINITY));
  }

  #wakeAt(at: number): void {
    const { clock } = this.#options.host.ports;
    this.#wake?.cancel();
    if (this.#stopped) return;
    this.#wake = clock.after(Math.max(1, at - clock.now()), () => this.drain());
  }

  async #write(chunk: Chunk): Promise<void> {
    const { output, host, wrote } = this.#options;
    const { clock } = host.ports;
    const started = clock.monotonic();
    const secondary = this.#retry?.isSecondary(clock.now()) === true ? host.secondary : undefined;
    try {
      this.counts.write_count++;
      await (secondary ?? output).write(chunk, this.#abort.signal);
      chunk.release();
      this.#done(chunk, secondary !== undefined);
    } catch (error) {
      await this.#failed(chunk, error, secondary !== undefined);
    } finally {
      this.queue.landed(chunk);
      this.#took(chunk, clock.monotonic() - started);
    }
    if (!this.#stopped) wrote();
    this.drain();
  }

  /** Sends a little of a chunk: between two tries, or in place of one. */
  async #probe(isTry: boolean): Promise<void> {
    const { output, host } = this.#options;
    if (output.probe === undefined || this.queue.writing > 0 || this.#retry === undefined || this.#stopped) return;
    if (this.#retry.isSecondary(host.ports.clock.now())) return;
    const chunk = this.queue.take();
    if (chunk === undefined) return;
    try {
      const isAll = await output.probe(chunk, this.#abort.signal);
      chunk.release();
      host.log.info('the output takes events again', { chunk_id: chunk.id });
      this.#isHanging = false;
      this.#probing.alarmed();
      if (isAll) this.#done(chunk, false);
      else if (this.#retry !== undefined) this.#retry.nextAt = host.ports.clock.now();
    } catch (error) {
      if (isTry || error instanceof UnrecoverableError) await this.#failed(chunk, error, false);
      else this.#waitOn(error as RetryHints);
    } finally {
      this.queue.landed(chunk);
    }
    this.drain();
  }

  #waitOn({ retryAfter = 0, isHanging = false }: RetryHints): void {
    const { output, host } = this.#options;
    if (this.#retry === undefined || output.probe === undefined) return;
    this.#isHanging = isHanging;
    const notBefore = host.ports.clock.now() + retryAfter * 1000;
    this.#retry.nextAt = Math.max(this.#retry.nextAt, notBefore);
    this.#probing.wait(this.#retry.nextAt, notBefore);
  }

  #done(chunk: Chunk, isSecondary: boolean): void {
    const { host, metrics } = this.#options;
    this.#probing.trySucceeded();
    this.#isHanging = false;
    if (isSecondary) {
      this.counts.write_secondary_count++;
      metrics.lost('secondary', chunk.count);
    }
    if (this.#retry !== undefined) {
      host.log.warn(isSecondary ? 'retry succeeded by secondary.' : 'retry succeeded.', { chunk_id: chunk.id });
      this.#retry = undefined;
    }
    this.purge(chunk);
  }

  #remove(chunk: Chunk): void {
    try {
      chunk.purge();
    } catch (error) {
      this.#unpurged.push(chunk);
      this.diskFailed('a delivered chunk could not be removed', chunk, error);
    }
  }

  /** `ms`: how long a write took. */
  #took(chunk: Chunk, ms: number): void {
    const { host, metrics } = this.#options;
    this.counts.flush_time_count += Math.round(ms);
    metrics.flush(ms / 1000);
    if (ms < host.slowFlushSeconds * 1000) return;
    this.counts.slow_flush_count++;
    host.log.warn('buffer flush took longer time than slow_flush_log_threshold:', {
      elapsed_time: ms / 1000,
      slow_flush_log_threshold: host.slowFlushSeconds,
      plugin_id: host.id,
      chunk_id: chunk.id,
    });
  }

  async #failed(chunk: Chunk, cause: unknown, isSecondary: boolean): Promise<void> {
    const { config, host, metrics } = this.#options;
    const { log, secondary } = host;
    const error = cause instanceof Error ? cause : new Error(String(cause));
    this.counts.num_errors++;
    metrics.failure();
    if (error instanceof UnrecoverableError) return this.#cannotBeTaken(chunk, error, isSecondary);
    this.counts.rollback_count++;
    chunk.attempt++;
    const now = host.ports.clock.now();
    this.#retry ??= new Retry(config, now, secondary !== undefined);
    const verdict = this.#retry.fail(now, error as RetryHints);
    this.#probing.tryFailed();
    if (verdict === 'give up') return this.#giveUp(chunk, error);
    const by = isSecondary ? ' with secondary output' : '';
    log.warn(`failed to flush the buffer${by}.`, {
      retry_times: this.#retry.steps,
      next_retry_time: new Date(this.#retry.nextAt).toISOString(),
      chunk: chunk.id,
      error_class: error.name,
      error,
    });
    if (!isSecondary) this.#waitOn(error as RetryHints);
  }

  /** The end of all tries. */
  #giveUp(chunk: Chunk, error: Error): void {
    const queued = [chunk, ...this.queue.waiting()];
    this.#options.host.log.error('Hit limit for retries. dropping all chunks in the buffer queue.', {
      retry_times: this.#retry!.steps,
      records: queued.reduce((sum, { count }) => sum + count, 0),
      error_class: error.name,
      error,
    });
    for (const one of queued) this.#backup(one);
    this.#retry = undefined;
  }

  /** To the secondary, else to the backup folder. */
  async #cannotBeTaken(chunk: Chunk, error: UnrecoverableError, isSecondary: boolean): Promise<void> {
    const { log, secondary } = this.#options.host;
    const fields = { error_class: error.name, error };
    if (isSecondary) log.warn('got unrecoverable error in secondary.', fields);
    else if (secondary === undefined) log.warn('got unrecoverable error in primary and no secondary', fields);
    else {
      log.warn('got unrecoverable error in primary. Skip retry and flush chunk to secondary', fields);
      try {
        await secondary.write(chunk, this.#abort.signal);
        return this.#done(chunk, true);
      } catch (cause) {
        log.warn('got an error in secondary for unrecoverable error', { chunk_id: chunk.id, error: cause });
      }
    }
    this.#backup(chunk);
  }

  #backup(chunk: Chunk): void {
    const { config, host, metrics } = this.#options;
    metrics.lost(config.disable_chunk_backup ? 'dropped' : 'backup', chunk.count);
    if (config.disable_chunk_backup) host.log.warn(`disable_chunk_backup is true. ${chunk.id} chunk is thrown away`);
    else keepInBackup(chunk, host);
    this.purge(chunk);
  }
}
