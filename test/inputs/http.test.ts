/** The http input over real sockets. */
import { deflateSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodeMsgpack } from '../../src/pipeline/codec/msgpack.ts';
import { freePort } from './ports.ts';
import { source, start } from './running.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

async function http(more = '') {
  const port = await freePort();
  const one = await start(source('http', port, more));
  const post = (path: string, body: string | Buffer | FormData, headers: Record<string, string> = JSON_TYPE) =>
    fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: body as RequestInit['body'] & {}, headers });
  const got = () => one.caught.map(({ tag, sec, nsec, json }) => `${tag} ${sec}.${nsec} ${json}`);
  return { port, post, got, one };
}

it('takes JSON, arrays of JSON, forms, ndjson and msgpack; the path is the tag', async () => {
  const { post, got } = await http();
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const type = (name: string) => ({ 'content-type': `application/${name}` });
  await post('/a/b?time=5.25', '{"é":1.0}');
  await post('/a/b?time=5', '[{"n":1},{"n":2}]');
  await post('/f', form({ json: '{"x":"a b"}', time: '7' }), type('x-www-form-urlencoded'));
  await post('/n?time=8', '{"l":1}\r\n{"l":2}\n', type('x-ndjson'));
  await post('/m?time=9', Buffer.from(encodeMsgpack([{ k: 'v' }, { k: null }]), 'latin1'), type('msgpack'));
  expect(got()).toEqual([
    'a.b 5.250000000 {"é":1.0}',
    'a.b 5.0 {"n":1}',
    'a.b 5.0 {"n":2}',
    'f 7.0 {"x":"a b"}',
    'n 8.0 {"l":1}',
    'n 8.0 {"l":2}',
    'm 9.0 {"k":"v"}',
    'm 9.0 {"k":null}',
  ]);
});

it('JSON that is no hash is a 400, also as one line of several; of equal names in a form the first counts', async () => {
  const { post, got } = await http();
  const ndjson = { 'content-type': 'application/x-ndjson' };
  for (const body of ['5', '"x"', 'true', '[{"a":1},5]', '[null]']) expect((await post('/t', body)).status).toBe(400);
  for (const body of ['{"a":1}\nbad\n', '{"a":1}\n\n{"a":2}', '[{"a":1}]\n'])
    expect((await post('/t', body, ndjson)).status).toBe(400);
  for (const body of ['null', '[]', 'no json']) expect((await post('/t', body)).status).toBe(200);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  await post('/t?time=4', 'json={"b":1}&json={"b":2}&time=5&time=6', form);
  expect(got()).toEqual(['t 5.0 {"b":1}']);
});

it('a <parse> section with msgpack takes maps and arrays of them', async () => {
  const { post, got } = await http('<parse>\n@type msgpack\n</parse>');
  for (const value of [{ k: 'é' }, [{ n: 1 }, { n: 2 }]])
    expect((await post('/t?time=1', Buffer.from(encodeMsgpack(value), 'latin1'))).status).toBe(200);
  expect(got()).toEqual(['t 1.0 {"k":"é"}', 't 1.0 {"n":1}', 't 1.0 {"n":2}']);
});

it('takes multipart forms', async () => {
  const { post, got } = await http();
  const form = new FormData();
  form.set('json', '{"a":"ü"}');
  form.set('time', '3');
  expect((await post('/t', form, {})).status).toBe(200);
  expect(got()).toEqual(['t 3.0 {"a":"ü"}']);
});

it('the time is the time field where the request names none, by <parse> time_format too', async () => {
  const { post, got } = await http('<parse>\ntime_format %iso8601\nkeep_time_key true\n</parse>');
  await post('/t', '{"time":"2020-06-10T01:14:27+00:00"}');
  expect(got()).toEqual(['t 1591751667.0 {"time":"2020-06-10T01:14:27+00:00"}']);
  const plain = await http();
  await plain.post('/t', '{"time":12,"a":1}');
  await plain.post('/t', '{"time":12.5,"a":1}');
  const noon = await plain.post('/t', '{"time":"noon"}');
  expect([noon.status, await noon.text()]).toEqual([
    400,
    "400 Bad Request\ncan't convert String into an exact number\n",
  ]);
  expect((await plain.post('/t', 'null')).status).toBe(200);
  expect(plain.got()).toEqual(['t 12.0 {"a":1}', 't 12.500000000 {"a":1}']);
});

