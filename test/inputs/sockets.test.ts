/** tcp, udp and syslog over real sockets. */
import dgram from 'node:dgram';
import net from 'node:net';
import tls from 'node:tls';
import { expect, it } from 'vitest';
import { freePort, freeUdpPort } from './ports.ts';
import { source, start } from './running.ts';

const LINE = '<parse>\n@type none\n</parse>';
const wait = { timeout: 20_000 };

async function send(port: number, ...blocks: (string | Buffer)[]): Promise<void> {
  const socket = net.connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  for (const block of blocks) await new Promise<void>((resolve) => socket.write(block, () => resolve()));
  await new Promise<void>((resolve) => socket.end(() => resolve()));
}

function sendUdp(port: number, ...messages: string[]): Promise<void> {
  const socket = dgram.createSocket('udp4');
  return new Promise((resolve, reject) => {
    const next = (i: number) => {
      if (i === messages.length) return socket.close(() => resolve());
      socket.send(messages[i]!, port, '127.0.0.1', (error) => (error ? reject(error) : next(i + 1)));
    };
    next(0);
  });
}

it('tcp: lines over several blocks, characters cut in the middle, the sender’s address', async () => {
  const port = await freePort();
  const one = await start(source('tcp', port, `tag t\nsource_address_key from\n${LINE}`));
  const bytes = Buffer.from('erste\nzweite Zeile é\n');
  await send(port, bytes.subarray(0, 3), bytes.subarray(3, bytes.length - 2), bytes.subarray(bytes.length - 2));
  await expect.poll(() => one.caught.length, wait).toBe(2);
  expect(one.caught.map(({ tag, json }) => `${tag} ${json}`)).toEqual([
    't {"message":"erste","from":"127.0.0.1"}',
    't {"message":"zweite Zeile é","from":"127.0.0.1"}',
  ]);
});

it('tcp: <extract> gives tag and time; a message over the limit is left out', async () => {
  const port = await freePort();
  const extract = '<extract>\ntag_key t\ntime_key at\ntime_type unixtime\n</extract>';
  const parse = '<parse>\n@type json\n</parse>';
  const one = await start(source('tcp', port, `tag none\nmessage_length_limit 40\n${parse}\n${extract}`));
  await send(port, `{"t":"x.y","at":5,"m":1}\n{"m":"${'y'.repeat(50)}"}\n{"m":2}\n`);
  await expect.poll(() => one.caught.length, wait).toBe(2);
  expect(one.caught.map(({ tag, json }) => `${tag} ${json}`)).toEqual(['x.y {"m":1}', 'none {"m":2}']);
  expect(one.caught[0]?.sec).toBe(5);
});

it('tcp: a client that is not in <security> is refused', async () => {
  const port = await freePort();
  const security = '<security>\n<client>\nnetwork 10.0.0.0/8\n</client>\n</security>';
  const one = await start(source('tcp', port, `tag t\n${LINE}\n${security}`));
  const socket = net.connect(port, '127.0.0.1');
  await new Promise<void>((resolve) => socket.once('close', () => resolve()).once('error', () => undefined));
  expect(one.logs.some((line) => line.includes("anonymous client '127.0.0.1' denied"))).toBe(true);
});

it('tcp: over TLS', async () => {
  const port = await freePort();
  const one = await start(
    source('tcp', port, `tag t\n${LINE}\n<transport tls>\ninsecure true\ngenerate_cert_common_name me\n</transport>`),
  );
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  expect(socket.getPeerCertificate().subject['CN']).toBe('me');
  socket.end('secret\n');
  await expect.poll(() => one.caught.map(({ json }) => json), wait).toEqual(['{"message":"secret"}']);
});

it('tls without a certificate, and a protocol that is none, are configuration errors', async () => {
  await expect(start(source('tcp', 1, `tag t\n${LINE}\n<transport tls>\n</transport>`))).rejects.toThrow(
    'no valid cert options configured',
  );
  await expect(start(source('tcp', 1, `tag t\n${LINE}\n<transport foo>\n</transport>`))).rejects.toThrow('but got foo');
});

