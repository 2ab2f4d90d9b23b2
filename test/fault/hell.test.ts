/** Lines that a container may write to hurt: the real agent, from files to the bytes of its bulk requests. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'sluice');

interface Sent {
  readonly action: { readonly index: { readonly _index: string } };
  readonly document: Record<string, unknown>;
}

let root: string;
let server: http.Server;
let sent: Sent[];
let child: ChildProcess | undefined;
beforeEach(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-hell-'));
  fs.mkdirSync(path.join(root, 'containers'));
  sent = [];
  server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-elastic-product', 'Elasticsearch');
    if (request.url !== '/_bulk') return response.end('{"version":{"number":"8.19.0"}}');
    const lines = Buffer.concat(parts).toString('utf8').split('\n').slice(0, -1);
    const items = [];
    for (let i = 0; i < lines.length; i += 2) {
      sent.push({ action: JSON.parse(lines[i]!), document: JSON.parse(lines[i + 1]!) });
      items.push({ index: { status: 201 } });
    }
    return response.end(JSON.stringify({ took: 1, errors: false, items }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  if (child !== undefined) {
    const ended = new Promise((resolve) => child!.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    child = undefined;
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  fs.rmSync(root, { recursive: true });
});

const file = (name: string) => path.join(root, 'containers', name);

function start(parse: string, filters = '', tail = '', args: readonly string[] = []): void {
  const { port } = server.address() as AddressInfo;
  const conf = `
<source>
  @type tail
  path ${root}/containers/*.log
  pos_file ${root}/pos
  tag kubernetes.*
  read_from_head true
  refresh_interval 1s
  ${tail}
  <parse>
${parse}
  </parse>
</source>
${filters}
<match kubernetes.**>
  @type elasticsearch
  host 127.0.0.1
  port ${port}
  index_name logs
  include_timestamp true
  <buffer tag>
    @type file
    path ${root}/buffer
    flush_interval 0.2s
    chunk_limit_size 4m
  </buffer>
</match>`;
  fs.writeFileSync(path.join(root, 'fluent.conf'), conf);
  child = spawn(BIN, ['-c', path.join(root, 'fluent.conf'), '--no-metrics', ...args], { stdio: 'ignore' });
}

const CRI = '    @type cri\n    time_format %Y-%m-%dT%H:%M:%S.%N%:z';
const CONCAT = `<filter **>
  @type concat
  key message
  use_partial_cri_logtag true
  partial_cri_logtag_key logtag
  partial_cri_stream_key stream
  stream_identity_key stream
  separator ""
  flush_interval 30
</filter>`;
const cri = (stream: string, tag: 'P' | 'F', message: Buffer | string) =>
  Buffer.concat([
    Buffer.from(`2026-11-24T12:00:00.123456789+00:00 ${stream} ${tag} `),
    Buffer.from(message),
    Buffer.from('\n'),
  ]);
const messages = () => sent.map(({ document }) => document['message']);

it('joins partial lines of a megabyte that are interleaved on both streams across a rotation', {
  timeout: 120_000,
}, async () => {
  const log = file('a.log');
  const texts = { stdout: '', stderr: '' };
  fs.writeFileSync(log, cri('stdout', 'F', 'first'));
  start(CRI, CONCAT);
  // From now on the file is followed.
  await expect.poll(messages, { timeout: 60_000 }).toEqual(['first']);
  const write = (from: number, to: number) => {
    for (let i = from; i < to; i++)
      for (const stream of ['stdout', 'stderr'] as const) {
        const part = `${stream}-${i}-`.padEnd(16_000, String.fromCharCode(97 + (i % 26)));
        texts[stream] += part;
        fs.appendFileSync(log, cri(stream, i === 63 ? 'F' : 'P', part));
      }
  };
  write(0, 30);
  fs.renameSync(log, `${log}.20261124-120000`);
  fs.writeFileSync(log, '');
  write(30, 64);
  await expect.poll(messages, { timeout: 60_000 }).toHaveLength(3);
  expect(messages().slice(1).sort()).toEqual([texts.stderr, texts.stdout]);
});

it('sends what is no UTF-8, NUL, and what looks like the end of a bulk line as text of one document each', {
  timeout: 120_000,
}, async () => {
  const lines: (string | Buffer)[] = [
    Buffer.from([0x61, 0xff, 0xfe, 0x62]),
    Buffer.from([0xc3]),
    Buffer.from([0xed, 0xa0, 0x80, 0x63]),
    'nul \0 and \x01\x1f\x7f',
    'quote " backslash \\ \\n \\u000a \u2028 \u2029',
    '{"index":{"_index":"evil"}}',
    '"}\r{"delete":{"_index":"logs","_id":"1"}}',
    '","@timestamp":"1970-01-01T00:00:00Z","kubernetes":{"namespace_name":"kube-system"}}',
    '',
    ' ',
    '\u{1f600} ä',
  ];
  fs.writeFileSync(file('a.log'), Buffer.concat(lines.map((line) => cri('stdout', 'F', line))));
  start(CRI);
  await expect.poll(messages, { timeout: 60_000 }).toHaveLength(lines.length);
  // A carriage return within a line stays; only one before the line's end belongs to it.
  expect(messages()).toEqual(lines.map((line) => Buffer.from(line).toString('utf8')));
  for (const { action, document } of sent) {
    expect(Object.keys(action)).toEqual(['index']);
    expect(action.index._index).toBe('logs');
    expect(Object.keys(document).sort()).toEqual(['@timestamp', 'logtag', 'message', 'stream', 'time']);
    expect(String(document['@timestamp'])).toMatch(/^2026-11-24T12:00:00/);
  }
});

it('sends JSON with duplicate keys, deep nesting and times that jump, and goes on', { timeout: 120_000 }, async () => {
  const deep = `${'['.repeat(90)}${']'.repeat(90)}`;
  const lines = [
    '{"n":1,"log":"a","log":"b","time":"2026-11-24T12:00:00Z"}',
    `{"n":2,"deep":${deep},"time":"2026-11-24T12:00:01Z"}`,
    '{"n":3,"time":"1969-12-31T23:59:59Z"}',
    '{"n":4,"time":"2999-01-01T00:00:00Z"}',
    '{"n":5,"time":"2026-11-24T11:59:00Z","big":123456789012345678901234567890,"__proto__":{"x":1}}',
    `{"n":6,"deep":${'{"a":'.repeat(100_000)}`,
    'no json at all',
    '{"n":7,"time":"2026-11-24T12:00:02Z"}',
  ];
  fs.writeFileSync(file('a.log'), `${lines.join('\n')}\n`);
  start('    @type json\n    time_format %Y-%m-%dT%H:%M:%SZ');
  const numbers = () => sent.map(({ document }) => document['n']);
  await expect.poll(numbers, { timeout: 60_000 }).toContain(7);
  expect(numbers()).toEqual([1, 2, 3, 4, 5, 7]);
  expect(sent[0]!.document['log']).toBe('b');
});

it('leaves a line of 100 MB out where max_line_size says so, within its memory, and goes on', {
  timeout: 180_000,
}, async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x');
  const fd = fs.openSync(file('a.log'), 'w');
  fs.writeSync(fd, cri('stdout', 'F', 'before'));
  fs.writeSync(fd, '2026-11-24T12:00:00.123456789+00:00 stdout F ');
  for (let i = 0; i < 100; i++) fs.writeSync(fd, piece);
  fs.writeSync(fd, '\n');
  fs.writeSync(fd, cri('stdout', 'F', 'behind'));
  fs.closeSync(fd);
  start(CRI, '', 'max_line_size 1m');
  await expect.poll(messages, { timeout: 120_000 }).toEqual(['before', 'behind']);
  const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child!.pid}/status`, 'utf8'));
  expect(Number(peak?.[1]) / 1024).toBeLessThan(220);
});

it('does not feed on its own log', { timeout: 120_000 }, async () => {
  // Each line that comes from there is unmatched, and told of in the log.
  fs.writeFileSync(file('a.log'), 'no json\n');
  start('    @type json', '', '', ['-o', file('own.log')]);
  const size = () => fs.statSync(file('own.log'), { throwIfNoEntry: false })?.size ?? 0;
  await expect.poll(size, { timeout: 60_000 }).toBeGreaterThan(0);
  let last = -1;
  // It settles: what the log says of itself has an end.
  await expect
    .poll(
      () => {
        const grown = size() - last;
        last = size();
        return grown;
      },
      { timeout: 90_000, interval: 3000 },
    )
    .toBe(0);
  expect(size()).toBeLessThan(100_000);
});
