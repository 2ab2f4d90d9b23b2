import { describe, expect, it } from 'vitest';
import { rig } from '../../../test/plugins/rig.ts';
import type { Value } from '../core/value.ts';

async function kept(filter: string, records: Record<string, Value>[]): Promise<unknown[]> {
  const r = await rig(`<filter **>\n@type grep\n${filter}\n</filter>\n<match **>\n@type capture\n</match>`);
  await r.emit('t', records);
  return r.caught.map((c) => c.record['n']);
}
const section = (name: string, key: string, pattern: string) => `<${name}>\nkey ${key}\npattern ${pattern}\n</${name}>`;
const records = [
  { n: 1, a: 'x', b: 'y' },
  { n: 2, a: 'x', b: 'z' },
  { n: 3, a: 'w', b: 'y' },
  { n: 4, a: null },
];

describe('grep', () => {
  it('lets an event pass whose field cannot be looked up', async () => {
    const nested = [
      { n: 1, a: { b: 'x' } },
      { n: 2, a: { b: 'w' } },
      { n: 3, a: 5 },
      { n: 4, a: ['x'] },
      { n: 5, a: {} },
    ];
    expect(await kept(section('regexp', '$.a.b', '/x/'), nested)).toEqual([1, 3, 4]);
  });

  it.each<[string, string, number[]]>([
    ['all regexps must match', section('regexp', 'a', '/x/') + section('regexp', 'b', '/y/').replace(/^/, '\n'), [1]],
    ['any exclude drops', `${section('exclude', 'a', '/x/')}\n${section('exclude', 'b', '/y/')}`, [4]],
    [
      'and drops where all match',
      `<and>\n${section('exclude', 'a', 'x')}\n${section('exclude', 'b', 'y')}\n</and>`,
      [2, 3, 4],
    ],
    [
      'or keeps where one matches',
      `<or>\n${section('regexp', 'a', '/^w$/')}\n${section('regexp', 'b', '/Z/i')}\n</or>`,
      [2, 3],
    ],
    [
      'and, or and top level together',
      `<or>\n${section('regexp', 'a', 'w')}\n${section('regexp', 'b', 'y')}\n</or>\n${section('exclude', 'n', '/^1$/')}`,
      [3],
    ],
    ['null and missing are empty text', section('regexp', 'b', '/^$/'), [4]],
    ['the old spelling keeps spaces of the pattern', 'regexp1 a [xw]\nexclude1 b ^z', [1, 3]],
  ])('%s', async (_name, filter, expected) => {
    expect(await kept(filter, records)).toEqual(expected);
  });

  it.each([
    [`${section('regexp', 'a', 'x')}\n${section('regexp', 'a', 'y')}`, /Duplicate key: a/],
    [
      `<and>\n${section('regexp', 'a', 'x')}\n${section('exclude', 'b', 'y')}\n</and>`,
      /both <regexp> and <exclude> in <and>/,
    ],
    ['regexp1 a', /does not contain 2 parameters/],
    ['<regexp>\nkey a\n</regexp>', /pattern/],
  ])('refuses %j', async (filter, message) => {
    await expect(kept(filter, [])).rejects.toThrow(message);
  });

  it('matches characters, not bytes', async () => {
    expect(
      await kept(section('regexp', 'a', '/^.$/'), [
        { n: 1, a: 'ä' },
        { n: 2, a: 'ab' },
      ]),
    ).toEqual([1]);
  });
});
