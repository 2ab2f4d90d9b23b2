import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { generateCertificate } from '../../io/certificate.ts';
import { realPorts } from '../../io/ports.ts';
import { Client, type ClientOptions, UnreachableError } from './client.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-client-'));
  closing.push(() => fs.rmSync(made, { recursive: true }));
  return made;
}

async function serve(
  answer: (request: http.IncomingMessage, response: http.ServerResponse) => void = (_q, r) => void r.end('{}'),
  tls?: https.ServerOptions,
) {
  const seen: http.IncomingMessage[] = [];
  const handle = (request: http.IncomingMessage, response: http.ServerResponse) => {
    seen.push(request);
    request.resume();
    request.on('end', () => answer(request, response));
  };
  const server = tls === undefined ? http.createServer(handle) : https.createServer(tls, handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  closing.push(close);
  const url = new URL(
    `${tls === undefined ? 'http' : 'https'}://${tls === undefined ? '127.0.0.1' : 'localhost'}:${(server.address() as AddressInfo).port}`,
  );
  return { url, seen, close, server };
}

function client(hosts: readonly URL[], changes: Partial<ClientOptions> = {}): Client {
  const made = new Client({
    ...{ hosts, headers: () => ({}), timeout: 5000, resurrectAfter: 60_000, tls: { verify: true }, ports: realPorts },
    ...changes,
  });
  closing.push(() => made.close());
  return made;
}
const get = async (one: Client) => (await one.request('GET', '/')).status;

describe('the client of the cluster', () => {
  it('a host that refuses connections costs no request, and is left out', async () => {
    const [dead, alive] = [await serve(), await serve()];
    dead.close();
    const one = client([dead.url, alive.url]);
    for (let i = 0; i < 5; i++) expect(await get(one)).toBe(200);
    expect(alive.seen).toHaveLength(5);
  });

  it('a name that cannot be looked up is left out like a host that refuses', async () => {
    const alive = await serve();
    const one = client([new URL('http://no-such-host.invalid:9200'), alive.url]);
    for (let i = 0; i < 4; i++) expect(await get(one)).toBe(200);
  });

  it('where no host can be reached the request fails, and the next one succeeds as soon as one is back', async () => {
    const [a, b] = [await serve(), await serve()];
    for (const { close } of [a, b]) close();
    const one = client([a.url, b.url]);
    await expect(get(one)).rejects.toMatchObject({ code: 'ERR_CLUSTER' });
    await expect(get(one)).rejects.toMatchObject({ code: 'ERR_CLUSTER' });
    const back = http.createServer((_q, r) => void r.end('{}')).listen(Number(a.url.port), '127.0.0.1');
    closing.push(() => back.close());
    await new Promise((resolve) => back.once('listening', resolve));
    await expect.poll(() => get(one).catch(() => 0)).toBe(200);
  });

  it('what may have arrived is not sent to another host: a connection that ends in the middle is an error', async () => {
    const [cut, other] = [await serve((request) => void request.socket.destroy()), await serve()];
    await expect(get(client([cut.url, other.url]))).rejects.toMatchObject({ code: 'ERR_CLUSTER', isUnsent: false });
    expect(other.seen).toHaveLength(0);
  });

  it('a host that does not answer is left out after the time limit', async () => {
    const [silent, other] = [await serve(() => undefined), await serve()];
    const one = client([silent.url, other.url], { timeout: 300 });
    await expect(get(one)).rejects.toThrow('read timeout reached (0.3 s)');
    for (let i = 0; i < 3; i++) expect(await get(one)).toBe(200);
  });

  it('connections to an address that went silent cost one request, not one each', async () => {
    const dead = new Set<unknown>();
    const { url, server } = await serve(({ socket }, response) => {
      if (!dead.has(socket)) setTimeout(() => response.end('{}'), 100);
    });
    const sockets: unknown[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    server.keepAliveTimeout = 0;
    const one = client([url], { timeout: 1000 });
    expect(await Promise.all([1, 2, 3].map(() => get(one)))).toEqual([200, 200, 200]);
    expect(sockets).toHaveLength(3);
    for (const socket of sockets) dead.add(socket);
    await expect(get(one)).rejects.toMatchObject({ isHanging: true });
    expect(await get(one)).toBe(200);
  });

  it('a name whose addresses all refuse is left out at once', async () => {
    const [dead, alive] = [await serve(), await serve()];
    dead.close();
    const refused = ['127.0.0.1', '::1'].map((address) =>
      Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect', address }),
    );
    expect(new UnreachableError(dead.url, new AggregateError(refused)).isUnsent).toBe(true);
    const one = client([new URL(`http://localhost:${dead.url.port}`), alive.url]);
    for (let i = 0; i < 4; i++) expect(await get(one)).toBe(200);
  });

  it('a time limit of years, as configurations have it, is none', async () => {
    const { url } = await serve((_q, response) => void setTimeout(() => response.end('{}'), 50));
    expect(await get(client([url], { timeout: 2_147_483_648 * 1000 }))).toBe(200);
  });

  it('tells Retry-After, given as seconds or as a date', async () => {
    const headers = ['7', new Date(Date.now() + 60_000).toUTCString()];
    const { url } = await serve(
      (_q, response) => void response.writeHead(429, { 'retry-after': headers.shift()! }).end(),
    );
    const one = client([url]);
    expect((await one.request('GET', '/')).retryAfter).toBe(7);
    const { retryAfter = 0 } = await one.request('GET', '/');
    expect(retryAfter).toBeGreaterThan(30);
    expect(retryAfter).toBeLessThanOrEqual(60);
  });

  it('credentials are read again when the cluster refuses them', async () => {
    const { url } = await serve(
      (q, response) => void response.writeHead(q.headers.authorization === 'new' ? 200 : 401).end(),
    );
    let authorization = 'old';
    let reads = 0;
    const one = client([url], {
      headers: () => {
        reads++;
        return { authorization };
      },
    });
    expect([await get(one), await get(one)]).toEqual([401, 401]);
    authorization = 'new';
    expect([await get(one), await get(one), await get(one)]).toEqual([200, 200, 200]);
    expect(reads).toBe(3);
  });
});

describe('TLS', () => {
  const make = (seconds = 3600) =>
    generateCertificate({
      ...{ bits: 2048, country: 'XX', state: 'x', locality: 'x', commonName: 'localhost', seconds },
      ...{ digest: 'sha256', authority: undefined },
    });

  it('a wrong CA is an error, and a file that is put right counts without a restart', async () => {
    const [own, other] = [make(), make()];
    const { url } = await serve(undefined, own);
    const ca = path.join(folder(), 'ca.crt');
    const one = client([url], { tls: { verify: true, ca } });
    await expect(get(one)).rejects.toMatchObject({ code: 'ERR_CLUSTER' });
    fs.writeFileSync(ca, other.cert);
    await expect(get(one)).rejects.toMatchObject({ code: 'ERR_CLUSTER' });
    fs.writeFileSync(ca, 'no certificate');
    await expect
      .poll(() => get(one).catch((error: Error) => error.message), { timeout: 5000 })
      .toMatch(/PEM|certificate/i);
    fs.writeFileSync(ca, own.cert);
    await expect.poll(() => get(one).catch(() => 0), { timeout: 5000 }).toBe(200);
  });

  it('a mounted secret that is switched (a symbolic link) counts, and running agents lose nothing', async () => {
    const [first, second] = [make(), make()];
    const { url, server } = await serve(undefined, first);
    const dir = folder();
    for (const [name, { cert }] of Object.entries({ first, second })) fs.writeFileSync(path.join(dir, name), cert);
    const ca = path.join(dir, 'ca.crt');
    fs.symlinkSync('first', ca);
    const one = client([url], { tls: { verify: true, ca } });
    expect(await get(one)).toBe(200);
    (server as https.Server).setSecureContext(second);
    (server as https.Server).closeAllConnections();
    fs.symlinkSync('second', path.join(dir, 'next'));
    fs.renameSync(path.join(dir, 'next'), ca);
    await expect.poll(() => get(one).catch(() => 0), { timeout: 5000 }).toBe(200);
  });

  it('an expired certificate is an error of the request', async () => {
    const expired = make(-10);
    const { url } = await serve(undefined, expired);
    const ca = path.join(folder(), 'ca.crt');
    fs.writeFileSync(ca, expired.cert);
    await expect(get(client([url], { tls: { verify: true, ca } }))).rejects.toThrow(/expired/);
  });
});
