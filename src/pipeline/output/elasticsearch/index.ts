/**
 * `@type elasticsearch` (and `elasticsearch_dynamic`, `opensearch`): documents to `_bulk`.
 *
 * Guarantees: chunks hold the lines of bulk requests, ready to send; each item gets a verdict: done, sent again alone, or to the error stream;
 * 413 is answered by halves; an answer that cannot be read means the same bytes again. One build talks to Elasticsearch 7 to 9 and
 * OpenSearch: plain `application/x-ndjson`, no product check, `_type` only where the server is older than 8.
 */
import type { ConfigOf } from '../../../config/schema.ts';
import { PluginConfigError, SluiceError } from '../../core/errors.ts';
import { EventStream, LogEvent } from '../../core/event.ts';
import {
  type BufferedOutput,
  type ChunkMeta,
  defineBufferedOutput,
  type OutputHost,
  type ReadyChunk,
  type Render,
} from '../../plugin.ts';
import type { TypeName } from './action.ts';
import { credentials } from './auth.ts';
import { Client, hostsOf } from './client.ts';
import { itemCount, itemsOf, pick, requests } from './items.ts';
import { eventOf } from './readback.ts';
import { compileRender } from './render.ts';
import { schema } from './schema.ts';
import { ClusterError, isWrapped, Sender } from './send.ts';
import { Server } from './server.ts';
import type { TimestampOptions } from './timestamp.ts';
import { fitType } from './type-name.ts';

type Config = ConfigOf<typeof schema>;

/** How long a start waits for the cluster: reading begins within a second even where the cluster hangs. */
const VERSION_WAIT_MS = 400;

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
  readonly #server: Server;
  readonly #sender: Sender;

  constructor(config: Config, host: OutputHost, isOpenSearch: boolean) {
    this.#config = config;
    this.#host = host;
    this.#client = new Client({
      hosts: hostsOf(config).urls,
      headers: credentials(config, host),
      timeout: config.request_timeout * 1000,
      resurrectAfter: config.resurrect_after * 1000,
      tls: {
        verify: config.ssl_verify,
        ca: config.ca_file,
        cert: config.client_cert,
        key: config.client_key,
        passphrase: config.client_key_pass,
      },
      ports: host.ports,
    });
    this.#server = new Server({ config, client: this.#client, log: host.log, isOpenSearch });
    this.#sender = new Sender(config, host, this.#client);
  }

  /** Waits a moment for the version; a server that is away is asked again before the first write. */
  async start(): Promise<void> {
    if (!this.#config.verify_es_version_at_startup) return;
    await this.#server.ask(AbortSignal.timeout(VERSION_WAIT_MS));
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
      type: this.#resolvedType(resolve),
      typeFromRecord: this.#server.takesTypes,
      operation: c.write_operation,
      pipeline: c.pipeline === undefined ? undefined : resolve(c.pipeline),
      logstash: c.logstash_format ? { dateformat: resolve(c.logstash_dateformat), utc: c.utc_index } : undefined,
      timestamp: c.logstash_format || c.include_timestamp ? this.#timestamp(tag) : undefined,
      tagKey: c.include_tag_key ? c.tag_key : undefined,
      idKey: c.id_key,
      routingKey: c.routing_key,
      routingName: this.#server.routingName,
      parentKey: c.parent_key,
      targetIndexKey: c.target_index_key,
      targetTypeKey: c.target_type_key,
      removeKeys: (c.remove_keys ?? '').split(/\s*,\s*/).filter((key) => key !== ''),
      removeOnUpdate: c.remove_keys_on_update.split(',').filter((key) => key !== ''),
      removeOnUpdateKey: c.remove_keys_on_update_key,
      isBare: c.suppress_doc_wrap,
      flatten: c.flatten_hashes ? c.flatten_hashes_separator : undefined,
      stableIds: c.stable_ids,
      storeOrder: c.store_order,
      onMissingId: (event) => this.#missingId(tag, event),
      onError: (event, error) => this.#host.emitError(tag, event.clone(), error),
    });
  }

  #resolvedType(resolve: (text: string) => string): TypeName {
    const type = this.#server.typeName();
    return typeof type === 'string' ? resolve(type) : type;
  }

  #timestamp(tag: string): TimestampOptions {
    const c = this.#config;
    return {
      precision: c.time_precision,
      timeKey: c.time_key,
      format: c.time_key_format,
      exclude: c.time_key_exclude_timestamp,
      onError: ({ sec }, value) => {
        const event = LogEvent.from(Math.floor(Date.now() / 1000), 0, {
          tag,
          time: sec,
          format: c.time_key_format ?? null,
          value,
        });
        this.#host.emitError(c.time_parse_error_tag, event, new SluiceError('ERR_TIME', 'invalid date'));
      },
    };
  }

  #missingId(tag: string, event: LogEvent): void {
    const { emit_error_for_missing_id: isError, write_operation: operation } = this.#config;
    const message = `Missing '_id' field. Write operation is ${operation}`;
    if (isError) this.#host.emitError(tag, event.clone(), new SluiceError('ERR_MISSING_ID', message));
    else this.#host.log.debug(`Dropping record because its missing an '_id' field and write_operation is ${operation}`);
  }

  async write(chunk: ReadyChunk, signal: AbortSignal): Promise<void> {
    if (!this.#server.isKnown) await this.#server.ask(signal, this.#config.verify_es_version_at_startup);
    const items = itemsOf(this.#fitted(chunk));
    const again: number[] = [];
    let failure: Error | undefined;
    for (const { from, to } of requests(items, this.#config.bulk_message_request_threshold)) {
      // What was not sent, or not answered, goes again; what is done does not.
      if (failure !== undefined) {
        for (let i = from; i < to; i++) again.push(i);
        continue;
      }
      const outcome = await this.#sender.send(chunk, items, from, to, signal);
      failure = outcome.failure;
      for (const i of outcome.again) again.push(i);
    }
    if (again.length === 0) return;
    if (again.length < itemCount(items)) chunk.replace(pick(items, again), again.length);
    throw failure ?? new ClusterError(`${again.length} items were rejected for now (429/503)`);
  }

  #fitted(chunk: ReadyChunk): Buffer {
    const { target_type_key: own } = this.#config;
    if (own !== undefined && this.#server.takesTypes) return chunk.read();
    const type = this.#resolvedType((text) => this.#host.placeholders(text, chunk.meta, chunk.id));
    return fitType(chunk.read(), type);
  }

  events(chunk: ReadyChunk): EventStream[] {
    const items = itemsOf(chunk.read());
    const wrapped = isWrapped(this.#config);
    const events = Array.from({ length: itemCount(items) }, (_, i) => eventOf(items, i, chunk, wrapped));
    return [new EventStream(chunk.meta.tag ?? '', events)];
  }
}
