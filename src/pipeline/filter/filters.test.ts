import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { rig } from '../../../test/plugins/rig.ts';
import { LogEvent } from '../core/event.ts';
import { Shared, Text } from '../core/slot.ts';
import type { Hash } from '../core/value.ts';

const filter = (type: string, params: string) =>
  rig(`<filter **>\n@type ${type}\n${params}\n</filter>\n<match **>\n@type capture\n</match>`);

async function through(type: string, params: string, record: Hash, tag = 'a.b') {
  const r = await filter(type, params);
  await r.emit(tag, [record]);
  return { records: r.caught.map((c) => c.record), errors: r.errors };
}

describe('record_modifier', () => {
  it('sets fields in order, each seeing the ones before', async () => {
    const params =
      '<record>\nx ${record["a"] + 1}\ny ${record["x"] * 2}\nt ${tag} ${tag_parts[1]}\nc const\n</record>\nremove_keys a,$.n.p';
    expect(await through('record_modifier', params, { a: 1, n: { p: 1, q: 2 } })).toMatchObject({
      records: [{ n: { q: 2 }, x: 2, y: 4, t: 'a.b b', c: 'const' }],
    });
  });
  it('keeps only listed fields and the new ones, in this order', async () => {
    const { records } = await through('record_modifier', 'whitelist_keys b, a\n<record>\nz 1\n</record>', {
      a: 1,
      b: 2,
      c: 3,
    });
    expect(JSON.stringify(records)).toBe('[{"b":2,"a":1,"z":"1"}]');
  });
  it('replaces by Ruby’s gsub', async () => {
    const params = '<replace>\nkey log\nexpression /(\\d+)-(\\d+)/\nreplace \\2:\\1\n</replace>';
    expect((await through('record_modifier', params, { log: '1-2 x 3-4' })).records).toEqual([{ log: '2:1 x 4:3' }]);
    expect((await through('record_modifier', params, { log: 5 })).errors).toHaveLength(1);
  });
  it('runs prepare_value once', async () => {
    const params = 'prepare_value @a = "x".upcase; @b = @a + "y"\n<record>\nv ${@b}-${@a}\n</record>';
    expect((await through('record_modifier', params, {})).records).toEqual([{ v: 'Xy-X' }]);
  });
  it('knows what configurations use: the host, the time, a rescue, parts of the tag', async () => {
    const params =
      '<record>\nh ${Socket.gethostname}\ny ${Time.at(time).utc.strftime("%Y-%m")}\ns ${time.to_i}\nr ${record["a"]["b"]["c"] rescue "none"}\np ${tag_parts[-1]}-x\n</record>';
    expect((await through('record_modifier', params, { a: {} })).records).toEqual([
      { a: {}, h: os.hostname(), y: '2023-11', s: 1_700_000_000, r: 'none', p: 'b-x' },
    ]);
  });
  it('sends an event whose expression fails to the error stream and on; to that alone where a filter takes whole streams', async () => {
    const params = '<record>\nx ${record["no"].upcase}\n</record>';
    const got = await through('record_modifier', params, { a: 1 });
    expect([got.records, got.errors.length]).toEqual([[{ a: 1 }], 1]);
    const whole = await through('record_modifier', `${params}\n</filter>\n<filter **>\n@type record_transformer`, {
      a: 1,
    });
    expect([whole.records, whole.errors.length]).toEqual([[], 1]);
  });
  it('reads strings as another encoding', async () => {
    const r = await filter('record_modifier', 'char_encoding iso-8859-1:utf-8');
    const event = LogEvent.from(1, 0, { n: 1 });
    event.setSlot('log', new Text('caf\xe9'));
    await r.emit('t', [event]);
    expect(r.caught[0]!.record).toEqual({ n: 1, log: 'café' });
  });
  it.each([
    ['remove_keys a\nwhitelist_keys b', /exclusive/],
    ['<record>\nx ${)}\n</record>', /invalid syntax/],
    ['char_encoding utf-16le:euc-jp', /UTF-8/],
  ])('refuses %j', async (params, message) => {
    await expect(filter('record_modifier', params)).rejects.toThrow(message);
  });
});

describe('dedot', () => {
  it('renames top-level keys, nested ones where asked to', async () => {
    const record = { 'a.b': 1, c: { 'd.e': [{ 'f.g': 'x.y' }, [{ 'h.i': 1 }]] } };
    expect((await through('dedot', '', record)).records).toEqual([{ a_b: 1, c: record.c }]);
    expect((await through('dedot', 'de_dot_nested true\nde_dot_separator $', record)).records).toEqual([
      { a$b: 1, c: { d$e: [{ f$g: 'x.y' }, [{ 'h.i': 1 }]] } },
    ]);
  });
  it('renames shared values once', async () => {
    const r = await filter('dedot', 'de_dot_nested true');
    const shared = new Shared({ 'x.y': 1 });
    const events = [1, 2].map(() => {
      const event = LogEvent.from(1, 0, {});
      event.setShared('labels', shared);
      return event;
    });
    await r.emit('t', events);
    expect(r.caught.map((c) => c.record)).toEqual([{ labels: { x_y: 1 } }, { labels: { x_y: 1 } }]);
    expect(events[0]!.slot('labels')).toBe(events[1]!.slot('labels'));
  });
  it('refuses a dot as separator', async () => {
    await expect(filter('dedot', 'de_dot_separator .')).rejects.toThrow(/de_dot_separator/);
  });
});

describe('elasticsearch_genid, geoip', () => {
  it('random ids differ, hashed ones do not', async () => {
    const random = await Promise.all(
      [1, 2].map(async () => (await through('elasticsearch_genid', '', { a: 1 })).records[0]!['_hash']),
    );
    expect(random[0]).not.toBe(random[1]);
    const params = 'use_record_as_seed true\nuse_entire_record true\nhash_type md5';
    const hashed = await Promise.all(
      [
        { a: 1, b: 'x' },
        { b: 'x', a: 1 },
      ].map(async (record) => (await through('elasticsearch_genid', params, record)).records[0]!['_hash']),
    );
    expect(hashed[0]).toBe(hashed[1]);
  });
  it('needs keys to hash', async () => {
    await expect(filter('elasticsearch_genid', 'use_record_as_seed true')).rejects.toThrow(/record_keys/);
  });
  it('geoip says that it is not supported', async () => {
    await expect(filter('geoip', 'geoip_lookup_keys host')).rejects.toThrow(/'geoip' is not supported/);
  });
});
