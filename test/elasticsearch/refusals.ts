/** Documents that are refused for good go to the error stream with the reason; those beside them are indexed. */
import { expect, it } from 'vitest';
import type { Bench } from './contract.test.ts';
import { ask, numbered, numbers, range } from './shipping.ts';

export function refusalTests({ version, url, door, output }: Bench): void {
  const refused = (rig: { errors: { json: string }[] }) => rig.errors.map(({ json }) => JSON.parse(json) as unknown);

  it('one bad item among good ones is refused alone', async () => {
    await ask(url(), 'PUT', '/typed', { mappings: { properties: { n: { type: 'long' } } } });
    const { rig, ship, settled } = await output('index_name typed');
    await ship([...numbered(50), { n: 'not a number' }, ...numbered(50, 50)]);
    await settled();
    expect(await numbers(url(), 'typed')).toEqual(range(100));
    expect(refused(rig)).toEqual([{ n: 'not a number' }]);
    expect(rig.errors[0]).toMatchObject({
      tag: 'test.tag',
      error: expect.stringMatching(/^400 - Rejected by Elasticsearch.*(mapper|document)_parsing_exception/),
    });
    expect(door().bulks).toHaveLength(1);
  });

  it('a field that a strict mapping does not know', async () => {
    await ask(url(), 'PUT', '/strict', { mappings: { dynamic: 'strict', properties: { n: { type: 'long' } } } });
    const { rig, ship, settled } = await output('index_name strict');
    await ship([{ n: 0 }, { n: 1, more: 1 }, { n: 2 }]);
    await settled();
    expect(await numbers(url(), 'strict')).toEqual([0, 2]);
    expect(refused(rig)).toEqual([{ n: 1, more: 1 }]);
    expect(rig.errors[0]!.error).toContain('strict_dynamic_mapping_exception');
  });

  it('more fields than an index may have', async () => {
    await ask(url(), 'PUT', '/limited', { settings: { 'index.mapping.total_fields.limit': 3 } });
    const { rig, ship, settled } = await output('index_name limited');
    await ship([{ n: 0 }, { n: 1, a: 1, b: 1, c: 1, d: 1, e: 1 }, { n: 2, a: 1 }]);
    await settled();
    // Elasticsearch 8 and later leave fields out where the index says so; by default they refuse like the others.
    expect(await numbers(url(), 'limited')).toEqual([0, 2]);
    expect(refused(rig)).toMatchObject([{ n: 1 }]);
  });

  it('a bad name of an index', async () => {
    const { rig, ship, settled } = await output('index_name good\ntarget_index_key target');
    await ship([{ n: 0 }, { n: 1, target: 'a,b' }, { n: 2, target: '_bad' }, { n: 3, target: 'other' }]);
    await settled();
    expect([await numbers(url(), 'good'), await numbers(url(), 'other')]).toEqual([[0], [3]]);
    expect(refused(rig)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  // There is no ingest in what is on Maven Central of 7.17.
  it.skipIf(version === '7.17.29')('a pipeline that is not there', async () => {
    const { rig, ship, settled } = await output('index_name piped\npipeline absent');
    await ship(numbered(3));
    await settled();
    expect(refused(rig)).toEqual(numbered(3));
    expect(rig.errors[0]!.error).toMatch(/^400 - .*pipeline with id \[absent\] does not exist/);
  });

  it('a closed index: what is sent while it is closed is refused', async () => {
    const { rig, ship, settled } = await output('index_name closed\ntarget_index_key target');
    await ship(numbered(5));
    await settled();
    await ask(url(), 'POST', '/closed/_close');
    await ship([{ n: 5 }, { n: 6, target: 'beside-closed' }, { n: 7 }]);
    await settled();
    await ask(url(), 'POST', '/closed/_open');
    await ask(url(), 'GET', '/_cluster/health/closed?wait_for_status=yellow&timeout=30s');
    await ship([{ n: 8 }]);
    await settled();
    expect(await numbers(url(), 'closed')).toEqual([...range(5), 8]);
    expect(await numbers(url(), 'beside-closed')).toEqual([6]);
    expect(refused(rig)).toEqual([{ n: 5 }, { n: 7 }]);
  });

  it.each(['read_only', 'read_only_allow_delete'])(
    'index.blocks.%s: what it stops waits until it is lifted',
    async (block) => {
      const index = `block-${block}`;
      const { rig, ship, settled } = await output(`index_name ${index}\ntarget_index_key target`);
      await ask(url(), 'PUT', `/${index}`);
      await ask(url(), 'PUT', `/${index}/_settings`, { [`index.blocks.${block}`]: true });
      await ship([...numbered(10), { n: 0, target: `beside-${index}` }]);
      await expect.poll(() => door().bulks.length, { timeout: 30_000 }).toBeGreaterThan(2);
      expect(await numbers(url(), `beside-${index}`)).toEqual([0]);
      await ask(url(), 'PUT', `/${index}/_settings`, { [`index.blocks.${block}`]: null });
      await settled();
      expect(await numbers(url(), index)).toEqual(range(10));
      expect(await numbers(url(), `beside-${index}`)).toEqual([0]);
      expect(rig.errors).toEqual([]);
    },
  );
}
