/** The http and exec outputs against real servers and commands. */
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, it } from 'vitest';
import { generateCertificate } from '../../src/pipeline/io/certificate.ts';
import { start } from '../inputs/running.ts';

const wait = { timeout: 30_000 };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-http-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answers with the statuses in turn, the last one again and again. */
async function receiver(statuses: readonly number[], tls?: { cert: string; key: string }) {
  const seen: Seen[] = [];
  const handle = (request: http.IncomingMessage, response: http.ServerResponse) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (body += part));
    request.on('end', () => {
      seen.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      response.writeHead(statuses[Math.min(seen.length, statuses.length) - 1]!).end('why');
    });
  };
  const server = tls === undefined ? http.createServer(handle) : (https.createServer(tls, handle) as http.Server);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { seen, server, port: (server.address() as net.AddressInfo).port };
}

const BUFFER = '@type memory\nflush_mode immediate\nretry_wait 0.05\nretry_max_interval 0.05';
const output = (endpoint: string, more = '', keys = 'tag') =>
  `<match **>\n@type http\nendpoint ${endpoint}\n${more}\n<buffer ${keys}>\n${BUFFER}\n</buffer>\n</match>`;

it('posts lines of JSON with headers, credentials and placeholders', async () => {
  const { seen, port } = await receiver([200]);
  const more = `headers {"X-A":"1"}\nheaders_from_placeholders {"X-Tag":"\${tag}"}\n<auth>\nusername u\npassword p\n</auth>`;
  const one = await start(output(`http://127.0.0.1:${port}/in/\${tag}?q=1`, more));
  await one.emit('app', [{ a: 'ü' }, { a: 2 }]);
  await expect.poll(() => seen.length, wait).toBe(1);
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/in/app?q=1', body: '{"a":"ü"}\n{"a":2}\n' });
  expect(seen[0]?.headers).toMatchObject({
    'content-type': 'application/x-ndjson',
    'x-a': '1',
    'x-tag': 'app',
    authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
  });
});

it('headers are UTF-8, whatever a chunk key brings', async () => {
  const { seen, port } = await receiver([200]);
  const more = 'headers {"X-A":"é日"}\nheaders_from_placeholders {"X-Team":"${team}"}';
  const one = await start(output(`http://127.0.0.1:${port}/`, more, 'tag,team'));
  await one.emit('app', [{ team: '日本é' }]);
  await expect.poll(() => seen.length, wait).toBe(1);
  const text = (name: string) => Buffer.from(String(seen[0]?.headers[name]), 'latin1').toString();
  expect([text('x-a'), text('x-team')]).toEqual(['é日', '日本é']);
});

it('puts a JSON array', async () => {
  const { seen, port } = await receiver([204]);
  const one = await start(output(`http://127.0.0.1:${port}/`, 'json_array true\nhttp_method put'));
  await one.emit('app', [{ a: 1 }, { a: 2 }]);
  await expect.poll(() => seen.length, wait).toBe(1);
  expect(seen[0]).toMatchObject({ method: 'PUT', body: '[{"a":1}\n,{"a":2}\n]' });
  expect(seen[0]?.headers['content-type']).toBe('application/json');
});

it('a retryable answer is tried again with the same body, any other gives the chunk up', async () => {
  const { seen, port } = await receiver([503, 429, 200, 400, 200]);
  const one = await start(output(`http://127.0.0.1:${port}/`, 'retryable_response_codes 503,429'));
  await one.emit('t', [{ a: 1 }]);
  await expect.poll(() => seen.length, wait).toBe(3);
  await one.emit('t', [{ bad: 1 }]);
  await one.emit('t', [{ next: 1 }]);
  await expect.poll(() => seen.length, wait).toBe(5);
  expect(seen.map(({ body }) => body.trim())).toEqual(['{"a":1}', '{"a":1}', '{"a":1}', '{"bad":1}', '{"next":1}']);
  expect(one.logs.some((line) => line.includes('unrecoverable') && line.includes('400'))).toBe(true);
});

