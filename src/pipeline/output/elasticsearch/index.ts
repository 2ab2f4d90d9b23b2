/**
 * `@type elasticsearch` (and `elasticsearch_dynamic`, `opensearch`): documents to `_bulk`.
 *
 * Guarantees: chunks hold the lines of bulk requests, ready to send; each item gets a verdict: done, sent again alone, or to the error stream;
 * 413 is answered by halves; an answer that cannot be read means the same bytes again. One build talks to Elasticsearch 7 to 9 and
 * OpenSearch: plain `application/x-ndjson`, no product check, `_type` only where the server is older than 8.
 */
import { gzipSync } from 'node:zlib';
import type { ConfigOf } from '../../../config/schema.ts';
import { PluginConfigError, SluiceError } from '../../core/errors.ts';
import { EventStream, LogEvent } from '../../core/event.ts';
import { decodeJson, type Hash } from '../../core/value.ts';
import {
  type BufferedOutput,
  type ChunkMeta,
  defineBufferedOutput,
  type OutputHost,
  type ReadyChunk,
  type Render,
} from '../../plugin.ts';
import { Client, hostsOf } from './client.ts';
import { documentOf, type Items, itemCount, itemsOf, pick, requests } from './items.ts';
import { compileRender } from './render.ts';
import { schema } from './schema.ts';
import { verdicts } from './verdict.ts';

type Config = ConfigOf<typeof schema>;

/** An answer that says "later"; the buffer waits at least `retryAfter` seconds. */
export class ClusterError extends SluiceError {
  readonly retryAfter: number | undefined;
  constructor(message: string, retryAfter?: number) {
    super('ERR_CLUSTER', message);
    this.retryAfter = retryAfter;
  }
}