it('udp: a message per datagram, its line end removed, cut at the limit', async () => {
  const port = await freeUdpPort();
  const one = await start(source('udp', port, `tag u\nmessage_length_limit 5\nsource_address_key a\n${LINE}`));
  await sendUdp(port, 'one\n', 'a long one');
  await expect.poll(() => one.caught.length, wait).toBe(2);
  expect(one.caught.map(({ json }) => json)).toEqual([
    '{"message":"one","a":"127.0.0.1"}',
    '{"message":"a lon","a":"127.0.0.1"}',
  ]);
});

const PLAIN = '<parse>\n@type regexp\nexpression /^(?<msg>.*)$/\n</parse>';

it.each([
  ['traditional frames', '', '<6>first\n<165>sec\nond', ['first', 'sec']],
  ['counted frames', 'frame_type octet_count', '8 <6>first12 <165>sec\nond', ['first', 'sec\\nond']],
])('syslog over tcp with %s: tag, severity and facility', async (_name, more, data, messages) => {
  const port = await freePort();
  const keys = `severity_key sev\nfacility_key fac\n${more}`;
  const parse = more === '' ? PLAIN : '<parse>\n@type none\nmessage_key msg\n</parse>';
  const one = await start(source('syslog', port, `tag s\n${keys}\n<transport tcp>\n</transport>\n${parse}`));
  await send(port, data.slice(0, 7), data.slice(7));
  await expect.poll(() => one.caught.length, wait).toBe(2);
  expect(one.caught.map(({ tag, json }) => `${tag} ${json}`)).toEqual([
    `s.kern.info {"msg":"${messages[0]}","sev":"info","fac":"kern"}`,
    `s.local4.notice {"msg":"${messages[1]}","sev":"notice","fac":"local4"}`,
  ]);
});

it('syslog over udp: what is no syslog message is emitted as unmatched where asked for', async () => {
  const port = await freeUdpPort();
  const one = await start(source('syslog', port, `tag s\nemit_unmatched_lines true\n${PLAIN}`));
  await sendUdp(port, '<14>good\n', 'no priority');
  await expect.poll(() => one.caught.length, wait).toBe(2);
  expect(one.caught.map(({ tag, json }) => `${tag} ${json}`)).toEqual([
    's.user.info {"msg":"good"}',
    's.unmatched {"unmatched_line":"no priority"}',
  ]);
});

it('syslog with the parser of its own: RFC 3164 by default, RFC 5424 where asked for; the priority becomes the tag', async () => {
  const port = await freeUdpPort();
  const one = await start(source('syslog', port, 'tag s\nseverity_key level'));
  await sendUdp(port, '<34>Oct 11 22:14:15 mymachine su[12]: failed for jack\n');
  await expect.poll(() => one.caught.length, wait).toBe(1);
  expect(one.caught[0]).toMatchObject({
    tag: 's.auth.crit',
    record: { host: 'mymachine', ident: 'su', pid: '12', message: 'failed for jack', level: 'crit' },
  });
  expect(one.caught[0]?.record).not.toHaveProperty('pri');
  const newer = await freeUdpPort();
  const two = await start(source('syslog', newer, 'tag s\n<parse>\nmessage_format rfc5424\n</parse>'));
  await sendUdp(newer, '<165>1 2003-10-11T22:14:15.003Z host app 77 ID47 - hello');
  await expect.poll(() => two.caught.length, wait).toBe(1);
  expect(two.caught[0]).toMatchObject({
    ...{ tag: 's.local4.notice', sec: 1_065_910_455, nsec: 3_000_000 },
    record: { host: 'host', ident: 'app', pid: '77', msgid: 'ID47', message: 'hello' },
  });
});