it('what a <parse> section does not take is a 400 that says so', async () => {
  const { post, got } = await http('<parse>\n@type regexp\nexpression /^(?<n>\\d+)$/\n</parse>');
  const bad = await post('/t', 'abc', {});
  expect([bad.status, await bad.text()]).toEqual([400, '400 Bad Request\nReceived event is not regexp: abc\n']);
  expect((await post('/t?time=1', '42', {})).status).toBe(200);
  expect(got()).toEqual(['t 1.0 {"n":"42"}']);
  const none = await http();
  const answer = await none.post('/t', 'x', { 'content-type': 'text/plain' });
  expect([answer.status, await answer.text()]).toEqual([
    400,
    "400 Bad Request\n'json', 'ndjson' or 'msgpack' parameter is required\n",
  ]);
});

it('adds headers, query parameters and the address of the client behind a proxy', async () => {
  const { post, one } = await http('add_http_headers true\nadd_query_params true\nadd_remote_addr true');
  await post('/t?my-name=x%20y&time=1', '{"a":1}', { ...JSON_TYPE, 'x-forwarded-for': '10.1.1.1, 10.2.2.2' });
  expect(one.caught[0]?.record).toMatchObject({
    a: 1,
    HTTP_CONTENT_TYPE: 'application/json',
    QUERY_MY_NAME: 'x y',
    REMOTE_ADDR: '10.1.1.1',
  });
});

it('unpacks gzip and deflate, and refuses what is neither or grows without end', async () => {
  const { post, got } = await http('body_size_limit 1k');
  await post('/t?time=1', gzipSync('{"z":1}'), { ...JSON_TYPE, 'content-encoding': 'gzip' });
  await post('/t?time=1', deflateSync('{"z":2}'), { ...JSON_TYPE, 'content-encoding': 'deflate' });
  const bomb = gzipSync(`{"z":"${' '.repeat(100_000)}"}`);
  expect(bomb.length).toBeLessThan(1000);
  for (const body of [bomb, Buffer.from('no gzip')])
    expect((await post('/t', body, { ...JSON_TYPE, 'content-encoding': 'gzip' })).status).toBe(400);
  expect(got()).toEqual(['t 1.0 {"z":1}', 't 1.0 {"z":2}']);
});

it('answers preflight requests of allowed origins, with credentials where configured', async () => {
  const { port } = await http('cors_allow_origins ["http://*.example.com"]\ncors_allow_credentials true');
  const preflight = (origin: string, method = 'POST') =>
    fetch(`http://127.0.0.1:${port}/t`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'x-a' },
    });
  const good = await preflight('http://logs.example.com');
  expect([good.status, good.headers.get('access-control-allow-origin')]).toEqual([200, 'http://logs.example.com']);
  expect(good.headers.get('access-control-allow-credentials')).toBe('true');
  expect(good.headers.get('access-control-allow-headers')).toBe('x-a');
  expect((await preflight('http://evil.test')).status).toBe(403);
  expect((await preflight('http://logs.example.com', 'PUT')).status).toBe(403);
});

it('credentials for every origin are a configuration error', async () => {
  await expect(start(source('http', 1, 'cors_allow_origins ["*"]\ncors_allow_credentials true'))).rejects.toThrow(
    'Cannot enable cors_allow_credentials without specific origins',
  );
});

it('use_204_response answers 204', async () => {
  const { post } = await http('use_204_response true');
  expect((await post('/t', '{"a":1}')).status).toBe(204);
});

it('a client is told when its events find no room', async () => {
  const port = await freePort();
  await start(`${source('http', port)}
<match **>\n@type elasticsearch\nport 1\n<buffer>\n@type memory\nflush_interval 1h\ntotal_limit_size 1\n</buffer>\n</match>`);
  const post = () => fetch(`http://127.0.0.1:${port}/t`, { method: 'POST', body: '{"a":1}', headers: JSON_TYPE });
  expect((await post()).status).toBe(200);
  const full = await post();
  expect(full.status).toBe(500);
  expect(await full.text()).toContain('buffer space has too many data');
});
