/**
 * The output: renders events into chunks, and sends chunks as bulk requests.
 *
 * Guarantees: chunks hold the lines of bulk requests, ready to send; what a cluster took is not sent again. Leaves to its parts what an
 * item's lines are (render), what must be at the cluster first (setup), what becomes of each item (send); to the buffer, when.
 */
import type { SecureVersion } from 'node:tls';
import type { ConfigOf } from '../../../config/schema.ts';
import { UnrecoverableError } from '../../core/errors.ts';
import { EventStream } from '../../core/event.ts';
import type { Timer } from '../../core/ports.ts';
import type { BufferedOutput, ChunkMeta, OutputHost, ReadyChunk, Render } from '../../plugin.ts';
import { Admin } from './admin.ts';
import { withAffinity } from './affinity.ts';
import { credentials } from './auth.ts';
import type { Signer } from './aws-endpoint.ts';
import { type Batch, byIndex, indicesOf, numberOf, withChunkId } from './batches.ts';
import { isPerChunk } from './checks.ts';
import { Client } from './client.ts';
import { Concurrency } from './concurrency.ts';
import { hostsOf } from './host-list.ts';
import { isIgnored } from './ignored-exceptions.ts';
import { Installation } from './installation.ts';
import { type Items, itemCount, itemsOf, pick, requests } from './items.ts';
import { Probe } from './probe.ts';
import { eventOf } from './readback.ts';
import { type Resolve, removeKeys, resolvedType } from './render-options.ts';
import type { schema } from './schema.ts';
import { ClusterError, isWrapped, Sender } from './send.ts';
import { Server } from './server.ts';
import { type Preparation, Setup } from './setup.ts';
import { fitType } from './type-name.ts';

type Config = ConfigOf<typeof schema>;

/** What makes the outputs of this folder different from each other. */
export interface OutputKind {
  /** Whether documents may have a type. */
  readonly hasTypes: boolean;
  /** Whether requests name the index in their path, whatever the configuration says. */
  readonly indexInUrl: boolean;
  /** Whether `<metadata>` has an effect. */
  readonly hasChunkIds: boolean;
  readonly signer?: Signer | undefined;
  /** `others`: what templates and policies of the common parameters want. */
  prepare(admin: Admin, others: Preparation): Preparation;
  render(tag: string, resolve: Resolve, server: Server): Render;
}

export class ElasticsearchOutput implements BufferedOutput {
  readonly #config: Config;
  readonly #host: OutputHost;
  readonly #client: Client;
  readonly #server: Server;
  readonly #kind: OutputKind;
  readonly #preparation: Preparation;
  readonly #setup: Setup;
  readonly #sender: Sender;
  readonly #probe: Probe;
  readonly #concurrency: Concurrency;
  readonly #stopped = new AbortController();
  readonly #affinity: ((items: Items, resolve: Resolve, signal: AbortSignal) => Promise<Items>) | undefined;
  #truncation: Timer | undefined;

