/**
 * Sends the items of a chunk as bulk requests and gives each its verdict: done, again, or to the error stream.
 *
 * Guarantees: 413 is answered by halves, down to one item; what one half delivered is not sent again. Leaves to the output what
 * a chunk keeps, and to the buffer when it is tried again.
 */
import { gzipSync } from 'node:zlib';
import type { ConfigOf } from '../../../config/schema.ts';
import { SluiceError } from '../../core/errors.ts';
import { EventStream, type LogEvent } from '../../core/event.ts';
import type { OutputHost, ReadyChunk } from '../../plugin.ts';
import { type Batch, numberOf } from './batches.ts';
import { type Answer, type Client, isDenied } from './client.ts';
import type { Concurrency, Outcome as RequestOutcome } from './concurrency.ts';
import { Denials } from './denials.ts';
import type { Items } from './items.ts';
import { Letterbox } from './letterbox.ts';
import { eventOf } from './readback.ts';
import type { schema } from './schema.ts';
import { NO_ERROR, type Refused, TEXT_ERROR, UNREADABLE, type Verdicts, verdicts } from './verdict.ts';

type Config = ConfigOf<typeof schema>;

/** An answer that says "later"; the buffer waits at least `retryAfter` seconds. */
export class ClusterError extends SluiceError {
  readonly retryAfter: number | undefined;
  /** Of the answer; undefined where single items were rejected. */
  readonly status: number | undefined;
  /** It was the credentials: never a reason to give up. */
  readonly isDenied: boolean;
  constructor(message: string, answer?: Pick<Answer, 'status' | 'retryAfter'>) {
    super('ERR_CLUSTER', message);
    this.retryAfter = answer?.retryAfter;
    this.status = answer?.status;
    this.isDenied = answer !== undefined && isDenied(answer);
  }
}

/** What stands for more work than the cluster can take. */
const OVERLOADED = new Set([429, 503]);
const REJECTED_ITEM = '"status":429';

export interface Outcome {
  /** Items of the batch to send again, in order. */
  readonly again: readonly number[];
  /** Why a whole request failed; the items of it, and of those that were not sent for it, are among `again`. */
  readonly failure: Error | undefined;
}

const COMPRESSION = { no_compression: 0, best_speed: 1, best_compression: 9, default_compression: 6 } as const;

export function isWrapped(config: Pick<Config, 'write_operation' | 'suppress_doc_wrap'>): boolean {
  return /^up/.test(config.write_operation) && !config.suppress_doc_wrap;
}
const TOO_LARGE = { status: 413, type: 'content_too_large', reason: 'the document is too large for the cluster' };

export class Sender {
  readonly #config: Config;
  readonly #host: OutputHost;
  readonly #client: Client;
  readonly #concurrency: Concurrency;
  readonly #denials = new Denials();
  readonly #level: number;
  /** Whether documents are bodies of updates. */
  readonly #isWrapped: boolean;
  readonly #letterbox: Letterbox | undefined;
  readonly #items: ReturnType<OutputHost['metrics']['counter']>;