it('with error_response_as_unrecoverable false an error answer is logged and done', async () => {
  const { seen, port } = await receiver([400]);
  const one = await start(output(`http://127.0.0.1:${port}/`, 'error_response_as_unrecoverable false'));
  await one.emit('t', [{ a: 1 }]);
  await expect.poll(() => one.logs.some((line) => line.includes('got error response')), wait).toBe(true);
  expect(seen.length).toBe(1);
});

const base = { bits: 2048, country: 'US', state: 'CA', locality: 'X', seconds: 3600, digest: 'sha256' } as const;

it('over TLS the certificate is checked; through a proxy it is too', async () => {
  const ca = generateCertificate({ ...base, commonName: 'ca', authority: undefined });
  const made = generateCertificate({ ...base, commonName: 'localhost', authority: { ...ca, passphrase: undefined } });
  fs.writeFileSync(path.join(folder, 'ca.pem'), ca.cert);
  const { seen, port } = await receiver([200], made);
  const asked: string[] = [];
  const proxy = http.createServer().on('connect', (request, socket: net.Socket) => {
    asked.push(request.url!);
    const inner = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      inner.pipe(socket).pipe(inner);
    });
    inner.on('error', () => socket.destroy());
    socket.on('error', () => inner.destroy());
  });
  servers.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`;
  const trust = `tls_ca_cert_path ${folder}/ca.pem`;
  const straight = await start(output(`https://localhost:${port}/s`, trust));
  await straight.emit('t', [{ a: 1 }]);
  await expect.poll(() => seen.map(({ url }) => url), wait).toEqual(['/s']);
  const proxied = await start(output(`https://localhost:${port}/p`, `${trust}\nproxy ${proxyUrl}`));
  await proxied.emit('t', [{ a: 1 }]);
  await expect.poll(() => seen.map(({ url }) => url), wait).toEqual(['/s', '/p']);
  expect(asked).toEqual([`localhost:${port}`]);
  const stranger = await start(output(`https://localhost:${port}/x`));
  await stranger.emit('t', [{ a: 1 }]);
  await expect.poll(() => stranger.logs.some((line) => line.includes('failed to flush')), wait).toBe(true);
  expect(seen.length).toBe(2);
});

it('exec: a command gets a file with the chunk, again after a failure', async () => {
  const out = path.join(folder, 'out');
  const script = path.join(folder, 'script.sh');
  fs.writeFileSync(script, `#!/bin/sh\nif [ ! -e ${out} ]; then touch ${out}; exit 3; fi\ncat "$2" >> ${out}\n`, {
    mode: 0o755,
  });
  const format = '<format>\nkeys time,tag,a\n</format>\n<inject>\ntime_key time\ntag_key tag\n</inject>';
  const one = await start(
    `<match **>\n@type exec\ncommand ${script} x\n${format}\n<buffer tag>\n${BUFFER}\n</buffer>\n</match>`,
  );
  await one.emit('t', [{ a: 1 }, { a: 'b' }], 5);
  const expected = '1970-01-01T00:00:05Z\tt\t1\n1970-01-01T00:00:05Z\tt\tb\n';
  await expect.poll(() => fs.readFileSync(out, 'utf8'), wait).toBe(expected);
  expect(one.logs.some((line) => line.includes('command exits with error code status=3'))).toBe(true);
});

it('a secondary of another kind gets what the server refused, as it was sent', async () => {
  const { port } = await receiver([400]);
  const secondary = `<secondary>\n@type file\npath ${folder}/refused\nappend true\n</secondary>`;
  const one = await start(output(`http://127.0.0.1:${port}/`, secondary));
  await one.emit('t', [{ a: 'ü' }, { a: 2 }]);
  const file = path.join(folder, 'refused.log');
  await expect.poll(() => fs.existsSync(file) && fs.readFileSync(file, 'utf8'), wait).toBe('{"a":"ü"}\n{"a":2}\n');
});
