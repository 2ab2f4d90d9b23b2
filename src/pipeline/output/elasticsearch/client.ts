/**
 * HTTP to the cluster over the net port: keep-alive, several hosts in turn, time limits. Bodies are bytes that are ready to send.
 *
 * Guarantees: a host that cannot be reached is left out for a while (hosts.ts), and the request goes to another one at once where nothing of it
 * was sent; a name that leads to another address is looked up anew after the first failure; after an answer 401 or 403 the credentials are read
 * again before the next request; certificates are read again when their files change (tls-files.ts). Leaves trying again to whoever calls.
 */
import type http from 'node:http';
import { SluiceError } from '../../core/errors.ts';
import { LONGEST_TIMER, type Ports } from '../../core/ports.ts';
import { retryAfter } from '../../core/retry-after.ts';
import { closeIdle } from '../../io/idle.ts';
import { nodeHttp } from '../../io/node-http.ts';
import type { Signer } from './aws-endpoint.ts';
import { Hosts } from './hosts.ts';
import { TlsFiles, type TlsOptions } from './tls-files.ts';

export interface ClientOptions {
  readonly hosts: readonly URL[];
  /** Of every request to a host; asked again when the cluster refuses the credentials. */
  readonly headers: (host: URL) => Readonly<Record<string, string>>;
  /** Where requests are signed. */
  readonly signer?: Signer | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  /** Milliseconds that a host which cannot be reached is left out at first. */
  readonly resurrectAfter: number;
  readonly tls: TlsOptions;
  readonly ports: Ports;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** Seconds. */
  readonly retryAfter: number | undefined;
}

/** It was the credentials, or what they may do. */
export function isDenied({ status }: Pick<Answer, 'status'>): boolean {
  return status === 401 || status === 403;
}

class TimeLimitError extends Error {}

/** A host could not be reached, or did not answer. */
export class UnreachableError extends SluiceError {
  /** Nothing of the request was sent: it may go elsewhere. */
  readonly isUnsent: boolean;
  /** There was no answer in time. */
  readonly isHanging: boolean;
  constructor(host: URL, cause: Error) {
    super('ERR_CLUSTER', `could not push logs to Elasticsearch cluster (${host.host}): ${cause.message}`, { cause });
    // A name with several addresses fails with the errors of all of them.
    const causes: NodeJS.ErrnoException[] = cause instanceof AggregateError ? cause.errors : [cause];
    this.isUnsent = causes.every(({ syscall }) => syscall === 'connect' || syscall === 'getaddrinfo');
    this.isHanging = cause instanceof TimeLimitError;
  }
}

/** An answer to a bulk request of hundreds of thousands of items stays below. Bytes. */
const LARGEST_ANSWER = 256 * 1024 ** 2;

export class Client {
  readonly #options: ClientOptions;
  readonly #plain = new nodeHttp.Agent({ keepAlive: true });
  readonly #tls: TlsFiles;
  readonly #hosts: Hosts;
  readonly #headers = new Map<URL, Readonly<Record<string, string>>>();

  constructor(options: ClientOptions) {
    this.#options = options;
    const { fs, clock } = options.ports;
    this.#tls = new TlsFiles(options.tls, fs, clock.monotonic);
    this.#hosts = new Hosts(options.hosts, clock.monotonic, options.resurrectAfter);
  }

  /** `timeout`: milliseconds for the whole request. @throws SluiceError for what the network does; any status is an answer */
  async request(
    method: string,
    path: string,
    body?: Buffer,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
    timeout = this.#options.timeout,
  ): Promise<Answer> {
    const tried = new Set<URL>();
    for (;;) {
      const host = this.#hosts.next(tried);
      if (host === undefined)
        throw new SluiceError('ERR_CLUSTER', 'could not push logs to Elasticsearch cluster: no host of it is named');
      tried.add(host);
      try {
        const answer = await this.#send(host, { method, path, body, headers, signal, timeout });
        this.#hosts.succeeded(host);
        if (isDenied(answer)) this.renew();
        return answer;
      } catch (cause) {
        const error = cause instanceof UnreachableError ? cause : new UnreachableError(host, cause as Error);
        if (signal?.aborted !== true) this.#failed(host);
        if (!error.isUnsent || !this.#hosts.hasLive(tried)) throw error;
      }
    }
  }

  #failed(host: URL): void {
    this.#hosts.failed(host);
    closeIdle(this.#plain);
    this.#tls.closeIdle();
  }

  /** Credentials are read again before the next request. */
  renew(): void {
    this.#headers.clear();
    this.#options.signer?.renew();
  }

  async #send(host: URL, one: Request): Promise<Answer> {
    const { signer } = this.#options;
    const { net, clock } = this.#options.ports;
    const isTls = host.protocol === 'https:';
    const { method, body, signal, timeout } = one;
    const own = this.#headers.get(host) ?? this.#options.headers(host);
    this.#headers.set(host, own);
    const path = host.pathname.replace(/\/$/, '') + one.path;
    const headers = { ...own, ...one.headers };
    const signed = await signer?.sign({ method, path, headers: { ...headers, host: host.host }, body });
    const options: http.RequestOptions = {
      hostname: host.hostname.replace(/^\[|\]$/g, ''),
      port: host.port === '' ? (isTls ? 443 : 80) : host.port,
      path,
      method,
      agent: isTls ? this.#tls.agent() : this.#plain,
      headers: {
        ...headers,
        ...(signed === undefined ? {} : { ...signed, host: host.host }),
        ...(body === undefined ? {} : { 'content-length': body.length }),
      },
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(new UnreachableError(host, error));
      const request = (isTls ? net.httpsRequest : net.httpRequest)(options, (response) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        response.on('data', (part: Buffer) => {
          parts.push(part);
          bytes += part.length;
          if (bytes > LARGEST_ANSWER) request.destroy(new Error('the answer is too long'));
        });
        response.on('error', fail);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: parts.length === 1 ? parts[0]! : Buffer.concat(parts),
            retryAfter: retryAfter(response.headers['retry-after'], clock.now()),
          }),
        );
      });
      // The limit is for the whole request, not only for silence.
      const timer = setTimeout(
        () => request.destroy(new TimeLimitError(`read timeout reached (${timeout / 1000} s)`)),
        Math.min(timeout, LONGEST_TIMER),
      );
      request.on('error', fail);
      request.on('close', () => clearTimeout(timer));
      request.end(body);
    });
  }

  close(): void {
    this.#plain.destroy();
    this.#tls.close();
  }
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  readonly timeout: number;
}
