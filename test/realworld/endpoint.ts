/** A bulk endpoint on 127.0.0.1 that takes every document and remembers its text. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Endpoint {
  readonly port: number;
  /** Whether a document holds a text. */
  has(text: string): boolean;
  close(): Promise<void>;
}

export async function startEndpoint(): Promise<Endpoint> {
  let documents = '';
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const raw = Buffer.concat(parts);
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-elastic-product', 'Elasticsearch');
      if (!request.url!.includes('_bulk')) return void response.end(JSON.stringify(answer(request.url!)));
      documents += body;
      const actions = body.split('\n').filter((line) => /^\{"(?:index|create|update)":/.test(line));
      const items = actions.map((line) => ({ [line.slice(2, line.indexOf('"', 2))]: { status: 201 } }));
      response.end(JSON.stringify({ took: 1, errors: false, items }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    has: (text) => documents.includes(text),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(url: string): unknown {
  if (url === '/' || url === '')
    return { version: { number: '7.17.29', build_flavor: 'default' }, tagline: 'You Know, for Search' };
  return { acknowledged: true };
}
