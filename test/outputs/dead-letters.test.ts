/** Dead letters with the real agent: what can never be indexed goes to the file, everything else arrives once, and `sluice replay` brings it back. */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, expect, it } from 'vitest';
import { sluiceBeside, startAgent, temporaryFolder } from '../agent/sluice.ts';
import { serverAvailable } from '../servers/available.ts';
import { startElasticsearch } from '../servers/elasticsearch.ts';

const wait = { timeout: 60_000 };
const folder = temporaryFolder();
afterAll(() => folder.remove());
const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Item {
  readonly action: Record<string, { _index: string; _id?: string }>;
  readonly document: { n: number; text?: string };
}

/** Gives each item the status that `verdict` says, and a request larger than `limit` bytes 413. */
async function cluster(verdict: (item: Item) => number, limit = Number.POSITIVE_INFINITY) {
  const taken: Item[] = [];
  const state = { taken, verdict, port: 0 };
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const answer = (status: number, json: unknown) => response.writeHead(status).end(JSON.stringify(json));
    if (!request.url?.endsWith('/_bulk')) return answer(200, { version: { number: '9.0.0' } });
    if (body.length > limit) return answer(413, {});
    const lines = body
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as never);
    const items = Array.from(
      { length: lines.length / 2 },
      (_, i): Item => ({ action: lines[2 * i]!, document: lines[2 * i + 1]! }),
    );
    const answers = items.map((item) => {
      const status = state.verdict(item);
      if (status < 300) taken.push(item);
      const error = { type: 'document_parsing_exception', reason: `no: "${item.document.n}" é` };
      return { [Object.keys(item.action)[0]!]: status < 300 ? { status } : { status, error } };
    });
    answer(200, { took: 1, errors: true, items: answers });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.port = (server.address() as AddressInfo).port;
  return state;
}

function configuration(dir: string, port: number, more = ''): string {
  return folder.write(
    `${dir}/fluent.conf`,
    `<source>
  @type tail
  path ${folder.path}/${dir}/in.log
  tag app.é
  read_from_head true
  <parse>
    @type json
  </parse>
</source>
<match app.**>
  @type elasticsearch
  @id es
  hosts joe:open-sesame@127.0.0.1:${port}
  index_name logs
  dead_letter_file ${folder.path}/${dir}/dead.ndjson
  ${more}
  <buffer>
    flush_interval 0.2
    retry_wait 0.1
    retry_max_interval 0.2
  </buffer>
</match>
`,
  );
}
const letters = (file: string) =>
  fs.existsSync(file)
    ? fs
        .readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : [];
const numbers = (items: readonly Item[]) => items.map(({ document }) => document.n).sort((a, b) => a - b);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

it('refused documents go to the file, the others arrive once; replay sends them again and doubles none', async () => {
  const es = await cluster(({ document }) => (document.n % 10 === 7 ? 400 : 201));
  folder.write(
    'one/in.log',
    upTo(100)
      .map((n) => `{"n":${n},"float":1.0,"text":"é${n}"}\n`)
      .join(''),
  );
  const config = configuration('one', es.port);
  const agent = startAgent(['-c', config, '--no-metrics']);
  const dead = `${folder.path}/one/dead.ndjson`;
  await expect.poll(() => letters(dead).length, wait).toBe(10);
  await expect.poll(() => es.taken.length, wait).toBe(90);
  await agent.stop();
  expect(numbers(es.taken)).toEqual(upTo(100).filter((n) => n % 10 !== 7));
  expect(letters(dead)[0]).toMatchObject({
    ...{ tag: 'app.é', index: 'logs', status: 400, type: 'document_parsing_exception', reason: 'no: "7" é' },
    ...{ action: { index: { _index: 'logs' } }, record: { n: 7, float: 1, text: 'é7' } },
  });
  expect(fs.readFileSync(dead, 'utf8')).toContain('"float":1.0');

  // Some are still refused; they are told, with their reason, and kept beside.
  es.verdict = ({ document }) => (document.n > 80 ? 400 : 201);
  const first = await sluiceBeside(['replay', dead, '-c', config]);
  expect(first).toMatchObject({ code: 1, stderr: '' });
  expect(first.stdout).toContain('10 letters: 8 taken, 2 refused again, 0 not sent');
  expect(first.stdout).toContain('2 × 400 document_parsing_exception: no: "87" é');
  expect(first.stdout).not.toContain('sesame');
  expect(letters(`${dead}.refused`).map(({ record }) => record)).toMatchObject([{ n: 87 }, { n: 97 }]);
  expect(letters(`${dead}.refused`)[0]).toMatchObject({ tag: 'app.é' });

  // The whole file again: ids follow from the letters, so the cluster knows those it has.
  const known = new Set(es.taken.map(({ action }) => Object.values(action)[0]?._id));
  es.verdict = ({ action }) => (known.has(Object.values(action)[0]?._id ?? '') ? 409 : 201);
  const second = await sluiceBeside(['replay', dead, '--url', `http://joe:open-sesame@127.0.0.1:${es.port}`]);
  expect(second).toMatchObject({ code: 0, stdout: '10 letters: 10 taken, 0 refused again, 0 not sent\n', stderr: '' });
  expect(numbers(es.taken)).toEqual(upTo(100));
});