const VERSION_WAIT_MS = 3000;
/** An action line up to its type: 1 the index, 2 the type where there is one. */
const ACTION_HEAD = /^(\{"\w+":\{"_index":"(?:[^"\\]|\\.)*")(,"_type":"(?:[^"\\]|\\.)*")?/;
const COMPRESSION = { no_compression: 0, best_speed: 1, best_compression: 9, default_compression: 6 } as const;

function definition(type: string) {
  return defineBufferedOutput({
    kind: 'output',
    type,
    buffering: 'always',
    bufferDefaults: { $arg: 'tag' },
    doc: 'Sends documents to Elasticsearch or OpenSearch.',
    schema,
    placeholderParams: (config) => ({ index_name: config.index_name, logstash_prefix: config.logstash_prefix }),
    create(config, host) {
      checkConfig(config, host);
      return new ElasticsearchOutput(config, host, type === 'opensearch');
    },
  });
}

export const plugin = definition('elasticsearch');
export const dynamic = definition('elasticsearch_dynamic');
export const opensearch = definition('opensearch');

/** What the plugin refuses at start beyond its schema. */
function checkConfig(config: Config, host: OutputHost): void {
  if (config.user !== undefined && config.password === undefined)
    throw new PluginConfigError(`'password' is required where 'user' is given`);
  const keys = (host.bufferElement?.arg ?? '').split(/[\s,]+/).filter((key) => key !== '' && key !== '[]');
  const hasPlaceholder = /\$\{|%[a-zA-Z]/.test(config.logstash_format ? config.logstash_prefix : config.index_name);
  if (keys.length > 0 && !keys.includes('tag') && !hasPlaceholder)
    throw new PluginConfigError("'tag' in chunk_keys is required.");
}

class ElasticsearchOutput implements BufferedOutput {
  readonly #config: Config;
  readonly #host: OutputHost;
  readonly #client: Client;
  readonly #isOpenSearch: boolean;
  readonly #level: number;
  readonly #items: ReturnType<OutputHost['metrics']['counter']>;
  /** Major version of the server; undefined until it answered. */
  #major: number | undefined;

  constructor(config: Config, host: OutputHost, isOpenSearch: boolean) {
    this.#config = config;
    this.#host = host;
    this.#isOpenSearch = isOpenSearch;
    this.#level = COMPRESSION[config.compression_level];
    const { urls, auth } = hostsOf(config);
    this.#client = new Client({
      hosts: urls,
      headers: { ...stringHash(config.custom_headers), ...authorization(config, auth) },
      timeout: config.request_timeout * 1000,
      tls: {
        verify: config.ssl_verify,
        ca: config.ca_file,
        cert: config.client_cert,
        key: config.client_key,
        passphrase: config.client_key_pass,
      },
      net: host.ports.net,
    });
    this.#items = host.metrics.counter('sluice_elasticsearch_items_total', 'Items of bulk requests by outcome.', [
      'plugin_id',
      'outcome',
    ]);
  }

  /** Waits a moment for the version; a server that is away is asked again before the first write. */
  async start(): Promise<void> {
    if (!this.#config.verify_es_version_at_startup) return;
    await this.#askVersion(AbortSignal.timeout(VERSION_WAIT_MS));
  }

  stop(): void {
    this.#client.close();
  }

  renderer(tag: string, meta: ChunkMeta): Render {
    const c = this.#config;
    const resolve = (text: string) => this.#host.placeholders(text, { tag, ...meta });
    return compileRender({
      tag,
      index: c.logstash_format ? `${resolve(c.logstash_prefix)}${c.logstash_prefix_separator}` : resolve(c.index_name),
      type: this.#typeName(),
      operation: c.write_operation,
      pipeline: c.pipeline === undefined ? undefined : resolve(c.pipeline),
      logstash: c.logstash_format ? { dateformat: c.logstash_dateformat, utc: c.utc_index } : undefined,
      timestamp: c.logstash_format || c.include_timestamp,
      precision: c.time_precision,
      timeKey:
        c.time_key === undefined
          ? undefined
          : { key: c.time_key, format: c.time_key_format, exclude: c.time_key_exclude_timestamp },
      tagKey: c.include_tag_key ? c.tag_key : undefined,
      idKey: c.id_key,
      routingKey: c.routing_key,
      parentKey: c.parent_key,
      targetIndexKey: c.target_index_key,
      removeKeys: [c.target_type_key ?? '', ...(c.remove_keys ?? '').split(/\s*,\s*/)].filter((key) => key !== ''),
      stableIds: c.stable_ids,
      storeOrder: c.store_order,
      onMissingId: c.emit_error_for_missing_id
        ? (event) =>
            this.#host.emitError(
              tag,
              event.clone(),
              new Error(`Missing '_id' field. Write operation is ${c.write_operation}`),
            )
        : undefined,
    });
  }

  async write(chunk: ReadyChunk, signal: AbortSignal): Promise<void> {
    if (this.#major === undefined) await this.#askVersion(signal, this.#config.verify_es_version_at_startup);
    const items = itemsOf(this.#fitType(chunk.read()));
    const again: number[] = [];
    let failure: Error | undefined;
    for (const { from, to } of requests(items, this.#config.bulk_message_request_threshold)) {
      try {
        if (failure !== undefined) throw failure;
        again.push(...(await this.#send(chunk, items, from, to, signal)));
      } catch (error) {
        // What was not sent, or not answered, goes again; what is done does not.
        failure = error as Error;
        for (let i = from; i < to; i++) again.push(i);
      }
    }
    if (again.length === 0) return;
    if (again.length < itemCount(items)) chunk.replace(pick(items, again), again.length);
    throw failure ?? new ClusterError(`${again.length} items were rejected for now (429/503)`);
  }

  events(chunk: ReadyChunk): EventStream[] {
    const items = itemsOf(chunk.read());
    const tag = chunk.meta.tag ?? '';
    const sec = Math.floor(chunk.createdAt / 1000);
    return [
      new EventStream(
        tag,
        Array.from({ length: itemCount(items) }, (_, i) =>
          LogEvent.from(sec, 0, decodeJson(documentOf(items, i)) as Hash),
        ),
      ),
    ];
  }

  /** Sends items and gives those to send again. @throws when the whole request failed */
  async #send(chunk: ReadyChunk, items: Items, from: number, to: number, signal: AbortSignal): Promise<number[]> {
    const body = items.bytes.subarray(items.starts[from], items.starts[to]);
    const zipped = this.#level > 0 ? gzipSync(body, { level: this.#level }) : body;
    const answer = await this.#client.request(
      'POST',
      '/_bulk',
      zipped,
      { 'content-type': 'application/x-ndjson', ...(this.#level > 0 ? { 'content-encoding': 'gzip' } : {}) },
      signal,
    );
    if (answer.status === 413) return this.#halves(chunk, items, from, to, signal);
    if (answer.status >= 300)
      throw new ClusterError(
        `could not push logs to Elasticsearch cluster: [${answer.status}] ${answer.body.toString('utf8', 0, 300)}`,
        answer.retryAfter,
      );
    const { again, refused } = verdicts(answer.body, to - from);
    this.#count(to - from - again.length - refused.length, again.length, refused.length);
    for (const one of refused) {
      const reason = this.#config.log_es_400_reason ? ` [error type]: ${one.type} [reason]: '${one.reason}'` : '';
      this.#refuse(chunk, items, from + one.item, `${one.status} - Rejected by Elasticsearch${reason}`);
    }
    return again.map((i) => from + i);
  }

  async #halves(chunk: ReadyChunk, items: Items, from: number, to: number, signal: AbortSignal): Promise<number[]> {
    if (to - from === 1) {
      this.#refuse(chunk, items, from, '413 - the document is too large for the cluster');
      return [];
    }
    const middle = from + Math.floor((to - from) / 2);
    const again = await this.#send(chunk, items, from, middle, signal);
    try {
      again.push(...(await this.#send(chunk, items, middle, to, signal)));
    } catch (error) {
      // The first half is done: only the second one is sent again.
      this.#host.log.warn('the second half of a request that was too large goes again', { error });
      for (let i = middle; i < to; i++) again.push(i);
    }
    return again;
  }

  #refuse(chunk: ReadyChunk, items: Items, i: number, message: string): void {
    const record = decodeJson(documentOf(items, i)) as Hash;
    const tag = chunk.meta.tag ?? (this.#config.include_tag_key ? String(record[this.#config.tag_key] ?? '') : '');
    const event = LogEvent.from(Math.floor(chunk.createdAt / 1000), 0, record);
    if (this.#config.emit_error_label_event) this.#host.emitError(tag, event, new SluiceError('ERR_REFUSED', message));
    else this.#host.log.warn(message, { tag });
  }

  #count(done: number, again: number, refused: number): void {
    const labels = (outcome: string) => ({ plugin_id: this.#host.id, outcome });
    this.#items.inc(done, labels('done'));
    if (again > 0) this.#items.inc(again, labels('again'));
    if (refused > 0) this.#items.inc(refused, labels('refused'));
  }

  /** `_type` for servers before 8: `_doc` on 7 and above, the configured one before. */
  #typeName(): string | undefined {
    if (this.#isOpenSearch || this.#config.suppress_type_name) return undefined;
    const { verify_es_version_at_startup: isAsked, default_elasticsearch_version: assumed } = this.#config;
    const major = isAsked ? (this.#major ?? assumed) : assumed;
    if (major >= 8) return undefined;
    return major === 7 ? '_doc' : this.#config.type_name;
  }

  /** Chunks rendered before the version was known, or for an older server, are fitted here, on the slow path. */
  #fitType(bytes: Buffer): Buffer {
    const type = this.#typeName();
    const wanted = type === undefined ? '' : `,"_type":${JSON.stringify(type)}`;
    const first = ACTION_HEAD.exec(bytes.toString('latin1', 0, Math.max(0, bytes.indexOf(10))));
    if (first === null || (first[2] ?? '') === wanted) return bytes;
    const lines = bytes.toString('latin1').split('\n');
    for (let i = 0; i < lines.length - 1; i += 2)
      lines[i] = lines[i]!.replace(ACTION_HEAD, (_all, index: string) => index + wanted);
    return Buffer.from(lines.join('\n'), 'latin1');
  }

  /** `isNeeded`: a server that cannot be reached is an error; documents wait until their type is known. */
  async #askVersion(signal: AbortSignal, isNeeded = false): Promise<void> {
    try {
      const answer = await this.#client.request('GET', '/', undefined, {}, signal);
      if (answer.status >= 300) return;
      const { version } = JSON.parse(answer.body.toString('utf8')) as {
        version?: { number?: string; distribution?: string };
      };
      const major = Number.parseInt(version?.number ?? '', 10);
      // OpenSearch counts anew from 1; its APIs have no types.
      if (!Number.isNaN(major)) this.#major = version?.distribution === 'opensearch' ? 8 : major;
    } catch (error) {
      if (isNeeded && error instanceof SluiceError) throw error;
      this.#host.log.warn('Could not communicate to Elasticsearch, resetting connection and trying again.', { error });
    }
  }
}

function stringHash(hash: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(hash).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** `%{…}` is URL-encoded, as the plugin does it. */
function encoded(text: string): string {
  const found = /^%\{(.*)\}$/s.exec(text);
  return found === null ? text : encodeURIComponent(found[1]!);
}

function authorization(config: Config, fromUrl: string | undefined): Record<string, string> {
  if (config.api_key !== undefined) {
    // `id:key` as it was given out, or encoded already.
    const key = config.api_key.includes(':') ? Buffer.from(config.api_key).toString('base64') : config.api_key;
    return { authorization: `ApiKey ${key}` };
  }
  const own = config.user === undefined ? undefined : `${encoded(config.user)}:${encoded(config.password ?? '')}`;
  const pair = own ?? fromUrl ?? config.cloud_auth;
  return pair === undefined ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
