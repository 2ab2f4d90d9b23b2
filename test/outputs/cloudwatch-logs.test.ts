/** The cloudwatch_logs output against a server that speaks AWS' protocol, straight and through a gate that refuses first. */
import fs from 'node:fs';
import http from 'node:http';
import type net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  ListTagsLogGroupCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../inputs/running.ts';
import { serverAvailable } from '../servers/available.ts';
import { type MotoServer, startMoto } from '../servers/moto.ts';

const wait = { timeout: 60_000 };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-cloudwatch-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const now = Math.floor(Date.now() / 1000) - 60;
const KEYS = 'aws_key_id test\naws_sec_key secret-of-test\nregion us-east-1';

describe.runIf(serverAvailable('moto'))('the cloudwatch_logs output', () => {
  let moto: MotoServer;
  let client: CloudWatchLogsClient;
  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: 'test', secretAccessKey: 'x' };
    client = new CloudWatchLogsClient({ endpoint: moto.url, region: 'us-east-1', credentials });
  });
  afterAll(async () => {
    client?.destroy();
    await moto?.stop();
  });
  const gates: http.Server[] = [];
  afterEach(() => {
    for (const gate of gates.splice(0)) {
      gate.closeAllConnections();
      gate.close();
    }
  });

  const output = (more: string, keys = '', endpoint = moto.url) =>
    `<match **>\n@type cloudwatch_logs\nendpoint ${endpoint}\n${KEYS}\n${more}\n<buffer ${keys}>\n@type memory\nflush_mode immediate\nretry_wait 0.05\nretry_max_interval 0.05\n</buffer>\n</match>`;
  const messages = async (logGroupName: string, logStreamName: string) => {
    const command = new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true });
    const { events = [] } = await client.send(command);
    return events.map(({ timestamp, message }) => [timestamp, message]);
  };
  const found = (group: string, stream: string) => messages(group, stream).catch((error: Error) => error.name);

  it('makes groups with tags and retention, and streams, and puts events in the order of their times', async () => {
    const more = `log_group_name /k8s/\${tag}\nlog_stream_name_key stream\nremove_log_stream_name_key true\nauto_create_stream true\nretention_in_days 7\nlog_group_aws_tags {"team":"\${tag}"}`;
    const one = await start(output(more, 'tag'));
    await one.emit(
      'app',
      [
        { m: 'ü', stream: 'a', none: '' },
        { m: 2, stream: 'b' },
      ],
      now,
    );
    await one.emit('app', [{ m: 3, stream: 'a' }], now + 1);
    await expect
      .poll(() => found('/k8s/app', 'a'), wait)
      .toEqual([
        [now * 1000, '{"m":"ü"}'],
        [(now + 1) * 1000, '{"m":3}'],
      ]);
    await expect.poll(() => found('/k8s/app', 'b'), wait).toEqual([[now * 1000, '{"m":2}']]);
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/k8s/app' }));
    expect(logGroups).toMatchObject([{ logGroupName: '/k8s/app', retentionInDays: 7 }]);
    const { tags } = await client.send(new ListTagsLogGroupCommand({ logGroupName: '/k8s/app' }));
    expect(tags).toEqual({ team: 'app' });
    expect(one.logs.join('\n')).not.toContain('secret-of-test');
  });

  it('events wait for a stream that nobody made, and do not hold up those of others', async () => {
    const one = await start(output('use_tag_as_group true\nlog_stream_name_key s\nmessage_keys m,n\nconcurrency 2'));
    await client.send(new CreateLogGroupCommand({ logGroupName: 'two' }));
    await client.send(new CreateLogStreamCommand({ logGroupName: 'two', logStreamName: 'there' }));
    await one.emit(
      'two',
      [
        { s: 'later', m: 1 },
        { s: 'there', m: 'x', n: 2 },
      ],
      now,
    );
    await expect.poll(() => found('two', 'there'), wait).toEqual([[now * 1000, 'x 2']]);
    await expect.poll(() => one.logs.some((line) => line.includes("'later' does not exist")), wait).toBe(true);
    await client.send(new CreateLogStreamCommand({ logGroupName: 'two', logStreamName: 'later' }));
    await expect.poll(() => found('two', 'later'), wait).toEqual([[now * 1000, '1']]);
    // Once.
    expect(await messages('two', 'there')).toHaveLength(1);
  });

  it('events that can have no place go to the error stream', async () => {
    const one = await start(output('log_group_name_key g\nuse_tag_as_stream true\nauto_create_stream true'));
    await one.emit('t', [{ m: 1 }, { m: 'x'.repeat(1_100_000), g: 'three' }, { m: 2, g: 'three' }], now);
    await expect.poll(() => found('three', 't'), wait).toEqual([[now * 1000, '{"m":2,"g":"three"}']]);
    expect(one.errors.map(({ error }) => error)).toEqual([
      'the record does not name the log group',
      expect.stringMatching(/too large: \d+ bytes/),
    ]);
  });

  it('a large chunk goes in requests within the limits', async () => {
    const more =
      'log_group_name four\nlog_stream_name s\nauto_create_stream true\nmax_events_per_batch 40\nmax_message_length 50000';
    const one = await start(output(more));
    const records = [...Array(100).keys()].map((n) => ({ n, text: 'x'.repeat(60_000) }));
    await one.emit('t', records, now);
    const numbers = async () => {
      const all = await found('four', 's');
      return typeof all === 'string' ? all : all.map(([, message]) => /"n":(\d+)/.exec(String(message))?.[1]);
    };
    await expect.poll(numbers, wait).toEqual(records.map(({ n }) => String(n)));
    expect(String((await messages('four', 's'))[0]?.[1])).toHaveLength(50_000);
  });

  it('waits while the API is busy; what it will never take is given up', async () => {
    const refusals = ['ThrottlingException', 'ThrottlingException', ...Array(5).fill('ServiceUnavailableException')];
    let asked = 0;
    const gate = http.createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      asked++;
      const refusal = Buffer.concat(parts).includes('invalid') ? 'InvalidParameterException' : refusals.shift();
      if (refusal !== undefined) {
        const body = JSON.stringify({ __type: refusal, message: 'no' });
        return void response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
      }
      const { method, headers, url } = request;
      const to = http.request({ host: '127.0.0.1', port: moto.port, path: url, method, headers }, (answer) => {
        answer.pipe(response.writeHead(answer.statusCode!, answer.headers));
      });
      to.end(Buffer.concat(parts));
    });
    gates.push(gate);
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(gate.address() as net.AddressInfo).port}`;
    const secondary = `<secondary>\n@type secondary_file\ndirectory ${folder}\nbasename bad\n</secondary>`;
    const more = `log_group_name five\nlog_stream_name s\nauto_create_stream true\nput_log_events_retry_wait 0.01\n${secondary}`;
    const late = 'retry_wait 600\nretry_max_interval 600\nretry_probe_interval 0.2';
    const one = await start(output(more, '', url).replace('retry_wait 0.05\nretry_max_interval 0.05', late));
    await one.emit('t', [{ m: 'invalid' }], now);
    await one.emit('t', [{ m: 'good' }], now);
    await expect.poll(() => found('five', 's'), wait).toEqual([[now * 1000, '{"m":"good"}']]);
    const bad = () => fs.readdirSync(folder).filter((name) => name.startsWith('bad'));
    await expect.poll(bad, wait).toHaveLength(1);
    expect(fs.readFileSync(path.join(folder, bad()[0]!), 'utf8')).toContain('invalid');
    expect(asked).toBeGreaterThan(4);
  });

  it('takes the credentials of a role', async () => {
    const role = `aws_use_sts true\naws_sts_role_arn arn:aws:iam::123456789012:role/r\naws_sts_endpoint_url ${moto.url}`;
    const more = `log_group_name six\nlog_stream_name s\nauto_create_stream true\n${role}`;
    // The role is assumed with what the environment has.
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
    try {
      const one = await start(output(more).replace(KEYS, 'region us-east-1'));
      await one.emit('t', [{ m: 1 }], now);
      await expect.poll(() => found('six', 's'), wait).toEqual([[now * 1000, '{"m":1}']]);
    } finally {
      delete process.env['AWS_ACCESS_KEY_ID'];
      delete process.env['AWS_SECRET_ACCESS_KEY'];
    }
  });
});

it('tells at start-up what cannot work, without loading the client', async () => {
  const wrong: [string, RegExp][] = [
    ['log_stream_name s', /Set only one of log_group_name, use_tag_as_group and log_group_name_key/],
    ['log_group_name g\nuse_tag_as_group true\nlog_stream_name s', /Set only one of log_group_name/],
    ['log_group_name g', /Set only one of log_stream_name, use_tag_as_stream and log_stream_name_key/],
    ['log_group_name g\nlog_stream_name s\nretention_in_days 1\nretention_in_days_key d', /Set only one of retention/],
  ];
  for (const [more, message] of wrong)
    await expect(start(`<match **>\n@type cloudwatch_logs\n${more}\n</match>`)).rejects.toThrow(message);
});
