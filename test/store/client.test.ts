/** Elasticsearch's official client talks to the embedded store as to a cluster. */
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StoreServer, startStore } from '../../src/store/server.ts';

describe('the official client', () => {
  let store: StoreServer;
  let client: Client;
  beforeAll(async () => {
    store = await startStore({ host: '127.0.0.1', port: 0 });
    client = new Client({ node: store.url });
  });
  afterAll(async () => {
    await client.close();
    await store.close();
  });

  it('creates, is told of the double, counts and searches in order', async () => {
    const lines = ['c', 'a', 'b'].map((log, i) => ({ log, '@timestamp': `2026-11-24T10:00:0${3 - i}Z` }));
    const operations = lines.flatMap((line) => [{ create: { _index: 'feature_-2026.11.24', _id: line.log } }, line]);
    const first = await client.bulk({ operations, refresh: true });
    expect(first.items.map(({ create }) => create?.status)).toEqual([201, 201, 201]);
    const again = await client.bulk({ operations: operations.slice(0, 2), refresh: true });
    expect([again.errors, again.items[0]?.create?.status]).toEqual([true, 409]);
    expect((await client.count({ index: 'feature_-*' })).count).toBe(3);
    const found = await client.search<{ log: string }>({
      index: 'feature_-*',
      sort: [{ '@timestamp': 'asc' }],
      size: 2,
    });
    expect(found.hits.hits.map(({ _source }) => _source?.log)).toEqual(['b', 'a']);
  });

  it('gets errors in the shape it knows', async () => {
    const missing = client.search({ index: 'absent' });
    await expect(missing).rejects.toMatchObject({ statusCode: 404, name: 'ResponseError' });
  });
});
