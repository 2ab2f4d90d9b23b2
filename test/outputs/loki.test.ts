/** The loki output against a real Loki, straight and through a gate that refuses first. */
import fs from 'node:fs';
import http from 'node:http';
import type net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../inputs/running.ts';
import { serverAvailable } from '../servers/available.ts';
import { type LokiServer, startLoki } from '../servers/loki.ts';

const wait = { timeout: 60_000 };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-loki-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const now = Math.floor(Date.now() / 1000) - 60;

const output = (url: string, more: string, keys = '', buffer = '') =>
  `<match **>\n@type loki\nurl ${url}\n${more}\n<buffer ${keys}>\n@type memory\nflush_mode immediate\nretry_wait 0.05\nretry_max_interval 0.05\n${buffer}\n</buffer>\n</match>`;

describe.runIf(serverAvailable('loki'))('the loki output', () => {
  let loki: LokiServer;
  beforeAll(async () => {
    loki = await startLoki({ tenants: true, limits: ['max_line_size: 1KB'] });
  });
  afterAll(() => loki?.stop());

  interface Seen {
    readonly headers: http.IncomingHttpHeaders;
    readonly bytes: number;
  }
  const gates: http.Server[] = [];
  afterEach(() => {
    for (const gate of gates.splice(0)) {
      gate.closeAllConnections();
      gate.close();
    }
  });
  /** Hands requests on to Loki, but those for which `refuse` has a status. */
  async function gateTo(refuse: (nth: number, bytes: number) => number | undefined) {
    const seen: Seen[] = [];
    const gate = http.createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts);
      seen.push({ headers: request.headers, bytes: body.length });
      const status = refuse(seen.length, body.length);
      if (status !== undefined) return void response.writeHead(status).end('not now');
      const { authorization: _, host: __, ...headers } = request.headers;
      const to = { host: '127.0.0.1', port: loki.port, path: request.url!, method: 'POST', headers };
      http.request(to, (answer) => void answer.pipe(response.writeHead(answer.statusCode!))).end(body);
    });
    gates.push(gate);
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
    return { seen, url: `http://127.0.0.1:${(gate.address() as net.AddressInfo).port}` };
  }

  it('lines arrive in their streams, in the order of their times', async () => {
    const labels = '<label>\nstream\npod $.kubernetes.pod_name\n</label>';
    const more = `tenant a\nextra_labels {"job":"one","env":"prod"}\nextract_kubernetes_labels true\nremove_keys kubernetes\ncompress gzip\n${labels}`;
    const one = await start(output(loki.url, more));
    const kubernetes = { pod_name: 'p-1', labels: { 'app.kubernetes.io/name': 'web' } };
    const records = ['zwei wörter', 'b="c"'].map((message) => ({ message, stream: 'stdout', kubernetes }));
    await one.emit('t', records, now);
    await one.emit('t', [{ message: 'e', stream: 'stderr', kubernetes }], now + 1);
    await expect.poll(async () => (await loki.query('{job="one"}', 'a')).length, wait).toBe(3);
    const lines = await loki.query('{job="one"}', 'a');
    const common = { app_kubernetes_io_name: 'web', env: 'prod', job: 'one', pod: 'p-1' };
    expect(lines).toEqual([
      { labels: { ...common, stream: 'stdout' }, time: `${now}000000000`, line: 'message="zwei wörter"' },
      { labels: { ...common, stream: 'stdout' }, time: `${now}000000000`, line: 'message="b=\\"c\\""' },
      { labels: { ...common, stream: 'stderr' }, time: `${now + 1}000000000`, line: 'message=e' },
    ]);
  });

  it('the tenant may come from the tag; several flush threads have streams of their own', async () => {
    const more = 'tenant ${tag}\nextra_labels {"job":"two"}\nline_format json';
    const one = await start(output(loki.url, more, 'tag', 'flush_thread_count 2'));
    await one.emit('x', [{ n: 1, f: 1.5 }], now);
    await one.emit('y', [{ n: 2 }], now);
    const found = async (tenant: string) =>
      (await loki.query('{job="two"}', tenant)).map(({ labels, line }) => [labels['fluentd_thread'], line]);
    await expect
      .poll(() => found('x'), wait)
      .toEqual([[expect.stringMatching(/^flush_thread_[01]$/), '{"n":1,"f":1.5}']]);
    await expect.poll(() => found('y'), wait).toEqual([[expect.stringMatching(/^flush_thread_[01]$/), '{"n":2}']]);
  });

  it('what Loki refuses is given up, and goes to the secondary; what came after it is sent', async () => {
    const more = `tenant b\nextra_labels {"job":"three"}\ndrop_single_key true\n<secondary>\n@type secondary_file\ndirectory ${folder}\nbasename bad\n</secondary>`;
    const one = await start(output(loki.url, more));
    await one.emit('t', [{ m: 'x'.repeat(2000) }], now);
    await one.emit('t', [{ m: 'good' }], now);
    const lines = async () => (await loki.query('{job="three"}', 'b')).map(({ line }) => line);
    await expect.poll(lines, wait).toEqual(['good']);
    const bad = () => fs.readdirSync(folder).filter((name) => name.startsWith('bad'));
    await expect.poll(bad, wait).toHaveLength(1);
    expect(fs.readFileSync(path.join(folder, bad()[0]!), 'utf8')).toContain('xxx');
    expect(one.logs.some((line) => line.includes('max entry size'))).toBe(true);
  });

  it('is sent again after 429, 503 and a login that failed; secrets are not logged', async () => {
    const statuses = [503, 429, 401];
    const { seen, url } = await gateTo((nth) => statuses[nth - 1]);
    const more = `tenant c\nextra_labels {"job":"four"}\nusername me\npassword se-cret\ncustom_headers {"X-Own":"1"}`;
    const one = await start(output(url, more));
    await one.emit('t', [{ m: 1 }], now);
    await expect
      .poll(async () => (await loki.query('{job="four"}', 'c')).map(({ line }) => line), wait)
      .toEqual(['m=1']);
    expect(seen).toHaveLength(4);
    expect(seen[0]?.headers).toMatchObject({
      ...{ 'x-own': '1', 'content-type': 'application/json', 'x-scope-orgid': 'c' },
      authorization: `Basic ${Buffer.from('me:se-cret').toString('base64')}`,
    });
    expect(one.logs.join('\n')).not.toContain('se-cret');
  });

  it('flows again soon after an outage, however far away the next try is', async () => {
    let isAway = true;
    const { url } = await gateTo(() => (isAway ? 503 : undefined));
    const more = 'tenant e\nextra_labels {"job":"six"}\ndrop_single_key true';
    const late = 'retry_wait 600\nretry_max_interval 600\nretry_probe_interval 0.2';
    const one = await start(output(url, more).replace('retry_wait 0.05\nretry_max_interval 0.05', late));
    await one.emit('t', [{ m: 'a' }, { m: 'b' }, { m: 'c' }], now);
    await expect.poll(() => one.logs.some((line) => line.includes('failed to flush')), wait).toBe(true);
    isAway = false;
    const lines = async () => (await loki.query('{job="six"}', 'e')).map(({ line }) => line);
    await expect.poll(lines, wait).toEqual(['a', 'b', 'c']);
  });

  it('a request that is too large goes in halves; one line that is too large alone is given up', async () => {
    const { seen, url } = await gateTo((_nth, bytes) => (bytes > 400 ? 413 : undefined));
    const token = path.join(folder, 'token');
    fs.writeFileSync(token, 'abc\n');
    const more = `tenant d\nextra_labels {"job":"five"}\ndrop_single_key true\nbearer_token_file ${token}\n<secondary>\n@type secondary_file\ndirectory ${folder}\nbasename large\n</secondary>`;
    const one = await start(output(url, more));
    const records = [...Array(20).keys()].map((n) => ({ m: n === 7 ? 'x'.repeat(500) : `line ${n}` }));
    await one.emit('t', records, now);
    const lines = async () => (await loki.query('{job="five"}', 'd')).map(({ line }) => line).sort();
    const expected = records.map(({ m }) => m).filter((m) => m.length < 100);
    await expect.poll(lines, wait).toEqual(expected.sort());
    const large = () => fs.readdirSync(folder).filter((name) => name.startsWith('large'));
    await expect.poll(large, wait).toHaveLength(1);
    expect(fs.readFileSync(path.join(folder, large()[0]!), 'utf8').trimEnd().split('\n')).toHaveLength(1);
    expect(seen[0]?.headers.authorization).toBe('Bearer abc');
  });
});

it('tells at start-up what cannot work', async () => {
  const wrong: [string, RegExp][] = [
    ['url logs.example.com', /URL parameter must have HTTP\/HTTPS scheme/],
    ['bearer_token_file /does/not/exist', /bearer_token_file \/does\/not\/exist not found/],
    ['ca_cert /does/not/exist', /ca_cert \/does\/not\/exist not found/],
  ];
  for (const [more, message] of wrong)
    await expect(start(`<match **>\n@type loki\n${more}\n</match>`)).rejects.toThrow(message);
});
