/** `<endpoint>`: a server that looks at signatures as AWS does takes what the opensearch outputs send. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Rig, rig } from '../../../../test/plugins/rig.ts';
import { signature } from '../aws/signature.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** What the service finds for itself from the request as it came. */
function isSigned(request: http.IncomingMessage, body: Buffer): boolean {
  const found = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), /.exec(
    request.headers.authorization ?? '',
  );
  if (found === null || found[1] !== KEYS.accessKeyId) return false;
  const [, , region = '', service = '', signed = ''] = found;
  const names = signed.split(';').filter((name) => !name.startsWith('x-amz-'));
  const headers = Object.fromEntries(names.map((name) => [name, String(request.headers[name])]));
  const now = Date.parse(
    String(request.headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'),
  );
  const own = signature(
    { method: request.method!, path: request.url!, headers, body: body.length === 0 ? undefined : body },
    ...[KEYS, { region, service }, now],
  );
  return own['authorization'] === request.headers.authorization && names.includes('host') && region === 'eu-west-1';
}

async function service() {
  const seen: { url: string; service: string; documents: string }[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      if (!isSigned(request, body)) return void response.writeHead(403).end('{"message":"signature does not match"}');
      if (!request.url!.endsWith('_bulk')) return void response.end('{"version":{"number":"2.11.0"}}');
      const name = /\/(\w+)\/aws4_request/.exec(request.headers.authorization!)![1]!;
      seen.push({ url: request.url!, service: name, documents: body.toString().split('\n')[1]! });
      response.end('{"took":1,"errors":false,"items":[{"index":{"status":201}}]}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, port: (server.address() as AddressInfo).port };
}

async function start(port: number, type: string, params: string): Promise<Rig> {
  const one = await rig(`<match **>
@type ${type}
${params}
<endpoint>
url http://127.0.0.1:${port}/
region eu-west-1
access_key_id ${KEYS.accessKeyId}
secret_access_key ${KEYS.secretAccessKey}
${type === 'opensearch' ? '' : 'aws_service_name aoss'}
</endpoint>
<buffer tag>
@type memory
flush_mode immediate
</buffer>
</match>`);
  closing.push(() => one.stop());
  return one;
}

it('requests to the domain are signed, documents of any text included', async () => {
  const { seen, port } = await service();
  const one = await start(port, 'opensearch', 'index_name logs\nhost elsewhere.invalid');
  await one.emit('t', [{ text: 'é "x" +/=' }]);
  await expect.poll(() => seen, { timeout: 20_000 }).toHaveLength(1);
  expect(seen[0]).toEqual({ url: '/_bulk', service: 'es', documents: '{"text":"é \\"x\\" +/="}' });
});

it('data streams of OpenSearch Serverless, too', async () => {
  const { seen, port } = await service();
  const one = await start(port, 'opensearch_data_stream', 'data_stream_name a-b');
  await one.emit('t', [{ n: 1 }]);
  await expect.poll(() => seen, { timeout: 20_000 }).toHaveLength(1);
  expect(seen[0]).toMatchObject({ url: '/a-b/_bulk', service: 'aoss' });
});
