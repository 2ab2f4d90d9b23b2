import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock, rig } from '../../../../test/plugins/rig.ts';
import { LogEvent } from '../../core/event.ts';
import { Text } from '../../core/slot.ts';
import { encodeJson, type Hash, toBytes } from '../../core/value.ts';

const ends = '<match **>\n@type capture\n</match>\n<label @TO>\n<match **>\n@type capture\nname to\n</match>\n</label>';
const start = (params: string, clock?: ManualClock, key = 'log') =>
  rig(`<filter **>\n@type concat\nkey ${key}\n${params}\n</filter>\n${ends}`, clock);

async function joined(params: string, records: Hash[]): Promise<Hash[]> {
  const r = await start(params);
  for (const record of records) await r.emit('t', [record]);
  return r.caught.map((c) => c.record);
}
const logs = (...texts: string[]): Hash[] => texts.map((log, n) => ({ log, n }));

describe('concat', () => {
  it.each<[string, string, Hash[], Hash[]]>([
    ['counts lines, and keeps the first record’s fields', 'n_lines 2', logs('a', 'b', 'c'), [{ log: 'a\nb', n: 0 }]],
    [
      'a first line ends the record before it',
      'multiline_start_regexp /^s/',
      logs('x', 's1', 'm', 's2'),
      [
        { log: 'x', n: 0 },
        { log: 's1\nm', n: 1 },
      ],
    ],
    [
      'a value that is no text is an error, null passes where nothing waits',
      'multiline_start_regexp /^\\d?/',
      [{ log: 1 }, { log: null }, { log: { a: 1 } }, { log: '1' }, { log: 2 }, { log: '3' }],
      [{ log: null }, { log: '1' }],
    ],
    [
      'a last line ends it at once',
      'multiline_end_regexp /;$/\nseparator ""',
      logs('a', 'b;', 'c;'),
      [
        { log: 'ab;', n: 0 },
        { log: 'c;', n: 2 },
      ],
    ],
    [
      'a line that is first and last stands alone',
      'multiline_start_regexp /^s/\nmultiline_end_regexp /;$/',
      logs('s;', 's1', 's2;'),
      [
        { log: 's;', n: 0 },
        { log: 's1', n: 1 },
        { log: 's2;', n: 2 },
      ],
    ],
    [
      'a line that does not continue passes by itself',
      'multiline_start_regexp /^s/\ncontinuous_line_regexp /^ /',
      logs('s', ' a', 'x'),
      [
        { log: 's\n a', n: 0 },
        { log: 'x', n: 2 },
      ],
    ],
    [
      'streams are kept apart by a field',
      'n_lines 2\nstream_identity_key s',
      [
        { log: 'a', s: 1 },
        { log: 'b', s: 2 },
        { log: 'c', s: 1 },
        { log: 'd', s: 2 },
      ],
      [
        { log: 'a\nc', s: 1 },
        { log: 'b\nd', s: 2 },
      ],
    ],
    [
      'fields that only the last part has stay',
      'n_lines 2',
      [
        { log: 'a', x: 1 },
        { log: 'b', x: 2, y: 3 },
      ],
      [{ log: 'a\nb', x: 1, y: 3 }],
    ],
    [
      'partial_key: a part without the mark passes, the last has another value',
      'partial_key p\npartial_value t\nseparator ""',
      [{ log: 'a', p: 't' }, { log: 'x' }, { log: 'b', p: 't' }, { log: 'c', p: 'f' }],
      [{ log: 'x' }, { log: 'abc' }],
    ],
    [
      'keep_partial_key leaves the mark of the last',
      'partial_key p\npartial_value t\nkeep_partial_key true\nseparator ""',
      [
        { log: 'a', p: 't' },
        { log: 'c', p: 'f' },
      ],
      [{ log: 'ac', p: 'f' }],
    ],
    [
      'docker metadata: parts in the order of their ordinals, the metadata removed',
      'use_partial_metadata true\nseparator ""',
      [
        { log: 'b', partial_message: 'true', partial_id: 'i', partial_ordinal: '2', partial_last: 'false' },
        { log: 'a', partial_message: 'true', partial_id: 'i', partial_ordinal: '1', partial_last: 'false' },
        { log: 'c', partial_message: 'true', partial_id: 'i', partial_ordinal: '10', partial_last: 'true' },
        { log: 'none' },
      ],
      [{ log: 'abc' }, { log: 'none' }],
    ],
    [
      'journald metadata: the last part has no message mark',
      'use_partial_metadata true\npartial_metadata_format docker-journald\nseparator ""',
      [
        { log: 'a', CONTAINER_PARTIAL_MESSAGE: 'true', CONTAINER_PARTIAL_ID: 'i', CONTAINER_PARTIAL_ORDINAL: '1' },
        { log: 'b', CONTAINER_PARTIAL_ID: 'i', CONTAINER_PARTIAL_ORDINAL: '2', CONTAINER_PARTIAL_LAST: 'true' },
      ],
      [{ log: 'ab' }],
    ],
    [
      'CRI log tags, with more tags behind a colon',
      'use_partial_cri_logtag true\npartial_cri_logtag_key t\nstream_identity_key stream\nseparator ""',
      [
        { log: 'a', t: 'P', stream: 'o' },
        { log: 'x', t: 'F', stream: 'e' },
        { log: 'b', t: 'F:x', stream: 'o' },
      ],
      [{ log: 'x' }, { log: 'ab' }],
    ],
    [
      'numbers and nulls count as their text',
      'n_lines 3',
      [{ log: 5 }, { log: null }, { log: 'x' }],
      [{ log: '5\n\nx' }],
    ],
    [
      'records without the key pass',
      'n_lines 2',
      [{ log: 'a' }, { other: 1 }, { log: 'b' }],
      [{ other: 1 }, { log: 'a\nb' }],
    ],
  ])('%s', async (_name, params, records, expected) => {
    expect(await joined(params, records)).toEqual(expected);
  });

  it.each<[string, Hash[]]>([
    ['ignore', [{ log: 'aaaabbbbcc' }]],
    ['truncate', [{ log: 'aaaa' }]],
    ['new', [{ log: 'aaaa' }, { log: 'bbbb' }, { log: 'cc' }]],
    ['drop', [{ log: 'cc' }]],
  ])('beyond buffer_limit_size: %s', async (method, expected) => {
    const parts = [
      { log: 'aaaa', p: 't' },
      { log: 'bbbb', p: 't' },
      { log: 'cc', p: 'f' },
    ];
    const params = `partial_key p\npartial_value t\nseparator ""\nbuffer_limit_size 15\nbuffer_overflow_method ${method}`;
    expect((await joined(params, parts)).slice(0, expected.length)).toEqual(expected);
  });

  it.each([
    ['', /is required/],
    ['n_lines 2\npartial_key a\npartial_value b', /exclusive/],
    ['partial_key a', /partial_value is required/],
    ['use_partial_metadata true\nmultiline_end_regexp /x/', /exclusive/],
  ])('refuses %j', async (params, message) => {
    await expect(start(params)).rejects.toThrow(message);
  });

  it('the time is that of the last part, or of the first where asked for', async () => {
    for (const [params, sec] of [
      ['', 2],
      ['use_first_timestamp true', 1],
    ] as const) {
      const r = await start(`n_lines 2\n${params}`);
      await r.emit('t', [{ log: 'a' }], 1);
      await r.emit('t', [{ log: 'b' }], 2);
      expect(r.caught[0]!.sec).toBe(sec);
    }
  });

  it('parts that wait too long go to the label; those of other tags and newer ones stay', async () => {
    const clock = new ManualClock();
    const r = await start('multiline_start_regexp /^s/\nflush_interval 5\ntimeout_label @TO', clock);
    await r.emit('a', logs('s1', 'm'));
    clock.advance(3000);
    await r.emit('b', logs('s2'));
    clock.advance(2000);
    await Promise.resolve();
    expect(r.caught).toMatchObject([{ name: 'to', tag: 'a', record: { log: 's1\nm' }, sec: 1_700_000_005 }]);
    await r.stop();
    expect(r.caught[1]).toMatchObject({ name: 'to', tag: 'b', record: { log: 's2' } });
  });

  it('without a label and without @ERROR what was cut short goes on, so that nothing is lost', async () => {
    const r = await start('n_lines 9');
    await r.emit('t', logs('a', 'b'));
    await r.stop();
    expect(r.caught).toMatchObject([{ name: '', record: { log: 'a\nb' } }]);
  });

  it('joins the same text whatever kind of slot holds the parts', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\t', 'ü', '😀', '\u2028', '{') });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, fc.nat(2)), { minLength: 2, maxLength: 5 }), async (parts) => {
        const r = await start(`n_lines ${parts.length}`);
        const events = parts.map(([log, kind]) => {
          const event = LogEvent.from(1, 0, { log });
          if (kind > 0) event.setSlot('log', kind === 1 ? new Text(toBytes(log)) : encodeJson(log));
          return event;
        });
        await r.emit('t', events);
        expect(r.caught.map((c) => c.record)).toEqual([{ log: parts.map(([log]) => log).join('\n') }]);
      }),
      { numRuns: 50 },
    );
  });
});