  constructor(config: Config, host: OutputHost, client: Client, concurrency: Concurrency) {
    this.#config = config;
    this.#host = host;
    this.#client = client;
    this.#concurrency = concurrency;
    this.#level = COMPRESSION[config.compression_level];
    this.#isWrapped = isWrapped(config);
    this.#letterbox = Letterbox.of(config, host);
    this.#items = host.metrics.counter('sluice_elasticsearch_items_total', 'Items of bulk requests by outcome.', [
      'plugin_id',
      'outcome',
    ]);
  }

  /** Sends the items `from` up to `to` of a batch. */
  async send(chunk: ReadyChunk, batch: Batch, from: number, to: number, signal: AbortSignal): Promise<Outcome> {
    try {
      return await this.#request(chunk, batch, from, to, signal);
    } catch (error) {
      return { again: range(from, to), failure: error as Error };
    }
  }

  /** @throws when the whole request failed */
  async #request(chunk: ReadyChunk, batch: Batch, from: number, to: number, signal: AbortSignal): Promise<Outcome> {
    const { path, items } = batch;
    const body = items.part(from, to);
    const zipped = this.#level > 0 ? gzipSync(body, { level: this.#level }) : body;
    const answer = await this.#post(path, zipped, signal);
    if (answer.status === 413) return this.#halves(chunk, batch, from, to, signal);
    if (answer.status >= 300)
      throw new ClusterError(
        `could not push logs to Elasticsearch cluster: [${answer.status}] ${answer.body.toString('utf8', 0, 300)}`,
        answer,
      );
    const all = this.#retagged(verdicts(answer.body, () => Math.min(to, items.starts.length - 1) - from));
    const done = to - from - all.again.length - all.refused.length;
    if (done > 0) this.#denials.taken();
    const { again, refused, failure } = this.#withDenied(chunk, all, done);
    this.#count(done, again.length, refused.length);
    const unkept = this.#refuse(
      chunk,
      batch,
      refused.map((one) => ({ ...one, item: from + one.item })),
    );
    const later = await this.#emitAgain(
      chunk,
      batch,
      again.map((i) => from + i),
    );
    return { again: [...later, ...unkept].sort((a, b) => a - b), failure };
  }

  /** Under `retry_tag` goes whatever failed with a type of error, unless it is the document that cannot be read. */
  #retagged({ again, refused }: Verdicts): Verdicts {
    if (this.#config.retry_tag === undefined) return { again, refused };
    const moved = refused.filter(isRetagged).map(({ item }) => item);
    if (moved.length === 0) return { again, refused };
    return {
      again: [...again, ...moved].sort((a, b) => a - b),
      refused: refused.filter((one) => !isRetagged(one)),
    };
  }

  /** Denied documents go again, as after a request that was denied, unless it is only them. */
  #withDenied(chunk: ReadyChunk, { again, refused }: Verdicts, done: number): Verdicts & Pick<Outcome, 'failure'> {
    const denied = refused.filter(isDenied);
    const [one] = denied;
    if (one === undefined || done > 0 || this.#denials.isLasting(chunk.id))
      return { again, refused, failure: undefined };
    this.#client.renew();
    return {
      again: [...again, ...denied.map(({ item }) => item)].sort((a, b) => a - b),
      refused: refused.filter((other) => !isDenied(other)),
      failure: new ClusterError(`${denied.length} documents were denied: [${one.status}] ${one.type}: ${one.reason}`, {
        status: one.status,
        retryAfter: undefined,
      }),
    };
  }

  async #post(path: string, body: Buffer, signal: AbortSignal): Promise<Answer> {
    const end = this.#concurrency.begin(body.length);
    const zip = this.#level > 0 ? { 'content-encoding': 'gzip' } : {};
    const headers = { 'content-type': 'application/x-ndjson', ...zip };
    let outcome: RequestOutcome = 'failed';
    try {
      const answer = await this.#client.request('POST', path, body, headers, signal);
      outcome = OVERLOADED.has(answer.status) || answer.body.includes(REJECTED_ITEM) ? 'rejected' : 'taken';
      return answer;
    } finally {
      end(outcome);
    }
  }

  /** With `retry_tag` what goes again goes through the pipeline under that tag, and is no longer this chunk's. */
  async #emitAgain(chunk: ReadyChunk, batch: Batch, again: number[]): Promise<number[]> {
    const { retry_tag: tag } = this.#config;
    if (tag === undefined || again.length === 0) return again;
    try {
      await this.#host.emit(
        new EventStream(
          tag,
          again.map((i) => eventOf(batch.whole, numberOf(batch, i), chunk, this.#isWrapped)),
        ),
      );
      return [];
    } catch (error) {
      this.#host.log.warn(`cannot emit under retry_tag: the items stay in their chunk`, { error });
      return again;
    }
  }

  async #halves(chunk: ReadyChunk, batch: Batch, from: number, to: number, signal: AbortSignal): Promise<Outcome> {
    if (to - from === 1)
      return { again: this.#refuse(chunk, batch, [{ item: from, ...TOO_LARGE }]), failure: undefined };
    const middle = from + Math.floor((to - from) / 2);
    const first = await this.send(chunk, batch, from, middle, signal);
    // A cluster that fails now is not asked for the second half.
    if (first.failure !== undefined) return { again: [...first.again, ...range(middle, to)], failure: first.failure };
    const second = await this.send(chunk, batch, middle, to, signal);
    return { again: [...first.again, ...second.again], failure: second.failure };
  }

  /** Gives the items that could not be put away, so that they must be kept. */
  #refuse(chunk: ReadyChunk, batch: Batch, refused: readonly Refused[]): number[] {
    const { whole } = batch;
    const numbered = refused.map((one) => ({ ...one, item: numberOf(batch, one.item) }));
    if (this.#letterbox === undefined) {
      const isDetailed = this.#config.log_es_400_reason || ['debug', 'trace'].includes(this.#host.log.level);
      for (const one of numbered) this.#refuseOne(chunk, whole, one.item, messageOf(one, isDetailed));
      return [];
    }
    try {
      this.#letterbox.take(whole, numbered, (i) => this.#tagOf(chunk, () => eventOf(whole, i, chunk, this.#isWrapped)));
      return [];
    } catch (error) {
      this.#host.log.warn('the dead-letter file could not be written: refused documents stay in the buffer', { error });
      return refused.map(({ item }) => item);
    }
  }

  #tagOf(chunk: ReadyChunk, event: () => LogEvent): string {
    const { include_tag_key: isIn, tag_key: key } = this.#config;
    return chunk.meta.tag ?? (isIn ? String(event().get(key) ?? '') : '');
  }

  #refuseOne(chunk: ReadyChunk, items: Items, i: number, message: string): void {
    const event = eventOf(items, i, chunk, this.#isWrapped);
    const tag = this.#tagOf(chunk, () => event);
    if (this.#config.emit_error_label_event) this.#host.emitError(tag, event, new SluiceError('ERR_REFUSED', message));
    else this.#host.log.warn(message, { tag });
  }

  #count(done: number, again: number, refused: number): void {
    const labels = (outcome: string) => ({ plugin_id: this.#host.id, outcome });
    this.#items.inc(done, labels('done'));
    if (again > 0) this.#items.inc(again, labels('again'));
    if (refused > 0) this.#items.inc(refused, labels('refused'));
  }
}

function isRetagged({ status, type }: Refused): boolean {
  return status !== 400 && type !== TEXT_ERROR && type !== NO_ERROR && type !== UNREADABLE;
}

/** In the plugin's words. */
function messageOf({ status, type, reason }: Refused, isDetailed: boolean): string {
  if (status === TOO_LARGE.status || type === TEXT_ERROR) return `${status} - ${reason}`;
  if (type === NO_ERROR && status !== 400) return `${status} - No error type provided in the response`;
  if (type === UNREADABLE && status !== 400) return `${status} - ${type}: `;
  const detail = isDetailed && type !== NO_ERROR ? ` [error type]: ${type} [reason]: '${reason}'` : '';
  return `${status} - Rejected by Elasticsearch${detail}`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
