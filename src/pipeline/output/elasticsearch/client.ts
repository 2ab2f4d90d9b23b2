/**
 * HTTP to the cluster over the net port: keep-alive, several hosts in turn, time limits. Bodies are bytes that are ready to send.
 */
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { SluiceError } from '../../core/errors.ts';
import type { NetPort } from '../../core/ports.ts';

export interface ClientOptions {
  readonly hosts: readonly URL[];
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly tls: {
    readonly verify: boolean;
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
    readonly passphrase?: string | undefined;
  };
  readonly net: NetPort;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** Seconds. */
  readonly retryAfter: number | undefined;
}

export class Client {
  readonly #options: ClientOptions;
  readonly #plain = new http.Agent({ keepAlive: true });
  #secure: https.Agent | undefined;
  #turn = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Certificates are read at the first request, as Fluentd does: a file that comes later is a retry, not a failed start. */
  #tlsAgent(): https.Agent {
    const { verify, ca, cert, key, passphrase } = this.#options.tls;
    this.#secure ??= new https.Agent({
      keepAlive: true,
      rejectUnauthorized: verify,
      ...(ca === undefined ? {} : { ca: fs.readFileSync(ca) }),
      ...(cert === undefined ? {} : { cert: fs.readFileSync(cert) }),
      ...(key === undefined ? {} : { key: fs.readFileSync(key) }),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    return this.#secure;
  }

  /** @throws SluiceError for what the network does; any status is an answer. */
  async request(
    method: string,
    path: string,
    body?: Buffer,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Answer> {
    const host = this.#options.hosts[this.#turn++ % this.#options.hosts.length];
    if (host === undefined)
      throw new SluiceError('ERR_CLUSTER', 'could not push logs to Elasticsearch cluster: no host of it is named');
    const isTls = host.protocol === 'https:';
    const send = isTls ? this.#options.net.httpsRequest : this.#options.net.httpRequest;
    const where = {
      hostname: host.hostname,
      port: host.port === '' ? (isTls ? 443 : 80) : host.port,
      path: host.pathname.replace(/\/$/, '') + path,
    };
    return new Promise((resolve, reject) => {
      const fail = (message: string) =>
        reject(
          new SluiceError('ERR_CLUSTER', `could not push logs to Elasticsearch cluster (${host.host}): ${message}`),
        );
      const request = send(
        {
          ...where,
          method,
          agent: isTls ? this.#tlsAgent() : this.#plain,
          headers: {
            ...this.#options.headers,
            ...headers,
            ...(body === undefined ? {} : { 'content-length': body.length }),
          },
          ...(signal === undefined ? {} : { signal }),
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', (error: Error) => fail(error.message));
          response.on('end', () => {
            const after = Number(response.headers['retry-after']);
            resolve({
              status: response.statusCode ?? 0,
              body: Buffer.concat(parts),
              retryAfter: Number.isFinite(after) ? after : undefined,
            });
          });
        },
      );
      // The limit is for the whole request, not only for silence.
      const timer = setTimeout(
        () => request.destroy(new Error(`read timeout reached (${this.#options.timeout / 1000} s)`)),
        this.#options.timeout,
      );
      request.on('error', (error: Error) => fail(error.message));
      request.on('close', () => clearTimeout(timer));
      request.end(body);
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#secure?.destroy();
  }
}

interface HostParams {
  readonly host: string;
  readonly port: number;
  readonly hosts: string | undefined;
  readonly scheme: string;
  readonly path: string | undefined;
}

/**
 * `host`/`port`, or each of `hosts`, as URLs without credentials; and the credentials of the first URL that has them. A host
 * that is none (empty, as of an environment variable that is not set) gives no URL: Fluentd starts with it, too.
 */
export function hostsOf(params: HostParams): { urls: URL[]; auth: string | undefined } {
  const texts =
    params.hosts === undefined
      ? params.host === ''
        ? []
        : [`${params.host}:${params.port}`]
      : params.hosts
          .split(',')
          .map((text) => text.trim())
          .filter((text) => text !== '');
  let auth: string | undefined;
  const urls = texts.flatMap((text) => {
    const whole = /^\w+:\/\//.test(text) ? text : `${params.scheme}://${text}`;
    if (!URL.canParse(whole)) return [];
    const url = new URL(whole);
    if (url.port === '' && !/:\d+(\/|$)/.test(text)) url.port = String(params.port);
    if (url.pathname === '/' && params.path !== undefined) url.pathname = params.path;
    if (url.username !== '') auth ??= `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    url.username = '';
    url.password = '';
    return [url];
  });
  return { urls, auth };
}
