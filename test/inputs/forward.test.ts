/** The forward input and output, end to end over real sockets. */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { decodeMsgpack, encodeMsgpack } from '../../src/pipeline/codec/msgpack.ts';
import { toBytes, type Value } from '../../src/pipeline/core/value.ts';
import { generateCertificate } from '../../src/pipeline/io/certificate.ts';
import type { Rig } from '../plugins/rig.ts';
import { startDns } from './dns.ts';
import { freePort } from './ports.ts';
import { source, start } from './running.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-forward-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const wait = { timeout: 30_000 };
const bytes = (value: Value) => Buffer.from(encodeMsgpack(value), 'latin1');

/** Sends blocks as they are and resolves with what came back once `answers` values were there, or the connection ended. */
function talk(port: number, blocks: readonly Buffer[], answerBytes = 0): Promise<Buffer> {
  const socket = net.connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const got: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const done = () => resolve(Buffer.concat(got));
    socket.on('data', (block: Buffer) => {
      got.push(block);
      if (Buffer.concat(got).length >= answerBytes) socket.end();
    });
    socket.on('close', done).on('error', reject);
    socket.on('connect', async () => {
      for (const block of blocks) await new Promise<void>((sent) => socket.write(block, () => sent()));
      if (answerBytes === 0) socket.end();
    });
  });
}

const got = (one: Rig) => one.caught.map(({ tag, sec, nsec, json }) => `${tag} ${sec}.${nsec} ${json}`);

