/** The outputs kafka2 and kafka_buffered against a real broker. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { Admin, Consumer } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateCertificate } from '../../src/pipeline/io/certificate.ts';
import { start } from '../inputs/running.ts';
import type { Rig } from '../plugins/rig.ts';
import { serverAvailable } from '../servers/available.ts';
import { KAFKA_PASSWORD, KAFKA_USER, type KafkaServer, startKafka } from '../servers/kafka.ts';
import { freePort } from '../servers/ports.ts';

const wait = { timeout: 60_000 };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-kafka-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const base = { bits: 2048, country: 'US', state: 'CA', locality: 'X', seconds: 3600, digest: 'sha256' } as const;

const output = (brokers: string, more: string, keys = 'topic') =>
  `<match **>\n@type kafka2\nbrokers ${brokers}\n${more}\n<format>\n@type json\n</format>\n<buffer ${keys}>\n@type memory\nflush_mode immediate\nretry_wait 0.1\nretry_max_interval 0.2\n</buffer>\n</match>`;

describe.runIf(serverAvailable('kafka'))('the kafka outputs', () => {
  let kafka: KafkaServer;
  let early: Rig;
  let admin: Admin;
  beforeAll(async () => {
    const ca = generateCertificate({ ...base, commonName: 'ca', authority: undefined });
    const tls = generateCertificate({ ...base, commonName: 'localhost', authority: { ...ca, passphrase: undefined } });
    fs.writeFileSync(path.join(folder, 'ca.pem'), ca.cert);
    const port = await freePort();
    const late = 'retry_wait 600\nretry_max_interval 600\nretry_probe_interval 0.3';
    const text = output(`127.0.0.1:${port}`, 'default_topic early\ndefault_partition 0\nmax_send_retries 0');
    early = await start(text.replace('retry_wait 0.1\nretry_max_interval 0.2', late));
    await early.emit('t', [{ n: 1 }, { n: 2 }, { n: 3 }]);
    kafka = await startKafka({ port, tls, settings: { 'auto.create.topics.enable': 'false' } });
    admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.plain] });
    await admin.createTopics({ topics: ['early', 'one', 'two', 'large', 'old', 'sasl'], partitions: 3, replicas: 1 });
  });
  afterAll(async () => {
    await admin?.close();
    await kafka?.stop();
  });

  /** The first `count` messages of a topic. */
  async function messagesOf(topic: string, count: number) {
    const consumer = new Consumer({ clientId: 'test', groupId: randomUUID(), bootstrapBrokers: [kafka.plain] });
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false, maxWaitTime: 100 });
    const found = [];
    for await (const message of stream) {
      const headers = Object.fromEntries([...message.headers].map(([name, value]) => [String(name), String(value)]));
      const { key, value, partition, timestamp } = message;
      found.push({ key: key === undefined || key === null ? null : String(key), value, partition, timestamp, headers });
      if (found.length === count) break;
    }
    await consumer.close(true);
    return found;
  }
  const texts = async (topic: string, count: number) =>
    (await messagesOf(topic, count)).map(({ value }) => String(value));

  it('a broker that comes later gets what waited for it soon, each message once', async () => {
    expect(early.logs.some((line) => line.includes('failed to flush'))).toBe(true);
    await early.emit('t', [{ n: 4 }]);
    expect(await texts('early', 4)).toEqual([1, 2, 3, 4].map((n) => `{"n":${n}}`));
  });

  it('messages have topic, partition, key, headers and time as the record says', async () => {
    const more =
      'default_topic two\nuse_event_time true\ncompression_codec gzip\nexclude_topic_key true\nexclude_partition true\nheaders {"h":"1"}\nheaders_from_record {"pod":"$.kubernetes.pod"}\nexclude_fields $.kubernetes.pod\n<inject>\ntag_key tag\n</inject>';
    const one = await start(output(kafka.plain, more));
    await one.emit('app', [
      { topic: 'one', m: 'ü', message_key: 'key', kubernetes: { pod: 'p' } },
      { topic: 'one', m: 2, partition: 2 },
      { m: 3, partition_key: 'other', message_key: 'key' },
    ]);
    const [first, second] = (await messagesOf('one', 2)).sort((a, b) => (a.key === null ? 1 : b.key === null ? -1 : 0));
    const timestamp = 1_700_000_000_000n;
    expect({ ...first, value: String(first?.value) }).toEqual({
      ...{ key: 'key', partition: crc32('key') % 3, timestamp, headers: { h: '1', pod: 'p' } },
      value: '{"m":"ü","message_key":"key","kubernetes":{},"tag":"app"}',
    });
    expect({ ...second, value: String(second?.value) }).toEqual({
      ...{ key: null, partition: 2, timestamp, headers: { h: '1', pod: '' } },
      value: '{"m":2,"tag":"app"}',
    });
    expect(await messagesOf('two', 1)).toMatchObject([{ key: 'key', partition: crc32('other') % 3 }]);
  });

  it('a chunk larger than a broker takes at once arrives whole and in order; a message too large alone is given up', async () => {
    const more = `default_topic large\ndefault_partition 0\n<secondary>\n@type secondary_file\ndirectory ${folder}\nbasename bad\n</secondary>`;
    const one = await start(output(kafka.plain, more));
    const records = [...Array(200).keys()].map((n) => ({ n, text: 'x'.repeat(n === 100 ? 1_200_000 : 20_000) }));
    await one.emit('t', records);
    const numbers = (await texts('large', 199)).map((text) => (JSON.parse(text) as { n: number }).n);
    expect(numbers).toEqual(records.map(({ n }) => n).filter((n) => n !== 100));
    const bad = () => fs.readdirSync(folder).filter((name) => name.startsWith('bad'));
    await expect.poll(bad, wait).toHaveLength(1);
    expect(fs.readFileSync(path.join(folder, bad()[0]!), 'latin1')).toMatch(/^\[\d+,.*\n\{"n":100,/);
  });

  it('messages wait for a topic that does not exist, or go to the default one where that is wanted', async () => {
    const one = await start(output(kafka.plain, 'topic ${tag}\nmax_send_retries 0', 'tag'));
    await one.emit('missing', [{ n: 1 }]);
    await expect.poll(() => one.logs.some((line) => line.includes('Unknown topic')), wait).toBe(true);
    await admin.createTopics({ topics: ['missing'], partitions: 1, replicas: 1 });
    expect(await texts('missing', 1)).toEqual(['{"n":1}']);
    await admin.createTopics({ topics: ['fallback'], partitions: 1, replicas: 1 });
    const more = 'default_topic fallback\nuse_default_for_unknown_topic true\nmax_send_retries 0';
    const other = await start(output(kafka.plain, more));
    await other.emit('t', [{ topic: 'nowhere', n: 2 }]);
    expect(await texts('fallback', 1)).toEqual(['{"topic":"nowhere","n":2}']);
  });

  it('logs in by SCRAM and PLAIN, and checks certificates', async () => {
    const login = `default_topic sasl\nusername ${KAFKA_USER}\npassword ${KAFKA_PASSWORD}\nsasl_over_ssl false`;
    const scram = await start(output(kafka.sasl, `${login}\nscram_mechanism sha256`));
    await scram.emit('t', [{ by: 'scram' }]);
    const plain = await start(output(kafka.sasl, login));
    await plain.emit('t', [{ by: 'plain' }]);
    const trust = await start(output(kafka.tls, `default_topic sasl\nssl_ca_cert ${folder}/ca.pem`));
    await trust.emit('t', [{ by: 'tls' }]);
    const found = await texts('sasl', 3);
    expect(found.sort()).toEqual(['{"by":"plain"}', '{"by":"scram"}', '{"by":"tls"}']);
    const wrong = await start(output(kafka.sasl, login.replace(KAFKA_PASSWORD, 'wrong-secret')));
    await wrong.emit('t', [{ by: 'nobody' }]);
    await expect.poll(() => wrong.logs.some((line) => line.includes('failed to flush')), wait).toBe(true);
    const stranger = await start(output(kafka.tls, 'default_topic sasl\nssl_ca_certs_from_system true'));
    await stranger.emit('t', [{ by: 'stranger' }]);
    await expect.poll(() => stranger.logs.some((line) => line.includes('failed to flush')), wait).toBe(true);
    expect([...scram.logs, ...plain.logs, ...wrong.logs].join('\n')).not.toMatch(/alice-secret|wrong-secret/);
  });

  it('kafka_buffered: topics of records, values of fields, tag and time', async () => {
    const one = await start(
      `<match **>\n@type kafka_buffered\nbrokers ${kafka.plain}\noutput_data_type attr:m, n\noutput_include_tag true\nfield_separator COMMA\nbuffer_type memory\nflush_interval 0s\n</match>`,
    );
    await one.emit('old', [{ m: 'ü', n: 1 }]);
    await one.emit('none', [{ topic: 'old', m: 'x' }]);
    expect((await texts('old', 2)).sort()).toEqual(['none,x,', 'old,ü,1']);
  });
});

it('tells at start-up what cannot work, without loading the client', async () => {
  const config = (more: string, format = '<format>\n@type json\n</format>') =>
    `<match **>\n@type kafka2\n${more}\n${format}\n</match>`;
  const wrong: [string, RegExp][] = [
    [config('', ''), /<format> section is required/],
    [config('', '<format>\n</format>'), /format\/@type is required/],
    [config('brokers a:b:c'), /'a:b:c' is no broker/],
    [config('use_default_for_unknown_topic true'), /default_topic must be set/],
    [config('compression_codec rar'), /Unknown compression codec: rar/],
    [config('principal p'), /Kerberos .* is not supported/],
    [config('username u\npassword p'), /SASL authentication requires that SSL is configured/],
  ];
  for (const [text, message] of wrong) await expect(start(text)).rejects.toThrow(message);
});
