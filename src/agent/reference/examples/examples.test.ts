/** Each example of the reference is accepted without a word by what a dry run does, and parses, filters and writes what it says. */
import { describe, expect, it } from 'vitest';
import { dryRun, formatterOf, parserOf, rig } from '../../../../test/plugins/rig.ts';
import type { Hash } from '../../../pipeline/core/value.ts';
import type { Kind } from '../../registry.ts';
import { registry } from '../../registry.ts';
import type { Example } from './example.ts';
import { examples } from './index.ts';

/** Refused, whatever the configuration says. */
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  filter: ['geoip'],
};
const END = '<match **>\n@type null\n</match>\n';

function whole(kind: Kind, config: string): string {
  if (kind === 'parser')
    return whole('input', `<source>\n@type tail\npath /x/*.log\npos_file /x/pos\ntag t\n${config}\n</source>`);
  if (kind === 'formatter') return `<match **>\n@type file\npath /tmp/example\n${config}\n</match>`;
  if (kind === 'output' || config.includes('<match ')) return config;
  return `${config}\n${END}`;
}

/** The parameters inside of a section. */
const inside = (config: string) => config.split('\n').slice(1, -1).join('\n');

for (const kind of Object.keys(registry) as Kind[])
  describe(kind, () => {
    it('every plugin has an example', () => {
      const types = Object.keys(registry[kind]).filter((type) => !WITHOUT[kind]?.includes(type));
      expect(Object.keys(examples[kind]).sort()).toEqual(types.sort());
    });

    it.each(Object.entries(examples[kind]))('%s: nothing to complain about', async (_type, { config }) => {
      expect(await dryRun(whole(kind, config))).toEqual([]);
    });

    const working = Object.entries(examples[kind]).filter(([, { records, text }]) => records ?? text);
    it.runIf(working.length > 0).each(working)('%s: does what it says', async (_type, example) => {
      if (kind === 'parser') await parses(example);
      else if (kind === 'formatter') await writes(example);
      else await filters(example);
    });
  });

async function parses({ config, lines = [], records, time }: Example): Promise<void> {
  const parser = await parserOf(inside(config));
  expect(lines.flatMap((line) => parser.parse(line))).toEqual(records);
  if (time !== undefined) expect(parser.time(lines.at(-1)!)).toBe(time);
}

async function writes({ config, given, text }: Example): Promise<void> {
  const format = await formatterOf(inside(config));
  expect(format(given![0] as Hash)).toBe(text);
}

async function filters({ config, given, records }: Example): Promise<void> {
  const r = await rig(`${config}\n<match **>\n@type capture\n</match>`);
  await r.emit('app.web', given as Hash[]);
  expect(r.caught.map(({ record }) => record)).toEqual(records);
  await r.stop();
}
