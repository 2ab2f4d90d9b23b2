/**
 * HTTP to the cluster for reading.
 *
 * Guarantees: a host that does not answer is followed by the next one; a body larger than its limit is not taken into memory; the
 * signal ends the connection, by which the cluster ends the search. Credentials stay in the headers.
 */
import fs from 'node:fs';
import type http from 'node:http';
import type https from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { nodeHttp, nodeHttps } from '../../pipeline/io/node-http.ts';
import { clusterAway, ViewerError } from '../errors.ts';

export interface ClusterAddress {
  readonly urls: readonly URL[];
  /** `Authorization` header. */
  readonly authorization?: string | undefined;
  readonly caFile?: string | undefined;
  readonly verify: boolean;
}

export interface ClusterAnswer {
  readonly status: number;
  /** As text: bytes that are joined first would wait for the garbage collector outside of what it counts. */
  readonly text: string;
  /** Bytes of it. */
  readonly size: number;
}

export interface RequestLimits {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of an answer. */
  readonly maxBytes?: number;
  /** Milliseconds of silence. */
  readonly timeout?: number;
  /** Told the bytes of the answer. */
  onSize?(bytes: number): void;
}

/** An answer that was larger than its limit; a smaller page may fit. */
export class AnswerTooLarge extends Error {}

/** No answer that is needed comes near; it bounds the memory of one query. */
const MAX_BYTES = 64 * 2 ** 20;
const TIMEOUT_MS = 60_000;

/** Reads addresses with credentials; several hosts by comma. */
export function clusterAddress(text: string, options: { apiKey?: string; caFile?: string; verify: boolean }) {
  let authorization = options.apiKey === undefined ? undefined : `ApiKey ${options.apiKey}`;
  const urls = text.split(',').map((part) => {
    const url = new URL(/^\w+:\/\//.test(part.trim()) ? part.trim() : `http://${part.trim()}`);
    if (url.username !== '') {
      const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
      authorization ??= `Basic ${Buffer.from(pair).toString('base64')}`;
      url.username = '';
      url.password = '';
    }
    return url;
  });
  return { urls, authorization, caFile: options.caFile, verify: options.verify } satisfies ClusterAddress;
}

export class ClusterClient {
  readonly #address: ClusterAddress;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };
  #turn = 0;

  constructor(address: ClusterAddress) {
    this.#address = address;
    const ca = address.caFile === undefined ? {} : { ca: fs.readFileSync(address.caFile) };
    this.#agents = {
      http: new nodeHttp.Agent({ keepAlive: true }),
      https: new nodeHttps.Agent({ keepAlive: true, rejectUnauthorized: address.verify, ...ca }),
    };
  }

  /** Host and port for messages, without credentials. */
  get name(): string {
    return this.#address.urls.map((url) => url.host).join(',');
  }

  /** The parsed answer. @throws ViewerError for statuses of 400 and more, with the cluster's reason. */
  async json<T>(method: string, path: string, body?: unknown, limits: RequestLimits = {}): Promise<T> {
    const answer = await this.request(method, path, body, limits);
    limits.onSize?.(answer.size);
    if (answer.status >= 400) throw refused(answer.status, answer.text);
    return JSON.parse(answer.text) as T;
  }

  /** Any status is an answer. @throws ViewerError 502 where no host answers, AnswerTooLarge, AbortError */
  async request(method: string, path: string, body?: unknown, limits: RequestLimits = {}): Promise<ClusterAnswer> {
    let last: unknown;
    for (let tries = 0; tries < this.#address.urls.length; tries++) {
      const host = this.#address.urls[this.#turn % this.#address.urls.length]!;
      try {
        return await this.#ask(host, method, path, body, limits);
      } catch (error) {
        limits.signal?.throwIfAborted();
        if (error instanceof AnswerTooLarge) throw error;
        last = error;
        this.#turn++;
      }
    }
    const { code, message } = last as NodeJS.ErrnoException;
    throw clusterAway(`the cluster at ${this.name} does not answer: ${message || code}`);
  }

  #ask(host: URL, method: string, path: string, body: unknown, limits: RequestLimits): Promise<ClusterAnswer> {
    const tls = host.protocol === 'https:';
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers: Record<string, string | number> = {};
    if (this.#address.authorization !== undefined) headers['authorization'] = this.#address.authorization;
    if (bytes !== undefined)
      Object.assign(headers, { 'content-type': 'application/json', 'content-length': bytes.length });
    const maxBytes = limits.maxBytes ?? MAX_BYTES;
    return new Promise((resolve, reject) => {
      const options = {
        hostname: host.hostname,
        port: host.port || (tls ? 443 : 80),
        path: host.pathname.replace(/\/$/, '') + path,
        method,
        headers,
        agent: tls ? this.#agents.https : this.#agents.http,
        timeout: limits.timeout ?? TIMEOUT_MS,
        ...(limits.signal === undefined ? {} : { signal: limits.signal }),
      };
      const request = (tls ? nodeHttps : nodeHttp).request(options, (response) => {
        const decoder = new StringDecoder('utf8');
        let text = '';
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > maxBytes) request.destroy(new AnswerTooLarge(`more than ${maxBytes} bytes`));
          else text += decoder.write(part);
        });
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text: text + decoder.end(), size }));
      });
      request.once('timeout', () => request.destroy(new Error(`no answer within ${options.timeout / 1000} s`)));
      request.on('error', reject);
      request.end(bytes);
    });
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }
}

/** What an answer of 400 and more means, with the cluster's own reason: it names fields and indices, never documents. */
export function refused(status: number, text: string): ViewerError {
  let reason = text.slice(0, 300);
  try {
    const { error } = JSON.parse(text) as {
      error?: string | { type?: string; reason?: string; root_cause?: { reason?: string }[] };
    };
    if (typeof error === 'string') reason = error;
    else if (error !== undefined) reason = `${error.type}: ${error.root_cause?.[0]?.reason ?? error.reason}`;
  } catch {
    // Not JSON: a proxy's page; its first characters say enough.
  }
  if (status === 401 || status === 403)
    return new ViewerError(
      502,
      'ERR_CLUSTER_REFUSED',
      `the cluster refuses the viewer's credentials (${status}): ${reason}`,
    );
  if (status === 429) return new ViewerError(503, 'ERR_CLUSTER_BUSY', `the cluster is busy: ${reason}`, 5);
  return new ViewerError(502, 'ERR_CLUSTER_REFUSED', `the cluster refused a query (${status}): ${reason}`);
}
