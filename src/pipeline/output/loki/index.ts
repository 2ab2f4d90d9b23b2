/**
 * `@type loki`: lines to Loki's push API, one request per chunk.
 *
 * A 2xx answer is done. Where the request never reached Loki's own judgement (network, 429, 5xx, credentials, a wrong path) it is sent again; any other
 * refusal (400: lines too old, too long, labels that are none) gives the chunk up: secondary or backup. 413 is answered by halves, and only
 * what is still refused alone is given up. Sending lines twice does no harm: Loki keeps equal lines of equal time in one stream once.
 */
import { gzipSync } from 'node:zlib';
import type { ConfigOf } from '../../../config/schema.ts';
import { PluginConfigError, RetryableResponse, UnrecoverableError } from '../../core/errors.ts';
import type { Hash } from '../../core/value.ts';
import { proxyOf } from '../../io/proxy.ts';
import { Requester } from '../../io/request.ts';
import { defineBufferedOutput, type OutputHost, type ReadyChunk } from '../../plugin.ts';
import { compileLine } from './line.ts';
import { schema } from './schema.ts';
import { chunkOf, type Entry, entriesOf, requestBody } from './streams.ts';

type Config = ConfigOf<typeof schema>;

const TIMEOUT_MS = 60_000;
/** Refusals that say nothing about the lines. */
const RETRIED = new Set([401, 403, 404, 407, 408, 425, 429]);

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'loki',
  buffering: 'always',
  doc: 'Sends lines to Grafana Loki.',
  schema,
  create(config, host) {
    const url = pushUrl(config.url);
    for (const name of ['bearer_token_file', 'ca_cert'] as const) {
      const file = config[name];
      if (file !== undefined && !host.ports.fs.existsSync(file))
        throw new PluginConfigError(`${name} ${file} not found`);
    }
    const labels = new Map(
      config.$element.children
        .filter(({ name }) => name === 'label')
        .flatMap(({ params }) => [...params].map(([label, { value }]): [string, string] => [label, value])),
    );
    const line = compileLine({
      labels,
      extraLabels: config.extra_labels as Hash,
      podLabels: config.extract_kubernetes_labels,
      removeKeys: config.remove_keys,
      format: config.line_format,
      dropSingleKey: config.drop_single_key,
    });
    const threads = new Threads(
      config.include_thread_label && Number(host.element.child('buffer')?.text('flush_thread_count')) > 1,
    );
    const headers: Record<string, string> = textHeaders(config.custom_headers);
    let requester: Requester | undefined;

    const tenantOf = ({ meta, id }: ReadyChunk) =>
      config.tenant === undefined ? undefined : host.placeholders(config.tenant, meta, id);
    const push = async (
      entries: readonly Entry[],
      tenant: string | undefined,
      thread: string | undefined,
      signal: AbortSignal,
    ) => {
      const text = Buffer.from(requestBody(entries, thread), 'latin1');
      const body = config.compress === 'gzip' ? gzipSync(text) : text;
      const own = tenant === undefined ? headers : { ...headers, 'x-scope-orgid': tenant };
      const { status, reason, text: said, retryAfter } = await requester!.send('POST', url, own, body, signal);
      if (status >= 200 && status < 300) return [];
      if (status === 413 && entries.length > 1) {
        const half = Math.ceil(entries.length / 2);
        const parts = [entries.slice(0, half), entries.slice(half)];
        const refused: Entry[] = [];
        for (const part of parts) refused.push(...(await push(part, tenant, thread, signal)));
        return refused;
      }
      const message = `${status} ${reason} ${said.trim()}`;
      host.log.warn('failed to write post to Loki', { url: url.origin + url.pathname, answer: message });
      if (status >= 500 || RETRIED.has(status)) throw new RetryableResponse(message, retryAfter);
      return [...entries];
    };

    return {
      start() {
        Object.assign(headers, { 'content-type': 'application/json' }, authorization(config, host));
        if (config.compress === 'gzip') headers['content-encoding'] = 'gzip';
        requester = new Requester({
          net: host.ports.net,
          proxy: proxyOf(url, host.env),
          tls: tlsOptions(config, host),
          openTimeout: TIMEOUT_MS,
          readTimeout: TIMEOUT_MS,
        });
      },
      stop: () => requester?.close(),
      renderer: () => line,
      async write(chunk: ReadyChunk, signal) {
        const entries = entriesOf(chunk.read().toString('latin1'));
        const refused = await threads.use((thread) => push(entries, tenantOf(chunk), thread, signal));
        if (refused.length === 0) return;
        if (refused.length < entries.length) keep(chunk, refused);
        throw new UnrecoverableError(`Loki refused ${refused.length} lines`);
      },
      /** One line; where Loki refuses that very line it is there, and the whole chunk may come. */
      async probe(chunk: ReadyChunk, signal) {
        const [first, ...rest] = entriesOf(chunk.read().toString('latin1'));
        if (first === undefined) return true;
        const refused = await threads.use((thread) => push([first], tenantOf(chunk), thread, signal));
        if (refused.length > 0) return false;
        if (rest.length > 0) keep(chunk, rest);
        return rest.length === 0;
      },
    };
  },
});

function keep(chunk: ReadyChunk, entries: readonly Entry[]): void {
  chunk.replace(Buffer.from(chunkOf(entries), 'latin1'), entries.length);
}

/** Numbers of the writes that run: no two at once have the same. */
class Threads {
  readonly #busy = new Set<number>();
  readonly #labelled: boolean;
  constructor(labelled: boolean) {
    this.#labelled = labelled;
  }

  async use<T>(work: (thread: string | undefined) => Promise<T>): Promise<T> {
    if (!this.#labelled) return work(undefined);
    let thread = 0;
    while (this.#busy.has(thread)) thread++;
    this.#busy.add(thread);
    try {
      return await work(`flush_thread_${thread}`);
    } finally {
      this.#busy.delete(thread);
    }
  }
}

function pushUrl(base: string): URL {
  const text = `${base}/loki/api/v1/push`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new PluginConfigError('URL parameter must have HTTP/HTTPS scheme');
  return url;
}

function textHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function authorization(
  { username, password, bearer_token_file: file }: Config,
  host: OutputHost,
): Record<string, string> {
  if (username !== undefined) {
    const credentials = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
    return { authorization: `Basic ${credentials}` };
  }
  if (file === undefined) return {};
  const token = host.ports.fs.readFileSync(file, 'utf8').trim();
  if (token === '') throw new PluginConfigError(`bearer_token_file ${file} is empty`);
  host.conceal(token);
  return { authorization: `Bearer ${token}` };
}

function tlsOptions(config: Config, { ports: { fs } }: OutputHost) {
  const { cert, key, ca_cert: ca, ciphers } = config;
  const min = config.min_version
    ?.replace(/^TLSv?/, '')
    .replace('_', '.')
    .replace(/^1\.0$/, '1');
  return {
    rejectUnauthorized: !config.insecure_tls,
    ...(cert === undefined || key === undefined ? {} : { cert: fs.readFileSync(cert), key: fs.readFileSync(key) }),
    ...(ca === undefined ? {} : { ca: fs.readFileSync(ca) }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(min === undefined ? {} : { minVersion: `TLSv${min}` as 'TLSv1.2' }),
  };
}
