/** The s3 output against a server that speaks S3 and STS. */
import fs from 'node:fs';
import http from 'node:http';
import type net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../inputs/running.ts';
import { serverAvailable } from '../servers/available.ts';
import { type MotoServer, startMoto } from '../servers/moto.ts';

const wait = { timeout: 60_000 };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-s3-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const KEYS = 'aws_key_id test\naws_sec_key secret-of-test';
const FORMAT = '<format>\n@type json\n</format>';
let made = 0;

describe.runIf(serverAvailable('moto'))('the s3 output', () => {
  let moto: MotoServer;
  let client: S3Client;
  beforeAll(async () => {
    moto = await startMoto();
    client = clientOf(moto);
  });
  afterAll(async () => {
    client?.destroy();
    await moto?.stop();
  });

  const clientOf = ({ url }: MotoServer) =>
    new S3Client({
      ...{ endpoint: url, region: 'us-east-1', forcePathStyle: true },
      credentials: { accessKeyId: 'test', secretAccessKey: 'x' },
    });
  const newBucket = async () => {
    const Bucket = `bucket-${++made}`;
    await client.send(new CreateBucketCommand({ Bucket }));
    return Bucket;
  };
  const output = (bucket: string, more: string, buffer = '<buffer []>\n', keys = KEYS) =>
    `<match **>\n@type s3\ns3_bucket ${bucket}\ns3_endpoint ${moto.url}\nforce_path_style true\n${keys}\n${more}\n` +
    `${buffer}@type memory\nflush_mode immediate\nretry_wait 0.05\nretry_max_interval 0.05\n</buffer>\n</match>`;
  const keysIn = async (Bucket: string) => {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    return Contents.map(({ Key }) => Key!).sort();
  };
  const bytesOf = async (Bucket: string, Key: string) =>
    Buffer.from(await (await client.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToByteArray());

  it('stores chunks under path, time slice and a free index, packed, as lines of out_file', async () => {
    const bucket = await newBucket();
    const time = '<buffer tag,time>\ntimekey 3600\ntimekey_use_utc true\n';
    const one = await start(output(bucket, 'path logs/${tag}/%Y/', time));
    await one.emit('app', [{ a: 1 }, { a: 'ü' }], 1_700_000_000);
    await expect.poll(() => keysIn(bucket), wait).toEqual(['logs/app/2023/2023111422_0.gz']);
    await one.emit('app', [{ a: 2 }], 1_700_000_001);
    const keys = ['logs/app/2023/2023111422_0.gz', 'logs/app/2023/2023111422_1.gz'];
    await expect.poll(() => keysIn(bucket), wait).toEqual(keys);
    const text = gunzipSync(await bytesOf(bucket, keys[0]!)).toString();
    expect(text).toMatch(/^2023-11-1\dT\d\d:\d\d:20\S*\tapp\t\{"a":1\}\n\S+\tapp\t\{"a":"ü"\}\n$/);
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keys[0]! }));
    expect(head.ContentType).toBe('application/x-gzip');
    expect(one.logs.join('\n')).not.toContain('secret-of-test');
  });

  it('agents that write the same keys at the same time lose no chunk', async () => {
    const bucket = await newBucket();
    const agents = await Promise.all(
      [1, 2, 3].map(() => start(output(bucket, `s3_object_key_format x_%{index}\nstore_as text\n${FORMAT}`))),
    );
    for (let round = 0; round < 4; round++)
      await Promise.all(agents.map((agent, i) => agent.emit('t', [{ n: round * 3 + i }])));
    await expect.poll(async () => (await keysIn(bucket)).length, wait).toBe(12);
    const bodies = await Promise.all((await keysIn(bucket)).map((key) => bytesOf(bucket, key)));
    const numbers = bodies.map((body) => (JSON.parse(body.toString()) as { n: number }).n);
    expect(numbers.sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
  });

  it('names, packs and describes objects as configured', async () => {
    const bucket = await newBucket();
    const one = await start(
      output(
        bucket,
        `path p-%{hostname}\ns3_object_key_format \${tag}/%{hex_random}-%{uuid_flush}-%{index}%{unknown}.%{file_extension}\nhex_random_length 6
         index_format %03X\nstore_as zstd\ntagging a=1&b=2\nstorage_class STANDARD_IA\nuse_server_side_encryption AES256
         s3_metadata {"of":"\${tag}","index":"%{index}"}\n${FORMAT}\n<compress>\nlevel 5\n</compress>`,
        '<buffer tag>\n',
      ),
    );
    await one.emit('app', [{ a: 1 }]);
    await expect.poll(async () => (await keysIn(bucket)).length, wait).toBe(1);
    const [Key] = (await keysIn(bucket)) as [string];
    expect(Key).toMatch(/^app\/[0-9a-f]{6}-[0-9a-f-]{36}-000\.zst$/);
    expect(zstdDecompressSync(await bytesOf(bucket, Key)).toString()).toBe('{"a":1}\n');
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect(head).toMatchObject({
      ...{ ContentType: 'application/x-zst', StorageClass: 'STANDARD_IA', ServerSideEncryption: 'AES256' },
      Metadata: { of: 'app', index: '000' },
    });
    const tags = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key }));
    expect(tags.TagSet).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
  });

  it('a key without %{index} is an error that is tried again, or written over where that is wanted', async () => {
    const bucket = await newBucket();
    const format = `s3_object_key_format one.%{file_extension}\nstore_as json\n${FORMAT}`;
    const one = await start(output(bucket, format));
    await one.emit('t', [{ n: 1 }]);
    await expect.poll(() => keysIn(bucket), wait).toEqual(['one.json']);
    await one.emit('t', [{ n: 2 }]);
    await expect.poll(() => one.logs.some((line) => line.includes('duplicated path')), wait).toBe(true);
    expect((await bytesOf(bucket, 'one.json')).toString()).toBe('{"n":1}\n');
    const other = await start(output(bucket, `${format}\noverwrite true`));
    await other.emit('t', [{ n: 3 }]);
    await expect.poll(async () => (await bytesOf(bucket, 'one.json')).toString(), wait).toBe('{"n":3}\n');
  });

  it('makes the bucket and its rules; without auto_create_bucket chunks wait until it is there', async () => {
    const rule = '<bucket_lifecycle_rule>\nid old\nprefix logs/\nexpiration_days 7\n</bucket_lifecycle_rule>';
    const one = await start(output('made', `${rule}\nstore_as text`));
    await one.emit('t', [{ a: 1 }]);
    await expect.poll(async () => keysIn('made').catch(() => []), wait).toEqual(['_0.txt']);
    const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: 'made' }));
    expect(Rules).toMatchObject([{ ID: 'old', Status: 'Enabled', Expiration: { Days: 7 } }]);

    const other = await start(output('later', 'auto_create_bucket false'));
    await other.emit('t', [{ a: 1 }]);
    await expect
      .poll(() => other.logs.some((line) => line.includes('does not exist: bucket = later')), wait)
      .toBe(true);
    await client.send(new CreateBucketCommand({ Bucket: 'later' }));
    await expect.poll(() => keysIn('later'), wait).toEqual(['_0.gz']);
  });

  it('with check_object false nothing is looked for', async () => {
    const bucket = await newBucket();
    const one = await start(output(bucket, 'path p\ncheck_object false\nstore_as text'));
    await one.emit('t', [{ a: 1 }]);
    await expect.poll(async () => (await keysIn(bucket))[0], wait).toMatch(/^p\/_\d{6}\.txt$/);
  });

  it('takes credentials of roles, tokens, files, commands and instances', async () => {
    const bucket = await newBucket();
    const file = (name: string, text: string, mode = 0o600) => {
      const at = path.join(folder, name);
      fs.writeFileSync(at, text, { mode });
      return at;
    };
    const ini = file('credentials', '[mine]\naws_access_key_id = test\naws_secret_access_key = x\n');
    const token = file('token', 'a.b.c');
    const printed = '{"Version":1,"AccessKeyId":"test","SecretAccessKey":"x"}';
    const command = file('command', `#!/bin/sh\necho '${printed}'\n`, 0o755);
    const role = `role_arn arn:aws:iam::123456789012:role/r\nrole_session_name s\nsts_endpoint_url ${moto.url}`;
    const ways: Record<string, string> = {
      role: `${KEYS}\n<assume_role_credentials>\n${role}\nexternal_id e\n</assume_role_credentials>`,
      web: `<web_identity_credentials>\n${role}\nweb_identity_token_file ${token}\n</web_identity_credentials>`,
      file: `<shared_credentials>\npath ${ini}\nprofile_name mine\n</shared_credentials>`,
      command: `aws_credential_process ${command}`,
    };
    for (const [name, way] of Object.entries(ways)) {
      const one = await start(output(bucket, `path ${name}\nstore_as text`, undefined, way));
      await one.emit('t', [{ a: 1 }]);
      await expect.poll(() => keysIn(bucket), wait).toContain(`${name}_0.txt`);
    }
  });

  it('goes through a proxy', async () => {
    const bucket = await newBucket();
    const asked: string[] = [];
    const proxy = http.createServer((request, response) => {
      asked.push(request.url!);
      const { pathname, search } = new URL(request.url!);
      const { method, headers } = request;
      const to = http.request(
        { host: '127.0.0.1', port: moto.port, path: pathname + search, method, headers },
        (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        },
      );
      request.pipe(to);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as net.AddressInfo;
    const one = await start(output(bucket, `proxy_uri http://127.0.0.1:${port}\nstore_as text`));
    await one.emit('t', [{ a: 1 }]);
    await expect.poll(() => keysIn(bucket), wait).toEqual(['_0.txt']);
    expect(asked.some((url) => url.startsWith(`${moto.url}/${bucket}`))).toBe(true);
    proxy.closeAllConnections();
    proxy.close();
  });

  it('a store that is away at the start and comes later gets every chunk', async () => {
    const away = await startMoto();
    await away.kill();
    const late = 'retry_wait 600\nretry_max_interval 600\nretry_probe_interval 0.3';
    const text = output('away', `store_as text\n${FORMAT}`).replace(moto.url, away.url);
    const one = await start(text.replace('retry_wait 0.05\nretry_max_interval 0.05', late));
    expect(one.logs.some((line) => line.includes('the bucket is not ready'))).toBe(true);
    await one.emit('t', [{ a: 1 }]);
    await expect.poll(() => one.logs.some((line) => line.includes('failed to flush')), wait).toBe(true);
    const back = await startMoto(away.port);
    const own = clientOf(back);
    const body = async () => {
      const { Body } = await own.send(new GetObjectCommand({ Bucket: 'away', Key: '_0.txt' }));
      return await Body!.transformToString();
    };
    await expect.poll(() => body().catch(() => ''), wait).toBe('{"a":1}\n');
    own.destroy();
    await back.stop();
  });
});

it('tells at start-up what cannot work, without loading the client', async () => {
  const config = (more: string) => `<match **>\n@type s3\ns3_bucket b\n${more}\n</match>`;
  const wrong: [string, RegExp][] = [
    ['s3_endpoint https://s3.amazonaws.com', /use s3_region instead/],
    ['s3_object_key_format %{uuid}', /%\{uuid\} placeholder in s3_object_key_format is removed/],
    ['index_format %3d', /index_format parameter should follow/],
    ['hex_random_length 17', /less than or equal to 16/],
    ['store_as parquet', /parquet is not supported/],
  ];
  for (const [more, message] of wrong) await expect(start(config(more))).rejects.toThrow(message);
});
