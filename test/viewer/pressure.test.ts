/** What a slow or vanished reader means for the viewer and for the cluster behind it. */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Backend, startBackend } from './backend.ts';
import { type Serving, sluiceView } from './command.ts';
import { store } from './documents.ts';
import { until } from './node.ts';

const FROM = Date.parse('2026-11-23T10:00:00Z');
const MIB = 2 ** 20;
const LINES = 24_000;
const LINE = 'x'.repeat(2000);

describe('a reader of 46 MiB', () => {
  let backend: Backend;
  let proxy: Awaited<ReturnType<typeof countingProxy>>;
  let view: Serving;
  let address: string;

  beforeAll(async () => {
    backend = await startBackend();
    for (let at = 0; at < LINES; at += 4000) {
      const lines = Array.from({ length: 4000 }, (_, i) => `${at + i} ${LINE}`);
      await store(backend.url, 'feature_-2026.11.23', [
        { pod: 'feature-big-driver', container: 'driver', from: FROM + at, step: 1, lines },
      ]);
    }
    proxy = await countingProxy(backend.url);
    view = await sluiceView('--elasticsearch', proxy.url);
    address = `${view.url}/api/v1/jobs/feature-big/logs`;
  });
  afterAll(async () => {
    await view?.stop();
    proxy?.close();
    await backend?.stop();
  });

  /** Bytes that came from the cluster when no more came for a second. */
  const settled = async () => {
    let last = -1;
    await until('an end of pages', async () => {
      const before = proxy.bytes();
      await delay(1000);
      last = proxy.bytes();
      return before === last;
    });
    return last;
  };
  const memory = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(fs.readFileSync(`/proc/${view.pid}/status`, 'utf8'))![1]) / 1024;

  it('that stops holds up the cluster, and gets every line when it goes on', async () => {
    const before = proxy.bytes();
    const { response, request } = await open(address);
    response.pause();
    const stopped = (await settled()) - before;
    // Pages in the viewer, and what the sockets of the system hold.
    expect(stopped).toBeLessThan(25 * MIB);
    let lines = 0;
    for await (const part of response) for (const byte of part as Buffer) if (byte === 10) lines++;
    expect([lines, response.complete]).toEqual([LINES, true]);
    expect(JSON.parse(response.trailers['sluice-summary'] as string)).toMatchObject({ lines: LINES, complete: true });
    expect(proxy.bytes() - before).toBeGreaterThan(46 * MIB);
    request.destroy();
  });

  it('that goes away ends the reading, and the point in time is closed', async () => {
    const { request } = await open(address);
    const before = proxy.closed();
    request.destroy();
    await until('the end of the point in time', () => proxy.closed() > before);
    const after = await settled();
    expect(await settled()).toBe(after);
  });

  it('never makes the viewer hold more than 200 MiB', async () => {
    for (const query of ['?format=ndjson', '?order=desc', '?download=gzip']) {
      const { response } = await open(address + query);
      for await (const _ of response);
    }
    expect(memory('VmHWM')).toBeLessThan(200);
  });
});

async function open(address: string): Promise<{ request: http.ClientRequest; response: http.IncomingMessage }> {
  const request = http.get(address);
  request.on('error', () => undefined);
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  expect(response.statusCode).toBe(200);
  return { request, response };
}

/** Hands on requests; counts the bytes of answers, and points in time that were closed. */
async function countingProxy(target: string) {
  let bytes = 0;
  let closed = 0;
  const { hostname, port } = new URL(target);
  const server = http.createServer((request, response) => {
    const { url, method, headers } = request;
    const forward = http.request({ hostname, port, path: url, method, headers }, (answer) => {
      if (method === 'DELETE' && url?.startsWith('/_pit') === true) closed++;
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      answer.pipe(response);
    });
    forward.once('error', () => response.destroy());
    request.pipe(forward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => bytes,
    closed: () => closed,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
