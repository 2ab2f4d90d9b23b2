/** Clusters that say "too much" or "not now": 413, 429, 503. What they say it of goes again, and nothing else. */
import { expect, it } from 'vitest';
import type { Bench } from './contract.test.ts';
import { ask, numbered, numbers, range } from './shipping.ts';

export function pressureTests({ url, door, output }: Bench): void {
  it('413: a request that is too large goes in halves, one document that is too large alone is refused', async () => {
    const { rig, ship, settled } = await output('index_name large');
    const text = 'x'.repeat(1000);
    await ship([...numbered(100, 0, { text }), { n: 100, text: 'y'.repeat(60_000) }, ...numbered(100, 101, { text })]);
    await settled();
    const statuses = door().bulks.map(({ status }) => status);
    expect(statuses.filter((status) => status === 413).length).toBeGreaterThan(3);
    expect(await numbers(url(), 'large')).toEqual([...range(100), ...range(100, 101)]);
    expect(rig.errors.map(({ json, error }) => [(JSON.parse(json) as { n: number }).n, error.slice(0, 3)])).toEqual([
      [100, '413'],
    ]);
  });

  it('429 of items: only those go again, until all are there once', async () => {
    const { rig, ship, settled } = await output('index_name busy\ntarget_index_key target', 'flush_thread_count 4');
    await Promise.all(
      range(6).map((i) =>
        ask(url(), 'PUT', `/busy-${i}`, { settings: { number_of_shards: 1, number_of_replicas: 0 } }),
      ),
    );
    await Promise.all(
      range(4).map((k) => ship(numbered(60, k * 60).map((record, i) => ({ ...record, target: `busy-${i % 6}` })))),
    );
    await settled();
    expect(await numbers(url(), 'busy-*')).toEqual(range(240));
    expect(rig.errors).toEqual([]);
    const statuses = door().bulks.flatMap((bulk) => (bulk.statuses.length > 0 ? bulk.statuses : [bulk.status]));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
  });

  it('503 of items: they wait for their shards, those beside them do not', async () => {
    const mappings = { properties: { n: { type: 'long' } } };
    await ask(url(), 'PUT', '/waiting?wait_for_active_shards=1', {
      mappings,
      settings: { 'index.write.wait_for_active_shards': 2 },
    });
    await ask(url(), 'PUT', '/beside-waiting', { mappings });
    door().timeout = '500ms';
    const { rig, ship, settled } = await output('index_name waiting\ntarget_index_key target');
    await ship([...numbered(10), { n: 0, target: 'beside-waiting' }]);
    await expect.poll(() => door().bulks.flatMap(({ statuses }) => statuses), { timeout: 30_000 }).toContain(503);
    await expect.poll(() => numbers(url(), 'beside-waiting'), { timeout: 30_000 }).toEqual([0]);
    await ask(url(), 'PUT', '/waiting/_settings', { 'index.write.wait_for_active_shards': 1 });
    await settled();
    expect(await numbers(url(), 'waiting')).toEqual(range(10));
    expect(await numbers(url(), 'beside-waiting')).toEqual([0]);
    expect(rig.errors).toEqual([]);
  });
}
