import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rig } from '../../../test/plugins/rig.ts';
import { LogEvent } from '../core/event.ts';
import { Text } from '../core/slot.ts';
import { encodeJson, type Hash, toBytes } from '../core/value.ts';

const conf = (params: string, parse = '@type json') =>
  `<filter **>\n@type parser\nkey_name log\n${params}\n<parse>\n${parse}\n</parse>\n</filter>\n<match **>\n@type capture\n</match>`;

async function run(params: string, record: Hash, parse?: string) {
  const r = await rig(conf(params, parse));
  await r.emit('t', [record], 1000);
  return { records: r.caught.map((c) => c.record), errors: r.errors.map((e) => e.error), caught: r.caught };
}

describe('filter parser', () => {
  it('takes the current time for a record without one, unless reserve_time or estimate_current_event false', async () => {
    const now = Math.floor(Date.now() / 1000);
    expect((await run('', { log: '{"a":1}' })).caught[0]!.sec).toBeGreaterThanOrEqual(now);
    expect((await run('reserve_time true', { log: '{"a":1}' })).caught[0]!.sec).toBe(1000);
    const timeless = await run('', { log: '{"a":1}' }, '@type json\nestimate_current_event false');
    expect(timeless.caught[0]).toMatchObject({ sec: 1000, record: { a: 1 } });
    expect((await run('', { log: '{"time":5}' })).caught[0]!.sec).toBe(5);
  });

  it.each<[string, Hash, Hash[], number]>([
    ['', { log: '{"a":1}', b: 2 }, [{ a: 1 }], 0],
    ['reserve_data true', { log: '{"b":1}', b: 2, c: 3 }, [{ log: '{"b":1}', b: 1, c: 3 }], 0],
    ['reserve_data true\nremove_key_name_field true', { log: '{"a":1}', b: 2 }, [{ b: 2, a: 1 }], 0],
    ['reserve_data true\nremove_key_name_field true', { log: 'x', b: 2 }, [{ log: 'x', b: 2 }], 1],
    ['reserve_data true\nhash_value_field h', { log: '{"a":"ü"}' }, [{ log: '{"a":"ü"}', h: { a: 'ü' } }], 0],
    ['reserve_data true\nhash_value_field h', { log: 'x' }, [{ log: 'x', h: {} }], 1],
    ['inject_key_prefix p.\nhash_value_field h', { log: '{"a":1}' }, [{ h: { 'p.a': 1 } }], 0],
    ['reserve_data true\ninject_key_prefix log', { log: '{"":1}' }, [{ log: 1 }], 0],
    ['', { log: 'x' }, [], 1],
    ['emit_invalid_record_to_error false', { log: 'x' }, [], 0],
    ['reserve_data true', { b: 1 }, [{ b: 1 }], 1],
    ['reserve_data true', { log: null }, [{ log: null }], 1],
    ['reserve_data true', { log: 5 }, [{ log: 5 }], 1],
    ['reserve_data true', { log: '{"time":"x","t":null}' }, [{ log: '{"time":"x","t":null}', t: null }], 0],
  ])('%j on %j', async (params, record, expected, errors) => {
    const got = await run(params, record);
    expect(got.records).toEqual(expected);
    expect(got.errors).toHaveLength(errors);
  });

  it('a value that is no text goes to the first pattern of multi_format that takes any value, else it does not match', async () => {
    const json =
      '@type multi_format\n<pattern>\nformat json\n</pattern>\n<pattern>\nformat regexp\nexpression /(?<a>.)/\n</pattern>';
    for (const log of [{ x: 1 }, [1], 5]) {
      const taken = await run('', { log }, `${json}\n<pattern>\nformat none\n</pattern>`);
      expect([taken.records, taken.errors]).toEqual([[{ message: log }], []]);
      const left = await run('reserve_data true', { log }, json);
      expect([left.records, left.errors.length]).toEqual([[{ log }], 1]);
    }
  });

  it('a record with a broken time goes to @ERROR and on, with or without reserve_data', async () => {
    const record = { log: '{"time":null}' };
    for (const params of ['', 'reserve_data true']) {
      const got = await run(params, record);
      expect([got.records, got.errors.length]).toEqual([[record], 1]);
    }
    const silent = await run('reserve_data true\nemit_invalid_record_to_error false', record);
    expect([silent.records, silent.errors]).toEqual([[], []]);
  });

  it.each(['record_transformer', 'stdout', 'concat\nkey log\nn_lines 1'])(
    'a record with a broken time goes to @ERROR alone beside %j',
    async (type) => {
      const r = await rig(`<filter **>\n@type ${type}\n</filter>\n${conf('reserve_data true')}`);
      await r.emit('t', [{ log: '{"time":null}' }]);
      expect([r.caught, r.errors.length]).toEqual([[], 1]);
    },
  );

  it('other parsers break on a value that is no string, none takes it', async () => {
    const broken = await run('reserve_data true', { log: 5 }, '@type ltsv');
    expect(broken).toMatchObject({
      records: [{ log: 5 }],
      errors: [expect.stringContaining('parse failed')],
    });
    expect((await run('', { log: 5 }, '@type none')).records).toEqual([{ message: 5 }]);
  });

  it('parses a nested field and removes it', async () => {
    const r = await rig(
      conf('reserve_data true\nremove_key_name_field true').replace('key_name log', 'key_name $.a.b'),
    );
    await r.emit('t', [{ a: { b: '{"x":1}', c: 2 } }]);
    expect(r.caught[0]!.record).toEqual({ a: { c: 2 }, x: 1 });
  });

  it('gives the same record as decoding and merging, whatever kind of slot holds the field', async () => {
    const r = await rig(conf('reserve_data true\nemit_invalid_record_to_error false'));
    const dict = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }));
    await fc.assert(
      fc.asyncProperty(dict, dict, fc.nat(2), async (outer, inner, kind) => {
        const log = JSON.stringify(inner);
        const { time: _o, log: _l, ...rest } = outer;
        const { time: _i, ...fields } = inner;
        const base = LogEvent.from(1, 0, rest as Hash);
        base.setSlot(
          'log',
          kind === 0 ? new Text(toBytes(log)) : kind === 1 ? encodeJson(log) : encodeJson(log).replace('{', '\\u007b'),
        );
        r.caught.length = 0;
        await r.emit('t', [base]);
        const timed = 'time' in inner;
        if (timed && !['string', 'number'].includes(typeof inner['time'])) return expect(r.caught).toEqual([]);
        expect(JSON.parse(r.caught[0]!.json)).toEqual(JSON.parse(JSON.stringify({ ...rest, log, ...fields })));
      }),
    );
  });
});
