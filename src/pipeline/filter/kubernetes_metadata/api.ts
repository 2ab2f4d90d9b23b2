/**
 * Requests to the Kubernetes API: GET of an object or list, and watch.
 *
 * Guarantees: every request ends (connection, silence and idle watches have time limits); a 401 is tried once more when the
 * token has rotated meanwhile; every request is counted by verb, resource and status. Error messages never hold tokens.
 *
 * Not @kubernetes/client-node: measured on Node 26, importing its watch takes 33 MiB RSS and its configuration 80 MiB,
 * since both load undici and the models of the whole API; its types cost nothing and are used.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { SluiceError } from '../../core/errors.ts';
import type { Ports } from '../../core/ports.ts';
import type { Access } from './access.ts';

export type Resource = 'pods' | 'namespaces' | 'api';
export type Verb = 'get' | 'list' | 'watch';
export interface ApiRequest {
  readonly verb: Verb;
  readonly resource: Resource;
  /** Below `/api`, escaped: `/v1/pods`; `` for the API itself. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
}
export interface WatchEvent {
  readonly type: string;
  readonly object: {
    readonly code?: number;
    readonly message?: string;
    readonly metadata?: { readonly resourceVersion?: string };
  };
}

/** `status` is the HTTP status, or undefined when no answer came. */
export class ApiError extends SluiceError {
  readonly status: number | undefined;
  constructor(message: string, status: number | undefined, options?: ErrorOptions) {
    super('ERR_KUBERNETES_API', message, options);
    this.status = status;
  }
  /** The API could not say: nothing is known about the object asked for. */
  get away(): boolean {
    return this.status === undefined || [401, 429, 502, 503, 504].includes(this.status);
  }
}

export interface Timeouts {
  /** Seconds until the connection must stand. */
  readonly open: number;
  /** Seconds without a byte of an answer. */
  readonly read: number;
}

/** A watch without any event for so long (seconds) is opened anew: its connection may be dead without a sign. */
const WATCH_IDLE = 300;
/** No list of one node's pods comes near; it bounds what a wrong address can make us read. */
const MAX_ANSWER = 512 * 2 ** 20;

export class ApiClient {
  readonly access: Access;
  readonly #ports: Ports;
  readonly #timeouts: Timeouts;
  readonly #count: (verb: Verb, resource: Resource, status: string) => void;

  constructor(
    access: Access,
    timeouts: Timeouts,
    ports: Ports,
    count: (verb: Verb, resource: Resource, status: string) => void,
  ) {
    this.access = access;
    this.#timeouts = timeouts;
    this.#ports = ports;
    this.#count = count;
  }

  /** The answer's JSON. @throws ApiError */
  async get(request: ApiRequest, signal?: AbortSignal): Promise<unknown> {
    const response = await this.#send(request, signal);
    const body = await this.#body(response);
    if (response.statusCode !== 200) throw statusError(request, response.statusCode, body);
    try {
      return JSON.parse(body);
    } catch (error) {
      throw new ApiError(`${describe(request)}: the answer is not JSON`, undefined, { cause: error });
    }
  }

  /** Calls back for each event; resolves when the server ends the watch or it was idle. @throws ApiError */
  async watch(request: ApiRequest, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void> {
    const response = await this.#send(request, signal);
    if (response.statusCode !== 200) {
      throw statusError(request, response.statusCode, await this.#body(response));
    }
    response.socket.setKeepAlive(true, 30_000);
    await readLines(response, WATCH_IDLE * 1000, (line) => {
      let event: WatchEvent;
      try {
        event = JSON.parse(line) as WatchEvent;
      } catch (error) {
        throw new ApiError(`${describe(request)}: an event is not JSON`, undefined, { cause: error });
      }
      onEvent(event);
    });
  }

  /** The response once its head is there; a 401 is tried again if the credentials have changed since. */
  async #send(request: ApiRequest, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    const options = await this.#options(request);
    const response = await this.#once(request, options, signal);
    if (response.statusCode !== 401) return response;
    const fresh = await this.#options(request);
    if (JSON.stringify(fresh.headers) === JSON.stringify(options.headers)) return response;
    response.resume();
    return this.#once(request, fresh, signal);
  }

  async #options(request: ApiRequest): Promise<RequestOptions> {
    try {
      return await this.access.options();
    } catch (error) {
      throw new ApiError(`${describe(request)}: ${(error as Error).message}`, undefined, { cause: error });
    }
  }

  #once(request: ApiRequest, options: RequestOptions, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    const { base } = this.access;
    const url = new URL(base);
    url.pathname += request.path;
    for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, value);
    const { httpRequest, httpsRequest } = this.#ports.net;
    const send = base.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      let answered = false;
      const fail = (error: NodeJS.ErrnoException) => {
        // After the answer's head, whoever reads the answer is told.
        if (answered) return;
        this.#count(request.verb, request.resource, error.code ?? 'error');
        reject(new ApiError(`${describe(request)}: ${error.message}`, undefined, { cause: error }));
      };
      let sent: ClientRequest;
      try {
        sent = send(url, {
          ...options,
          headers: { accept: 'application/json', ...options.headers },
          ...(signal && { signal }),
        });
      } catch (error) {
        // A certificate or header that Node refuses is told by an exception.
        fail(error as NodeJS.ErrnoException);
        return;
      }
      const opening = this.#ports.clock.after(this.#timeouts.open * 1000, () => {
        if (sent.socket?.connecting !== false) sent.destroy(timeout('open timeout'));
      });
      sent.setTimeout(this.#timeouts.read * 1000, () => sent.destroy(timeout('read timeout')));
      sent.once('close', () => opening.cancel());
      sent.on('error', fail);
      sent.once('response', (response) => {
        opening.cancel();
        answered = true;
        this.#count(request.verb, request.resource, String(response.statusCode));
        resolve(response);
      });
      sent.end();
    });
  }

  async #body(response: IncomingMessage): Promise<string> {
    const parts: Buffer[] = [];
    let size = 0;
    try {
      for await (const part of response as AsyncIterable<Buffer>) {
        parts.push(part);
        size += part.length;
        if (size > MAX_ANSWER) throw new Error('the answer is too large');
      }
    } catch (error) {
      throw new ApiError(`reading the answer: ${(error as Error).message}`, undefined, { cause: error });
    }
    return Buffer.concat(parts).toString('utf8');
  }
}

/** Lines of a response; resolves at its end or after `idle` milliseconds without data. Rejects with what `onLine` throws. */
function readLines(response: IncomingMessage, idle: number, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = '';
    const fail = (error: unknown) => {
      response.destroy();
      reject(
        error instanceof ApiError
          ? error
          : new ApiError(`watch: ${(error as Error).message}`, undefined, { cause: error }),
      );
    };
    // Replaces the request's read timeout, which is made for answers.
    response.setTimeout(idle, () => {
      resolve();
      response.destroy();
    });
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      try {
        for (const line of lines) if (line.trim() !== '') onLine(line);
      } catch (error) {
        fail(error);
      }
    });
    response.on('end', resolve);
    response.on('error', fail);
    response.on('close', () => fail(new Error('the connection was closed')));
  });
}

function timeout(message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}

function describe(request: ApiRequest): string {
  return `${request.verb} ${request.path || 'api'}`;
}

function statusError(request: ApiRequest, status: number | undefined, body: string): ApiError {
  let message = '';
  try {
    message = String((JSON.parse(body) as { message?: unknown }).message ?? '').slice(0, 300);
  } catch {
    // A proxy's page: the status says enough.
  }
  return new ApiError(`${describe(request)}: ${status} ${message}`.trim(), status);
}
