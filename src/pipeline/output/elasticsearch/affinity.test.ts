import { expect, it } from 'vitest';
import { withAffinity } from './affinity.ts';
import { itemsOf } from './items.ts';

const bulk = (...pairs: [object, object][]) =>
  itemsOf(Buffer.from(pairs.map((pair) => `${pair.map((line) => JSON.stringify(line)).join('\n')}\n`).join('')));
const update = (_index: string, _id: string | number) => ({ update: { _index, _id } });
const never = new AbortController().signal;

function cluster(hits: readonly { _id: string; _index: string }[], status = 200) {
  const asked: { path: string; body: unknown }[] = [];
  return {
    asked,
    request: (_method: string, path: string, body?: Buffer) => {
      asked.push({ path, body: JSON.parse(body!.toString()) });
      return Promise.resolve({ status, body: Buffer.from(JSON.stringify({ hits: { hits } })), retryAfter: undefined });
    },
  };
}

it('documents that are somewhere already stay there, in the oldest of their indices; others keep the index of their day', async () => {
  const there = cluster([
    { _id: 'é"1', _index: 'logs-2024.01.03' },
    { _id: 'é"1', _index: 'logs-2024.01.02' },
    { _id: '7', _index: 'logs-ü' },
  ]);
  const day = 'logs-2024.01.09';
  const items = bulk(
    [update(day, 'é"1'), { doc: { a: 'é' } }],
    [update(day, 'new'), { doc: { _index: 'x' } }],
    [update(day, 7), {}],
  );
  const moved = await withAffinity(items, 'logs-*', there, never);
  expect(
    moved.bytes
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    update('logs-2024.01.02', 'é"1'),
    { doc: { a: 'é' } },
    update(day, 'new'),
    { doc: { _index: 'x' } },
    update('logs-ü', 7),
    {},
  ]);
  expect(there.asked).toMatchObject([
    { path: '/logs-*/_search', body: { query: { ids: { values: ['é"1', 'new', '7'] } }, _source: false } },
  ]);
});

it('a cluster that does not tell is asked again: nothing is sent', async () => {
  await expect(withAffinity(bulk([update('a', '1'), {}]), 'a*', cluster([], 503), never)).rejects.toThrow('[503]');
});
