import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { type StoreServer, startStore } from './server.ts';

const folders: string[] = [];
const servers: StoreServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-store-'));
  folders.push(folder);
  return folder;
}

async function open(data?: string): Promise<StoreServer> {
  const server = await startStore({ host: '127.0.0.1', port: 0, data });
  servers.push(server);
  return server;
}

async function ask(server: StoreServer, method: string, place: string, body?: string | Buffer, headers = {}) {
  const init = body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) };
  const answer = await fetch(server.url + place, { method, headers, ...init });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    const time = new Date(Date.UTC(2026, 0, 1) + Math.floor(n / 3)).toISOString();
    return `{"create":{"_index":"a-1","_id":"n${n}"}}\n{"@timestamp":"${time}","n": ${n},"kubernetes":{"pod_name":"p${n % 2}"}}\n`;
  }).join('');

it('keeps documents, ids and types of fields over a restart', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await ask(first, 'POST', '/_bulk', lines(0, 10));
  const mapping = await ask(first, 'GET', '/a-1/_mapping');
  await servers.pop()!.close();
  const second = await open(folder);
  const again = await ask(second, 'POST', '/_bulk', lines(8, 12));
  expect(again.body.items.map((item: { create: { status: number } }) => item.create.status)).toEqual([
    409, 409, 201, 201,
  ]);
  expect((await ask(second, 'GET', '/a-1/_count')).body.count).toBe(12);
  expect(await ask(second, 'GET', '/a-1/_mapping')).toEqual(mapping);
});

it('answers with the source as it came, byte by byte, also when the request was packed', async () => {
  const server = await open();
  const source = '{"b" : 1.50,  "a":"ü\\u00e9\\n"}';
  const body = gzipSync(`{"index":{"_index":"raw","_id":"1"}}\n${source}\n`);
  expect((await ask(server, 'POST', '/_bulk', body, { 'content-encoding': 'gzip' })).body.errors).toBe(false);
  expect(await (await fetch(`${server.url}/raw/_doc/1`)).text()).toContain(`"_source":${source}`);
});

it('gives each document once, page by page, whatever is written meanwhile', async () => {
  const server = await open();
  await ask(server, 'POST', '/_bulk', lines(0, 50));
  const { id } = (await ask(server, 'POST', '/a-*/_pit?keep_alive=1m')).body;
  const found: number[] = [];
  for (let after: unknown; ; ) {
    const body = {
      size: 7,
      pit: { id },
      sort: [{ '@timestamp': 'asc' }],
      ...(after === undefined ? {} : { search_after: after }),
    };
    const { hits } = (await ask(server, 'POST', '/_search', JSON.stringify(body))).body.hits;
    found.push(...hits.map((hit: { _source: { n: number } }) => hit._source.n));
    after = hits.at(-1)?.sort;
    await ask(server, 'POST', '/_bulk', lines(50 + found.length, 53 + found.length));
    if (hits.length < 7) break;
  }
  expect(found).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

it('scrolls through all documents', async () => {
  const server = await open();
  await ask(server, 'POST', '/_bulk', lines(0, 20));
  let answer = (await ask(server, 'POST', '/a-1/_search?scroll=1m', '{"size":6,"sort":[{"n":"desc"}]}')).body;
  const found: number[] = [];
  while (answer.hits.hits.length > 0) {
    found.push(...answer.hits.hits.map((hit: { _source: { n: number } }) => hit._source.n));
    answer = (await ask(server, 'POST', '/_search/scroll', JSON.stringify({ scroll_id: answer._scroll_id }))).body;
  }
  expect(found).toEqual(Array.from({ length: 20 }, (_, i) => 19 - i));
});

it('refuses what it does not know in the shape of Elasticsearch’s errors', async () => {
  const server = await open();
  const { status, body } = await ask(server, 'POST', '/_search', '{"query":{"geo_shape":{}}}');
  expect(status).toBe(400);
  expect(body).toMatchObject({
    status: 400,
    error: { type: 'parsing_exception', reason: 'unknown query [geo_shape]' },
  });
  expect((await ask(server, 'GET', '/_nodes/stats')).status).toBe(400);
});

it('reads a file of a version that knew neither the order of lines nor marks', async () => {
  const dir = newFolder();
  const db = new DatabaseSync(path.join(dir, 'store.db'));
  db.exec(`CREATE TABLE indices (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, uuid TEXT NOT NULL, types TEXT NOT NULL);
    CREATE TABLE groups (id INTEGER PRIMARY KEY, idx INTEGER NOT NULL, key TEXT NOT NULL, shared TEXT, paths TEXT NOT NULL);
    CREATE TABLE docs (seq INTEGER PRIMARY KEY AUTOINCREMENT, grp INTEGER NOT NULL, ts INTEGER, idx INTEGER NOT NULL, id TEXT, version INTEGER NOT NULL, source BLOB NOT NULL);
    CREATE INDEX docs_time ON docs (ts, grp);
    INSERT INTO indices VALUES (1, 'a-1', 'u', '[["@timestamp","date"],["log","text"],["sluice.nanos","long"]]');
    INSERT INTO groups VALUES (1, 1, 'k', NULL, '["@timestamp","log","sluice.nanos"]');`);
  const add = db.prepare('INSERT INTO docs (grp, ts, idx, version, source) VALUES (1, 5, 1, 1, ?)');
  for (const [log, nanos] of [
    ['ERROR late', 2],
    ['fine', 1],
  ])
    add.run(Buffer.from(JSON.stringify({ '@timestamp': 5, log, sluice: { nanos } })));
  db.close();
  const server = await open(dir);
  await ask(server, 'POST', '/a-1/_doc', '{"@timestamp":5,"log":"error too","sluice":{"nanos":3}}');
  const sort = ['@timestamp', 'sluice.nanos', 'sluice.file', 'sluice.offset'].map((name) => ({
    [name]: { order: 'asc', unmapped_type: 'long', missing: -1 },
  }));
  const { id } = (await ask(server, 'POST', '/a-1/_pit?keep_alive=1m')).body;
  const search = async (query: object) =>
    (
      await ask(server, 'POST', '/_search', JSON.stringify({ pit: { id }, sort: [...sort, '_shard_doc'], query }))
    ).body.hits.hits.map((hit: { _source: { log: string } }) => hit._source.log);
  expect(await search({ match_all: {} })).toEqual(['fine', 'ERROR late', 'error too']);
  expect(await search({ match: { log: 'error' } })).toEqual(['ERROR late', 'error too']);
});
