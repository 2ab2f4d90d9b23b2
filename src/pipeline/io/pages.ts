/**
 * A small read-only HTTP server for monitoring: GET and HEAD of a few paths.
 *
 * Guarantees: nothing a client sends is kept (bodies are not read), connections and waiting answers are bounded, an error inside is a
 * plain 500 that says nothing of its cause.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type tls from 'node:tls';
import { type Address, type Listener, listenHttp } from './listen.ts';

export interface Page {
  readonly status?: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Path → its answer. */
export type Pages = Readonly<Record<string, (query: URLSearchParams) => Page | Promise<Page>>>;

/** Requests answered at the same time; more are told to come back. */
const MAX_ACTIVE = 20;
const KEEP_ALIVE_MS = 5000;

const NOT_FOUND: Page = { status: 404, type: 'application/json', body: '{"message":"Not found"}' };

export interface PagesOptions {
  readonly tls?: tls.TlsOptions | undefined;
  readonly onError: (path: string, error: unknown) => void;
}

export function listenPages(at: Address, pages: Pages, options: PagesOptions): Promise<Listener> {
  let active = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    if (active >= MAX_ACTIVE) return void response.writeHead(503, { 'retry-after': '1' }).end();
    active++;
    try {
      send(response, await find(request.url ?? '/'));
    } finally {
      active--;
    }
  };
  const find = async (target: string): Promise<Page> => {
    const [path = '/', query = ''] = target.split('?', 2);
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return NOT_FOUND;
    try {
      return await page(new URLSearchParams(query));
    } catch (error) {
      options.onError(path, error);
      return { status: 500, type: 'text/plain', body: 'Internal Server Error\n' };
    }
  };
  return listenHttp(at, { tls: options.tls, exclusive: true, keepAliveMs: KEEP_ALIVE_MS }, answer);
}

function send(response: ServerResponse, { status = 200, type, body, headers = {} }: Page): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { 'content-type': type, 'content-length': length, ...headers }).end(body);
}