it('a document that is too large for the cluster alone is a dead letter; the others of its chunk arrive once', async () => {
  const es = await cluster(() => 201, 20_000);
  const text = 'x'.repeat(30_000);
  folder.write(
    'big/in.log',
    upTo(60)
      .map((n) => `{"n":${n},"text":"${n === 33 ? text : 'é'.repeat(500)}"}\n`)
      .join(''),
  );
  const agent = startAgent(['-c', configuration('big', es.port), '--no-metrics']);
  const dead = `${folder.path}/big/dead.ndjson`;
  await expect.poll(() => letters(dead).length, wait).toBe(1);
  await expect.poll(() => es.taken.length, wait).toBe(59);
  await agent.stop();
  expect(letters(dead)).toMatchObject([{ status: 413, record: { n: 33, text } }]);
  expect(numbers(es.taken)).toEqual(upTo(60).filter((n) => n !== 33));
});

it('a dead-letter file that cannot be written keeps the documents in the buffer', async () => {
  const es = await cluster(({ document }) => (document.n === 3 ? 400 : 201));
  folder.write(
    'disk/in.log',
    upTo(5)
      .map((n) => `{"n":${n}}\n`)
      .join(''),
  );
  // A folder stands where the file should be.
  const dead = `${folder.path}/disk/dead.ndjson`;
  fs.mkdirSync(dead);
  const agent = startAgent(['-c', configuration('disk', es.port), '--no-metrics']);
  await agent.until('the dead-letter file could not be written');
  fs.rmdirSync(dead);
  await expect.poll(() => letters(dead).length, wait).toBe(1);
  await agent.stop();
  expect(numbers(es.taken)).toEqual([0, 1, 2, 4]);
});

it('documents that are all denied wait until they are allowed; single ones that are denied are dead letters', async () => {
  const es = await cluster(() => 403);
  const write = (from: number, to: number) =>
    fs.appendFileSync(
      `${folder.path}/denied/in.log`,
      upTo(to)
        .slice(from)
        .map((n) => `{"n":${n}}\n`)
        .join(''),
    );
  const config = configuration('denied', es.port);
  write(0, 10);
  const agent = startAgent(['-c', config, '--no-metrics']);
  const dead = `${folder.path}/denied/dead.ndjson`;
  const tries = () => agent.output().split('10 documents were denied: [403]').length - 1;
  await expect.poll(tries, wait).toBeGreaterThan(6);
  expect([es.taken, letters(dead)]).toEqual([[], []]);
  es.verdict = () => 201;
  await expect.poll(() => numbers(es.taken), wait).toEqual(upTo(10));
  es.verdict = ({ document }) => (document.n === 15 ? 403 : 201);
  write(10, 20);
  await expect.poll(() => letters(dead).map(({ record }) => record), wait).toEqual([{ n: 15 }]);
  await expect.poll(() => numbers(es.taken), wait).toEqual(upTo(20).filter((n) => n !== 15));
  await agent.stop();
});

it('replay tells what is wrong with its words', async () => {
  const file = folder.write('words/dead.ndjson', 'x\n{"tag":"a","index":"i","record":{"n":1}}\n');
  expect((await sluiceBeside(['replay'])).code).toBe(2);
  expect((await sluiceBeside(['replay', `${file}.missing`, '--url', 'http://127.0.0.1:1'])).stderr).toContain('ENOENT');
  const two = folder.write(
    'words/two.conf',
    ['a', 'b'].map((id) => `<match ${id}>\n@type elasticsearch\n@id ${id}\n</match>\n`).join(''),
  );
  const unclear = await sluiceBeside(['replay', file, '-c', two]);
  expect(unclear.code).toBe(2);
  expect(unclear.stderr).toContain('name one with --output ID: a (');
});

const real = serverAvailable('elasticsearch', '9.5.3');
it.skipIf(!real)(
  'real Elasticsearch: a mapping that refuses documents, then one that takes them',
  { timeout: 180_000 },
  async () => {
    const es = await startElasticsearch('9.5.3');
    try {
      const put = (path: string, body: unknown, method = 'PUT') =>
        fetch(`${es.url}${path}`, {
          method,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      const mapping = (type: string) => ({ mappings: { properties: { value: { type } } } });
      await put('/logs', mapping('integer'));
      folder.write(
        'real/in.log',
        upTo(20)
          .map((n) => `{"n":${n},"value":${n % 5 === 0 ? '"no number"' : n}}\n`)
          .join(''),
      );
      const config = configuration('real', es.port);
      const agent = startAgent(['-c', config, '--no-metrics']);
      const dead = `${folder.path}/real/dead.ndjson`;
      await expect.poll(() => letters(dead).length, wait).toBe(4);
      await agent.stop();
      expect(letters(dead)[0]).toMatchObject({ status: 400, type: 'document_parsing_exception', record: { n: 0 } });
      expect((await sluiceBeside(['replay', dead, '-c', config])).stdout).toContain(
        '4 letters: 0 taken, 4 refused again',
      );
      await fetch(`${es.url}/logs`, { method: 'DELETE' });
      await put('/logs', mapping('keyword'));
      for (let i = 0; i < 2; i++) expect((await sluiceBeside(['replay', dead, '-c', config])).code).toBe(0);
      await fetch(`${es.url}/logs/_refresh`, { method: 'POST' });
      const { count } = (await (await fetch(`${es.url}/logs/_count`)).json()) as { count: number };
      expect(count).toBe(4);
    } finally {
      await es.stop();
    }
  },
);
