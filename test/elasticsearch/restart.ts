/** A node that is killed while documents are on their way, comes back later, and is not ready when it does. */
import { expect, it } from 'vitest';
import type { Bench } from './contract.test.ts';
import { ask, numbers, range } from './shipping.ts';

const PARAMS = 'index_name survived\nid_key id\nwrite_operation create';

/** `from` up to `from + count`, each with an id of its own. */
function withIds(count: number, from: number): { n: number; id: string; text: string }[] {
  return range(count, from).map((n) => ({ n, id: `id-${n}`, text: 'x'.repeat(100) }));
}

export function restartTests({ version, node, url, door, output }: Bench): void {
  const isOld = version === '7.4.2';

  it('killed in the middle: with ids every document is there once when it is back, through 503 of requests', async () => {
    const { rig, ship, settled } = await output(PARAMS, 'flush_thread_count 2');
    await ask(url(), 'PUT', '/survived');
    const holder = { settings: { 'index.write.wait_for_active_shards': 2 } };
    await ask(url(), 'PUT', '/holder?wait_for_active_shards=1', holder);
    door().timeout = '500ms';
    for (const k of range(8)) await ship(withIds(50, k * 50));
    await expect.poll(() => door().bulks.length, { timeout: 30_000 }).toBeGreaterThan(2);
    await node().kill();
    for (const k of range(8)) await ship(withIds(50, 400 + k * 50));
    await node().restart({
      // While a node waits for others it answers bulk requests with 503.
      [isOld ? 'gateway.expected_nodes' : 'gateway.expected_data_nodes']: '2',
      'gateway.recover_after_time': '2s',
      // For the next test.
      ...(isOld ? {} : { 'indexing_pressure.memory.limit': '30kb' }),
    });
    await settled();
    expect(await numbers(url(), 'survived')).toEqual(range(800));
    expect(rig.errors).toEqual([]);
    expect(door().bulks.map(({ status }) => status)).toContain(503);
  });

  it.skipIf(isOld)('429 of a request: it goes again as it is, until there is room for it', async () => {
    // Another client's request holds its bytes, since it waits for shards that never come: the next one is too much.
    const holding = ask(url(), 'POST', '/_bulk?timeout=3s', [
      { index: { _index: 'holder' } },
      { text: 'x'.repeat(25_000) },
    ]);
    await expect.poll(() => bytesInFlight(url()), { timeout: 30_000, interval: 20 }).toBeGreaterThan(25_000);
    const { rig, ship, settled } = await output(PARAMS);
    await ship(withIds(50, 800));
    await settled();
    await holding;
    expect(await numbers(url(), 'survived')).toEqual(range(850));
    expect(door().bulks.map(({ status }) => status)).toContain(429);
    expect(rig.errors).toEqual([]);
  });
}

async function bytesInFlight(url: string): Promise<number> {
  const { nodes } = (await ask(url, 'GET', '/_nodes/stats/indexing_pressure')) as unknown as {
    nodes: Record<string, { indexing_pressure: { memory: { current: { coordinating_in_bytes: number } } } }>;
  };
  return Object.values(nodes)[0]!.indexing_pressure.memory.current.coordinating_in_bytes;
}
