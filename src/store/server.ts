/** The store behind HTTP: reads bodies (gzip too), answers in Elasticsearch's shapes, errors included. */
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip, gzip, inflate } from 'node:zlib';
import { nodeHttp } from '../pipeline/io/node-http.ts';
import { type Answer, Api } from './api.ts';
import { Engine } from './engine.ts';
import { StoreError } from './errors.ts';

export interface StoreOptions {
  /** Folder of the data; in memory without one. */
  readonly data?: string | undefined;
  readonly host: string;
  readonly port: number;
}

export interface StoreServer {
  readonly url: string;
  readonly port: number;
  readonly engine: Engine;
  close(): Promise<void>;
}

const MAX_BODY = 100 * 2 ** 20;
/** Smaller answers are not worth the work. */
const MIN_GZIP = 1400;
const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const;
const zip = promisify(gzip);

export async function startStore(options: StoreOptions): Promise<StoreServer> {
  const engine = new Engine(options.data);
  const api = new Api(engine);
  const server = nodeHttp.createServer((request, response) => {
    void answer(api, request).then(
      (result) => send(request, response, result),
      () => response.destroy(),
    );
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    port,
    engine,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      engine.close();
    },
  };
}

async function answer(api: Api, request: http.IncomingMessage): Promise<Answer> {
  try {
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', 'http://store');
    const path = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
    return api.handle({ method: request.method ?? 'GET', path, query: url.searchParams, body });
  } catch (error) {
    const known =
      error instanceof StoreError
        ? error
        : new StoreError(500, 'exception', error instanceof Error ? error.message : String(error));
    return { status: known.status, text: JSON.stringify(known.toBody()) };
  }
}

async function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY)
      throw new StoreError(
        413,
        'content_too_long_exception',
        `entity content is too long [${length}] for the configured buffer limit [${MAX_BODY}]`,
      );
    parts.push(part);
  }
  const body = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const encoding = request.headers['content-encoding'];
  if (encoding !== 'gzip' && encoding !== 'deflate') return body;
  try {
    return await unzip[encoding](body, { maxOutputLength: MAX_BODY });
  } catch (error) {
    throw new StoreError(400, 'parse_exception', `the ${encoding} body cannot be read: ${(error as Error).message}`);
  }
}

async function send(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { status, text, type }: Answer,
): Promise<void> {
  let body: Buffer = Buffer.from(text);
  const headers: http.OutgoingHttpHeaders = {
    'content-type': type ?? 'application/json',
    'x-elastic-product': 'Elasticsearch',
  };
  if (body.length > MIN_GZIP && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    body = await zip(body, { level: 1 });
    headers['content-encoding'] = 'gzip';
  }
  headers['content-length'] = body.length;
  response.writeHead(status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}
