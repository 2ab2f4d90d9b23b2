/** Documents that are taken: index, create, types, data streams. */
import { expect, it } from 'vitest';
import type { Bench } from './contract.test.ts';
import { ask, documents, numbered, numbers, range } from './shipping.ts';

/** Has data streams: the default distribution's 7.9 and later do, what is on Maven Central of 7.17 does not. */
export const HAS_DATA_STREAMS = ['8.19.21', '9.5.3', 'opensearch-2.19.6', 'opensearch-3.8.0'];

export function documentTests({ version, url, door, output }: Bench): void {
  it('index: each record is one document with the fields it had', async () => {
    const text = 'ü\u0000"\\\n\u2028 \u{1f600} \u007f';
    const { rig, ship, settled } = await output('index_name plain');
    await ship(numbered(300, 0, { text, deep: { list: [1, -2, null], half: 0.5, more: [{ a: true }], 'b.c': '' } }));
    await settled();
    expect(rig.errors).toEqual([]);
    const found = await documents(url(), 'plain');
    expect(found.map(({ _source }) => _source)).toEqual(
      range(300).map((n) => ({ n, text, deep: { list: [1, -2, null], half: 0.5, more: [{ a: true }], 'b.c': '' } })),
    );
    expect(new Set(found.map(({ _type }) => _type))).toEqual(new Set([version.startsWith('7.') ? '_doc' : undefined]));
  });

  it('index of every day: the records of one chunk go to the index of their own day', async () => {
    const { rig, settled } = await output('logstash_format true\nlogstash_prefix daily\ninclude_tag_key true');
    for (const day of [0, 1, 2]) await rig.emit('test.tag', [{ n: day }], 1_709_164_800 + day * 86_400);
    await settled();
    const found = await documents(url(), 'daily-*');
    expect(found.map(({ _index, _source }) => [_index, _source['@timestamp'], _source['tag']])).toEqual([
      ['daily-2024.02.29', '2024-02-29T00:00:00.000000000+00:00', 'test.tag'],
      ['daily-2024.03.01', '2024-03-01T00:00:00.000000000+00:00', 'test.tag'],
      ['daily-2024.03.02', '2024-03-02T00:00:00.000000000+00:00', 'test.tag'],
    ]);
  });

  it('create: a document that is there already (409) is done, and stays as it was', async () => {
    const { rig, ship, settled } = await output('index_name created\nid_key id\nwrite_operation create');
    const records = (from: number, to: number, mark: string) =>
      range(to - from, from).map((n) => ({ n, id: `id-${n}`, mark }));
    await ship(records(0, 20, 'first'));
    await settled();
    await ship(records(10, 30, 'second'));
    await settled();
    const found = await documents(url(), 'created');
    expect(found.map(({ _id, _source }) => [_id, _source['mark']])).toEqual([
      ...range(20).map((n) => [`id-${n}`, 'first']),
      ...range(10, 20).map((n) => [`id-${n}`, 'second']),
    ]);
    expect(
      door()
        .bulks.flatMap(({ statuses }) => statuses)
        .filter((status) => status === 409),
    ).toHaveLength(10);
    expect(rig.errors).toEqual([]);
  });

  it('update and upsert: the last value of a field wins, and upsert makes what is not there', async () => {
    const upsert = await output('index_name updated\nid_key id\nwrite_operation upsert');
    await upsert.ship([
      { n: 0, id: 'a', first: 1 },
      { n: 0, id: 'a', second: 2 },
    ]);
    await upsert.settled();
    const update = await output('index_name updated\nid_key id\nwrite_operation update');
    await update.ship([
      { n: 0, id: 'a', third: 3 },
      { n: 1, id: 'absent', third: 3 },
    ]);
    await update.settled();
    const found = await documents(url(), 'updated');
    expect(found.map(({ _source }) => _source)).toEqual([{ n: 0, id: 'a', first: 1, second: 2, third: 3 }]);
    expect(update.rig.errors.map(({ json, error }) => [JSON.parse(json), error.slice(0, 3)])).toEqual([
      [{ n: 1, id: 'absent', third: 3 }, '404'],
    ]);
  });

  it('gzip: a compressed request is the same documents', async () => {
    const { ship, settled } = await output('index_name zipped\ncompression_level best_speed');
    await ship(numbered(200));
    await settled();
    expect(await numbers(url(), 'zipped')).toEqual(range(200));
  });

  it.runIf(HAS_DATA_STREAMS.includes(version))('a data stream takes create, and refuses index', async () => {
    await ask(url(), 'PUT', '/_index_template/streams', { index_patterns: ['stream-*'], data_stream: {} });
    const params = 'index_name stream-app\nid_key id\nremove_keys id\ninclude_timestamp true';
    const records = (count: number, from: number) => range(count, from).map((n) => ({ n, id: `id-${n}` }));
    const create = await output(`${params}\nwrite_operation create`);
    await create.ship(records(50, 0));
    await create.ship(records(10, 40));
    await create.settled();
    expect(create.rig.errors).toEqual([]);
    const found = await documents(url(), 'stream-app');
    expect(found.map(({ _source }) => _source['n'])).toEqual(range(50));
    expect(found.every(({ _index }) => _index.startsWith('.ds-stream-app-'))).toBe(true);
    const index = await output(params);
    await index.ship(records(3, 50));
    await index.settled();
    expect(index.rig.errors.map(({ error }) => error.slice(0, 3))).toEqual(['400', '400', '400']);
    expect(await numbers(url(), 'stream-app')).toEqual(range(50));
  });

  // That of Elasticsearch needs lifecycle policies, which are not among what is on Maven Central.
  it.runIf(version.startsWith('opensearch'))('opensearch_data_stream makes template and stream by itself', async () => {
    const params = 'data_stream_name ${tag}\nid_key id\nremove_keys id';
    const records = (count: number, from: number) => range(count, from).map((n) => ({ n, id: `id-${n}` }));
    const { rig, ship, settled } = await output(params, '', 'opensearch_data_stream');
    await ship(records(50, 0));
    await ship(records(20, 40));
    await settled();
    expect(rig.errors).toEqual([]);
    const found = await documents(url(), 'test.tag');
    expect(found.map(({ _source }) => _source['n'])).toEqual(range(60));
    expect(found.every(({ _index }) => _index.startsWith('.ds-test.tag-'))).toBe(true);
    expect(found.every(({ _source }) => Date.parse(String(_source['@timestamp'])) === 1_700_000_000_000)).toBe(true);
    expect(await ask(url(), 'GET', '/_index_template/test.tag_template')).toMatchObject({
      index_templates: [{ index_template: { index_patterns: ['test.tag*'], data_stream: {} } }],
    });
  });
}
