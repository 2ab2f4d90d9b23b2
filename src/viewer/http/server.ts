/**
 * The HTTP server: page, API, health.
 *
 * Guarantees: every answer has the security headers; only GET and HEAD are taken; whoever is not known gets nothing but the page's files, which hold no data;
 * errors are problem details; a client that goes away ends its query in the cluster.
 */
import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { nodeHttp } from '../../pipeline/io/node-http.ts';
import type { Access } from '../access/access.ts';
import { badRequest, notFound, ViewerError } from '../errors.ts';
import type { Viewer } from '../viewer.ts';
import { readAssets } from './assets.ts';
import { followOperations } from './follow.ts';
import { jobOperations } from './jobs.ts';
import { DEFAULT_LIMITS, Gate, type Limits } from './limits.ts';
import { logOperations } from './logs.ts';
import { openApi } from './openapi.ts';
import { checkParams, matcher, type Operation } from './operation.ts';
import { sendProblem } from './problem.ts';

export interface ServerOptions {
  readonly viewer: Viewer;
  readonly access: Access;
  readonly limits?: Limits;
  readonly version: string;
  /** Told of errors that are not the visitor's. */
  log(message: string): void;
}

export interface ViewerServer {
  readonly port: number;
  readonly operations: readonly Operation[];
  close(): Promise<void>;
}

const SECURITY: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export async function startServer(options: ServerOptions, host: string, port: number): Promise<ViewerServer> {
  const { viewer, access } = options;
  const limits = options.limits ?? DEFAULT_LIMITS;
  const operations: Operation[] = [
    ...jobOperations(access.mode),
    ...logOperations(new Gate(limits.reads, 'answers'), limits),
    ...followOperations(new Gate(limits.followers, 'followers')),
  ];
  operations.push({
    ...{
      id: 'openapi',
      path: '/openapi.json',
      summary: 'This document.',
      params: {},
      answers: { 'application/json': 'Document' },
    },
    async handle({ response }) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(openApi(operations, options.version)));
    },
  });
  const match = matcher(operations);
  const assets = readAssets();

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const url = urlOf(request);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new ViewerError(405, 'ERR_METHOD', 'logs are read with GET');
    if (url.pathname === '/health/live') return void response.end('ok\n');
    if (url.pathname === '/health/ready') {
      await viewer.cluster.flavour();
      return void response.end('ok\n');
    }
    const asset = assets.get(url.pathname);
    if (asset !== undefined) {
      response.writeHead(200, {
        'content-type': asset.type,
        'content-length': asset.body.length,
        'cache-control': 'no-cache',
      });
      return void response.end(request.method === 'HEAD' ? undefined : asset.body);
    }
    if (!url.pathname.startsWith('/api/v1/')) throw notFound(`there is nothing at ${url.pathname.slice(0, 100)}`);
    const identify = () => access.identify(request);
    const visitor = await identify();
    const found = match(url.pathname.slice('/api/v1'.length));
    if (found === undefined) throw notFound(`there is nothing at ${url.pathname.slice(0, 100)}`);
    const params = checkParams(found, url.searchParams);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const call = { request, response, visitor, identify, params, viewer: viewer.within(params['prefix']) };
    await found.operation.handle({ ...call, signal: gone.signal });
  }

  const server = nodeHttp.createServer((request, response) => {
    for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value);
    handle(request, response)
      .catch((error: unknown) => {
        if (!(error instanceof ViewerError) && !response.closed)
          options.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
        if (response.headersSent) response.destroy();
        else if (!response.closed) sendProblem(response, error);
      })
      // One visitor's request must not end the viewer for all, whatever went wrong with its answer.
      .catch(() => response.destroy());
  });
  // Slow writers of headers must not hold connections.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    operations,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The target as clients and proxies write it: a path, or a whole URL. @throws ViewerError 400 */
function urlOf({ url = '/' }: http.IncomingMessage): URL {
  // Behind a host of our own `//` is a path; alone it would be the begin of a host's name.
  const parsed = URL.parse(url.startsWith('/') ? `http://viewer${url}` : url);
  if (parsed === null) throw badRequest('the target of the request is not a URL');
  return parsed;
}