  constructor(config: Config, host: OutputHost, kind: OutputKind) {
    this.#kind = kind;
    this.#config = config;
    this.#host = host;
    this.#client = clientOf(config, host, kind.signer);
    this.#server = new Server({ config, client: this.#client, log: host.log, hasTypes: kind.hasTypes });
    const admin = new Admin(this.#client, config.use_legacy_template);
    this.#preparation = kind.prepare(admin, new Installation(config, host, admin, isPerChunk(config, host)));
    this.#setup = new Setup(config, host, this.#server, this.#preparation);
    const threads = Number.parseInt(host.element.child('buffer')?.text('flush_thread_count') ?? '1', 10) || 1;
    this.#concurrency = new Concurrency(threads, host.ports.clock.monotonic);
    this.#sender = new Sender(config, host, this.#client, this.#concurrency);
    const c = config;
    if (c.target_index_affinity && c.logstash_format && c.id_key !== undefined && /^up/.test(c.write_operation))
      this.#affinity = (items, resolve, signal) =>
        withAffinity(items, `${resolve(c.logstash_prefix)}${c.logstash_prefix_separator}*`, this.#client, signal);
    this.#probe = new Probe((chunk, signal) => this.write(chunk, signal));
    const { id } = host;
    const gauge = host.metrics.gauge('sluice_elasticsearch_concurrency', 'Chunks sent at the same time at most.', [
      'plugin_id',
    ]);
    host.metrics.onCollect(() => gauge.set(this.concurrency(), { plugin_id: id }));
  }

  async start(): Promise<void> {
    const { truncate_caches_interval: seconds } = this.#config;
    if (seconds !== undefined)
      this.#truncation = this.#host.ports.clock.every(seconds * 1000, () => this.#preparation.forget());
    await this.#setup.start(this.#stopped.signal);
  }

  stop(): void {
    this.#stopped.abort();
    this.#truncation?.cancel();
    this.#client.close();
  }

  renderer(tag: string, meta: ChunkMeta): Render {
    const resolve: Resolve = (text) => this.#host.placeholders(text, { tag, ...meta });
    return this.#kind.render(tag, resolve, this.#server);
  }

  async write(chunk: ReadyChunk, signal: AbortSignal): Promise<void> {
    const resolve: Resolve = (text) => this.#host.placeholders(text, chunk.meta, chunk.id);
    const rendered = itemsOf(chunk.read(), chunk.count);
    const kept = this.#affinity === undefined ? rendered : await this.#affinity(rendered, resolve, signal);
    await this.#setup.before(resolve, this.#preparation.needsIndices ? indicesOf(kept) : [], signal);
    const again: number[] = [];
    let failure: Error | undefined;
    for (const batch of this.#batches(kept, chunk, resolve)) {
      const keep = (i: number) => again.push(numberOf(batch, i));
      for (const { from, to } of requests(batch.items, this.#config.bulk_message_request_threshold)) {
        // What was not sent, or not answered, goes again; what is done does not.
        if (failure !== undefined) for (let i = from; i < to; i++) keep(i);
        else {
          const outcome = await this.#sender.send(chunk, batch, from, to, signal);
          failure = outcome.failure;
          outcome.again.forEach(keep);
        }
      }
    }
    if (again.length === 0) return;
    again.sort((a, b) => a - b);
    if (again.length < itemCount(kept)) chunk.replace(pick(kept, again), again.length);
    if (failure !== undefined && this.#gaveUp(failure)) return;
    throw failure ?? new ClusterError(`${again.length} items were rejected for now (429/503)`);
  }

  /** Whether a failure costs the chunk, by `ignore_exceptions`. @throws UnrecoverableError where a backup is kept */
  #gaveUp(failure: Error): boolean {
    const { ignore_exceptions: names, exception_backup: hasBackup } = this.#config;
    if (!isIgnored(failure, names)) return false;
    this.#host.log.warn(`Exception ignored: ${failure.message}`);
    if (hasBackup) throw new UnrecoverableError(failure.message, { cause: failure });
    return true;
  }

  probe(chunk: ReadyChunk, signal: AbortSignal): Promise<boolean> {
    return this.#probe.send(chunk, signal);
  }

  concurrency(): number {
    return this.#concurrency.limit;
  }

  events(chunk: ReadyChunk): EventStream[] {
    const items = itemsOf(chunk.read());
    const wrapped = isWrapped(this.#config);
    const events = Array.from({ length: itemCount(items) }, (_, i) => eventOf(items, i, chunk, wrapped));
    return [new EventStream(chunk.meta.tag ?? '', events)];
  }

  #batches(kept: Items, chunk: ReadyChunk, resolve: Resolve): Batch[] {
    const [metadata] = this.#config.$sections.metadata;
    const fitted = this.#fitted(kept, resolve);
    const isAdded = metadata?.include_chunk_id === true && !removeKeys(this.#config).includes(metadata.chunk_id_key);
    const items =
      isAdded && this.#kind.hasChunkIds
        ? withChunkId(fitted, metadata.chunk_id_key, chunk.id, isWrapped(this.#config))
        : fitted;
    return this.#config.include_index_in_url || this.#kind.indexInUrl
      ? byIndex(items)
      : [{ path: '/_bulk', items, whole: items }];
  }

  /** Types that records name themselves stay. */
  #fitted(items: Items, resolve: Resolve): Items {
    if (this.#config.target_type_key !== undefined && this.#server.takesTypes) return items;
    const bytes = fitType(items.bytes, resolvedType(this.#server, resolve));
    return bytes === items.bytes ? items : itemsOf(bytes);
  }
}

/** `TLSv1_2` is Node's `TLSv1.2`. */
function tlsVersion(name: string | undefined): SecureVersion | undefined {
  return name?.replace('_', '.') as SecureVersion | undefined;
}

function clientOf(config: Config, host: OutputHost, signer: Signer | undefined): Client {
  return new Client({
    hosts: hostsOf(config).map(({ url }) => url),
    headers: credentials(config, host),
    signer,
    timeout: config.request_timeout * 1000,
    resurrectAfter: config.resurrect_after * 1000,
    tls: {
      verify: config.ssl_verify,
      ca: config.ca_file,
      cert: config.client_cert,
      key: config.client_key,
      passphrase: config.client_key_pass,
      minVersion: tlsVersion(config.ssl_min_version),
      maxVersion: tlsVersion(config.ssl_max_version),
    },
    ports: host.ports,
  });
}