it('takes every mode of the protocol, whatever edges the blocks have', async () => {
  const port = await freePort();
  const one = await start(source('forward', port));
  const entries = (n: number) => Buffer.concat([bytes([7, { n }]), bytes([8, { n: n + 1 }])]).toString('latin1');
  const packed = (content: string, option: Value) =>
    Buffer.concat([Buffer.from('\x93\xa1p', 'latin1'), binary(content), bytes(option)]);
  const all = Buffer.concat([
    bytes(['m', 5, { é: 'ü' }]),
    bytes([
      'f',
      [
        [6, { a: 1 }],
        [6, { a: 2 }],
      ],
    ]),
    packed(entries(1), { size: 2 }),
    packed(gzipSync(Buffer.from(entries(3), 'latin1')).toString('latin1'), { compressed: 'gzip' }),
    bytes(null),
  ]);
  const expected = [
    'm 5.0 {"é":"ü"}',
    ...['f 6.0 {"a":1}', 'f 6.0 {"a":2}'],
    ...['p 7.0 {"n":1}', 'p 8.0 {"n":2}', 'p 7.0 {"n":3}', 'p 8.0 {"n":4}'],
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(all.length), { maxLength: 10 }), async (cuts) => {
      one.caught.length = 0;
      const edges = [...new Set(cuts)].sort((a, b) => a - b);
      await talk(
        port,
        [0, ...edges].map((from, i) => all.subarray(from, edges[i] ?? all.length)),
      );
      await expect.poll(() => got(one), wait).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

function binary(content: string): Buffer {
  const head = Buffer.from([0xc6, 0, 0, 0, 0]);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, Buffer.from(content, 'latin1')]);
}

it('acknowledges in the sender’s format, after the events arrived', async () => {
  const port = await freePort();
  const one = await start(source('forward', port, 'add_tag_prefix pre\nsource_address_key from'));
  const answer = await talk(port, [bytes(['t', [[1, { a: 1 }]], { chunk: 'id==' }])], 8);
  expect(decodeMsgpack(answer)).toEqual({ ack: 'id==' });
  expect(got(one)).toEqual(['pre.t 1.0 {"a":1,"from":"127.0.0.1"}']);
  const json = Buffer.from('["t",1,{"b":2},{"chunk":"x"}]');
  expect((await talk(port, [json.subarray(0, 9), json.subarray(9)], 8)).toString()).toBe('{"ack":"x"}');
});

it('a broken message ends its connection only; an invalid event is left out with a warning', async () => {
  const port = await freePort();
  const one = await start(source('forward', port));
  await talk(port, [Buffer.from([0xc1])], 1);
  await talk(port, [
    bytes([
      't',
      [
        [1, 'no record'],
        [1, { a: 1 }],
      ],
    ]),
  ]);
  await expect.poll(() => got(one), wait).toEqual(['t 1.0 {"a":1}']);
  expect(one.logs.some((line) => line.includes('skip invalid event'))).toBe(true);
});

it('skip_invalid_event leaves out what has no time of its own; without it such events are of now', async () => {
  const entries: Value = [
    ['no time', { a: 1 }],
    [1, { a: 2 }],
  ];
  const packed = Buffer.concat([Buffer.from('\x92\xa1t', 'latin1'), binary(entries.map(encodeMsgpack).join(''))]);
  const messages = [bytes(['t', entries]), packed];
  for (const [param, numbers] of [
    ['skip_invalid_event true', [2, 2]],
    ['', [1, 2, 1, 2]],
  ] as const) {
    const port = await freePort();
    const one = await start(source('forward', port, param));
    for (const message of messages) await talk(port, [message]);
    await expect.poll(() => one.caught.map(({ json }) => JSON.parse(json).a), wait).toEqual(numbers);
  }
});

it('a message over chunk_size_limit is dropped and not acknowledged', async () => {
  const port = await freePort();
  const one = await start(source('forward', port, 'chunk_size_limit 50\ndeny_keepalive true'));
  await talk(
    port,
    [Buffer.concat([bytes(['t', 1, { a: 'x'.repeat(100) }, { chunk: 'c' }]), bytes(['t', 1, { b: 1 }])])],
    1e6,
  );
  expect(got(one)).toEqual(['t 1.0 {"b":1}']);
});

it('unix: the same protocol over a socket file, in MessagePack and JSON', async () => {
  const file = path.join(folder, 'deep', 'fluent.sock');
  const one = await start(`<source>\n@type unix\npath ${file}\n</source>`);
  for (const message of [bytes(['t', 1, { a: 1 }]), Buffer.from('["t",2,{"a":2}]')])
    await new Promise((resolve) => net.connect(file).end(message).on('close', resolve));
  await expect.poll(() => got(one).sort(), wait).toEqual(['t 1.0 {"a":1}', 't 2.0 {"a":2}']);
});

const BUFFER = '<buffer tag>\n@type memory\nflush_mode immediate\nretry_wait 0.1\nretry_max_interval 0.1\n</buffer>';
const sender = (more: string) => `<match **>\n@type forward\nheartbeat_interval 0.1\n${more}\n${BUFFER}\n</match>`;
const server = (port: number, more = '') => `<server>\nhost 127.0.0.1\nport ${port}\n${more}\n</server>`;

async function send(one: Rig, count: number, from = 0): Promise<void> {
  for (let n = from; n < from + count; n++) await one.emit('app.log', [{ n, text: 'zwölf', f: 1.5 }], 1000 + n);
}

const numbers = (one: Rig) => one.caught.map(({ record }) => record['n'] as number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

it.each([
  ['plain', '', ''],
  ['with acks', '', 'require_ack_response true'],
  ['compressed, with acks over one connection', '', 'require_ack_response true\ncompress gzip\nkeepalive true'],
  [
    'with a shared key and a user',
    '<security>\nself_hostname in\nshared_key k3y\nuser_auth true\n<user>\nusername joe\npassword pw\n</user>\n</security>',
    '<security>\nself_hostname out\nshared_key k3y\n</security>\nrequire_ack_response true',
  ],
])('events arrive as they were: %s', async (_name, inputMore, outputMore) => {
  const port = await freePort();
  const receiver = await start(source('forward', port, inputMore));
  const one = await start(sender(`${outputMore}\n${server(port, 'username joe\npassword pw')}`));
  await send(one, 5);
  await expect.poll(() => numbers(receiver), wait).toEqual(upTo(5));
  expect(receiver.caught.find(({ record }) => record['n'] === 2)).toMatchObject({
    ...{ tag: 'app.log', sec: 1002, nsec: 0, json: '{"n":2,"text":"zwölf","f":1.5}' },
  });
});

it('over TLS: only to a server whose certificate the authority signed for the name', async () => {
  const base = { bits: 2048, country: 'US', state: 'CA', locality: 'X', seconds: 3600, digest: 'sha256' } as const;
  const ca = generateCertificate({ ...base, commonName: 'ca', authority: undefined });
  const made = generateCertificate({
    ...base,
    commonName: 'collector.test',
    authority: { ...ca, passphrase: undefined },
  });
  for (const [name, content] of Object.entries({ 'ca.pem': ca.cert, 'cert.pem': made.cert, 'key.pem': made.key }))
    fs.writeFileSync(path.join(folder, name), content);
  const port = await freePort();
  const tls = `<transport tls>\ncert_path ${folder}/cert.pem\nprivate_key_path ${folder}/key.pem\n</transport>`;
  const receiver = await start(source('forward', port, tls));
  const trust = `transport tls\ntls_cert_path ${folder}/ca.pem\nheartbeat_type none\nrequire_ack_response true`;
  const good = await start(sender(`${trust}\n${server(port, 'name collector.test')}`));
  await send(good, 3);
  await expect.poll(() => numbers(receiver), wait).toEqual(upTo(3));
  const wrongName = await start(sender(`${trust}\n${server(port, 'name other.test')}`));
  const stranger = await start(sender(`transport tls\nheartbeat_type none\n${server(port, 'name collector.test')}`));
  for (const refused of [wrongName, stranger]) {
    await send(refused, 1, 100);
    await expect
      .poll(() => refused.logs.some((line) => /failed to flush.*certificate|altnames/.test(line)), wait)
      .toBe(true);
  }
  const careless = await start(sender(`transport tls\ntls_insecure_mode true\n${server(port)}`));
  await send(careless, 1, 3);
  await expect.poll(() => numbers(receiver), wait).toEqual(upTo(4));
});

it('over TLS with client_cert_auth: only from a sender with a certificate of the authority', async () => {
  const base = { bits: 2048, country: 'US', state: 'CA', locality: 'X', seconds: 3600, digest: 'sha256' } as const;
  const ca = generateCertificate({ ...base, commonName: 'ca', authority: undefined });
  const made = generateCertificate({ ...base, commonName: 'both', authority: { ...ca, passphrase: undefined } });
  const own = path.join(folder, 'mutual');
  fs.mkdirSync(own);
  for (const [name, content] of Object.entries({ 'ca.pem': ca.cert, 'cert.pem': made.cert, 'key.pem': made.key }))
    fs.writeFileSync(path.join(own, name), content);
  const port = await freePort();
  const receiver = await start(
    source(
      'forward',
      port,
      `<transport tls>\ncert_path ${own}/cert.pem\nprivate_key_path ${own}/key.pem\nca_path ${own}/ca.pem\nclient_cert_auth true\n</transport>`,
    ),
  );
  const trust = `transport tls\ntls_cert_path ${own}/ca.pem\nheartbeat_type none\nrequire_ack_response true`;
  const stranger = await start(sender(`${trust}\n${server(port, 'name both')}`));
  await send(stranger, 1, 100);
  await expect.poll(() => stranger.logs.some((line) => line.includes('failed to flush')), wait).toBe(true);
  await expect.poll(() => receiver.logs.some((line) => line.includes('a TLS handshake failed')), wait).toBe(true);
  const client = `tls_client_cert_path ${own}/cert.pem\ntls_client_private_key_path ${own}/key.pem`;
  const known = await start(sender(`${trust}\n${client}\n${server(port, 'name both')}`));
  await send(known, 2);
  await expect.poll(() => numbers(receiver), wait).toEqual(upTo(2));
});

it('a wrong shared key is refused, and what the server logs holds no key', async () => {
  const port = await freePort();
  const receiver = await start(source('forward', port, '<security>\nself_hostname in\nshared_key k3y\n</security>'));
  const one = await start(
    sender(`<security>\nself_hostname out\nshared_key wr0ng\n</security>\nheartbeat_type none\n${server(port)}`),
  );
  await send(one, 1);
  await expect.poll(() => one.logs.some((line) => line.includes('shared_key mismatch')), wait).toBe(true);
  expect(receiver.caught).toEqual([]);
  for (const line of [...one.logs, ...receiver.logs]) expect(line).not.toMatch(/k3y|wr0ng/);
});

it('a sender that has not proved itself cannot fill the memory', async () => {
  const port = await freePort();
  const receiver = await start(source('forward', port, '<security>\nself_hostname in\nshared_key k3y\n</security>'));
  const endless = Buffer.concat([Buffer.from([0xc6, 0x10, 0, 0, 0]), Buffer.alloc(200_000)]);
  await talk(port, [endless], 1e9).catch(() => undefined);
  expect(receiver.logs.some((line) => line.includes('a message is longer than 65536 bytes'))).toBe(true);
});

it('chunks are spread by weight; while a server is away the standby takes its part, and nothing is lost', async () => {
  const [a, b, spare] = [await freePort(), await freePort(), await freePort()];
  const first = await start(source('forward', a));
  const second = await start(source('forward', b));
  const standby = await start(source('forward', spare));
  const one = await start(
    sender(
      `require_ack_response true\nhard_timeout 3\nrecover_wait 0.3\n${server(a, 'weight 60')}\n${server(b, 'weight 30')}\n${server(spare, 'standby true')}`,
    ),
  );
  await send(one, 30);
  await expect.poll(() => first.caught.length + second.caught.length, wait).toBe(30);
  // 20, unless a chunk was tried again on a loaded machine.
  expect(first.caught.length).toBeGreaterThan(second.caught.length);
  expect(standby.caught).toEqual([]);
  await first.stop();
  await expect.poll(() => one.logs.some((line) => line.includes('detached forwarding server')), wait).toBe(true);
  await send(one, 30, 30);
  const all = () => [...numbers(first), ...numbers(second), ...numbers(standby)].sort((x, y) => x - y);
  await expect.poll(all, wait).toEqual(upTo(60));
  expect(standby.caught.length).toBeGreaterThan(0);
  const back = await start(source('forward', a));
  await expect.poll(() => one.logs.some((line) => line.includes('recovered forwarding server')), wait).toBe(true);
  await send(one, 30, 60);
  await expect.poll(() => back.caught.length, wait).toBeGreaterThan(0);
});

it('servers come from a file that is read again when it changes', async () => {
  const [a, b] = [await freePort(), await freePort()];
  const first = await start(source('forward', a));
  const second = await start(source('forward', b));
  const file = path.join(folder, 'sd.yaml');
  fs.writeFileSync(file, `- host: 127.0.0.1\n  port: ${a}\n  weight: 1\n`);
  const discovery = `<service_discovery>\n@type file\npath ${file}\n</service_discovery>`;
  const one = await start(sender(`require_ack_response true\n${discovery}`));
  await send(one, 3);
  await expect.poll(() => numbers(first), wait).toEqual(upTo(3));
  fs.writeFileSync(file, `- host: 127.0.0.1\n  port: ${b}\n  name: other-one\n`);
  await expect
    .poll(() => one.logs.some((line) => line.includes("adding forwarding server 'other-one'")), wait)
    .toBe(true);
  await send(one, 3);
  await expect.poll(() => numbers(second), wait).toEqual(upTo(3));
});

it('servers come from DNS, and an empty answer leaves them as they are', async () => {
  const [a, b] = [await freePort(), await freePort()];
  const first = await start(source('forward', a));
  const second = await start(source('forward', b));
  const target = (name: string, port: number) => [{ priority: 1, weight: 5, port, target: `${name}.example` }];
  const srv: Record<string, ReturnType<typeof target>> = { '_fluentd._tcp.logs.example': target('one', a) };
  const dns = await startDns({ srv, a: { 'one.example': '127.0.0.1', 'two.example': '127.0.0.1' } });
  const discovery = `<service_discovery>\n@type srv\nservice fluentd\nhostname logs.example\ndns_server_host 127.0.0.1:${dns.port}\ninterval 1\n</service_discovery>`;
  const one = await start(sender(`require_ack_response true\n${discovery}`));
  await send(one, 3);
  await expect.poll(() => numbers(first), wait).toEqual(upTo(3));
  srv['_fluentd._tcp.logs.example'] = target('two', b);
  await expect
    .poll(() => one.logs.some((line) => line.includes("adding forwarding server 'two.example'")), wait)
    .toBe(true);
  await send(one, 3);
  await expect.poll(() => numbers(second), wait).toEqual(upTo(3));
  srv['_fluentd._tcp.logs.example'] = [];
  await expect.poll(() => one.logs.some((line) => line.includes('service discovery failed')), wait).toBe(true);
  await send(one, 3, 3);
  await expect.poll(() => numbers(second), wait).toEqual(upTo(6));
  await dns.close();
});

it('heartbeats over UDP tell when a server is away and when it is back', async () => {
  const port = await freePort();
  const one = await start(sender(`heartbeat_type udp\nhard_timeout 0.3\nrecover_wait 0.3\n${server(port)}`));
  await expect.poll(() => one.logs.some((line) => line.includes('detached forwarding server')), wait).toBe(true);
  await send(one, 2);
  const receiver = await start(source('forward', port));
  await expect.poll(() => one.logs.some((line) => line.includes('recovered forwarding server')), wait).toBe(true);
  await expect.poll(() => numbers(receiver), wait).toEqual(upTo(2));
});

it('the secondary gets the events of a chunk that no server took', async () => {
  const port = await freePort();
  const one = await start(
    `<match **>\n@type forward\nheartbeat_type none\n${server(port)}
<buffer tag>\n@type memory\nflush_mode immediate\nretry_wait 0.05\nretry_timeout 0.2\nretry_randomize false\n</buffer>
<secondary>\n@type file\npath ${folder}/refused\nappend true\n<format>\n@type json\n</format>\n</secondary>\n</match>`,
  );
  await send(one, 2);
  const file = path.join(folder, 'refused.log');
  await expect.poll(() => fs.existsSync(file) && fs.readFileSync(file, 'utf8'), wait).toMatch(/"text":"zwölf"/);
});

it.each([
  ['no server', '', 'at least one node is required'],
  ['a host outside <server>', 'host 127.0.0.1', "'host' parameter is already removed"],
  [
    'a service file that is not there',
    '<service_discovery>\n@type file\npath /nowhere.yaml\n</service_discovery>',
    'sd_file: path=/nowhere.yaml',
  ],
])('%s is a configuration error', async (_name, more, message) => {
  await expect(start(sender(more))).rejects.toThrow(message);
});

it('tags and keys of any text come through', async () => {
  const port = await freePort();
  const receiver = await start(source('forward', port));
  const one = await start(sender(`require_ack_response true\n${server(port)}`));
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 }),
      async (record) => {
        receiver.caught.length = 0;
        const clean = JSON.parse(JSON.stringify(record)) as Record<string, Value>;
        await one.emit('straße', [clean]);
        await expect.poll(() => receiver.caught.length, wait).toBe(1);
        expect(receiver.caught[0]?.tag).toBe('straße');
        expect(toBytes(JSON.stringify(receiver.caught[0]?.record))).toBe(toBytes(JSON.stringify(clean)));
      },
    ),
    { numRuns: 20 },
  );
});
