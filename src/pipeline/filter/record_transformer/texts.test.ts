import { expect, it } from 'vitest';
import { rig } from '../../../../test/plugins/rig.ts';

async function transformed(params: string, record: object) {
  const r = await rig(
    `<filter **>\n@type record_transformer\n${params}\n</filter>\n<match **>\n@type capture\n</match>`,
  );
  await r.emit('a.b', [record as never]);
  return { record: r.caught[0]?.record, logs: r.logs };
}

it('without Ruby, capitals between underscores are unknown placeholders: null, or nothing inside of text', async () => {
  const { record, logs } = await transformed('<record>\nx __HOST__\ny a __TAG__ ${tag}\nz __low__\n</record>', {});
  expect(record).toEqual({ x: null, y: 'a  a.b', z: '__low__' });
  expect(logs.filter((line) => line.includes('unknown placeholder `__'))).toHaveLength(2);
});

it('with Ruby, each text is a string literal: escapes and #{…} count even where there is no ${…}', async () => {
  const params = 'enable_ruby true\n<record>\nx a\\tb\ny C:\\dir\nz #{tag}\nw __HOST__\nk\\t v\n</record>';
  const { record } = await transformed(params, {});
  expect(record).toEqual({ x: 'a\tb', y: 'C:dir', z: 'a.b', w: '__HOST__', 'k\t': 'v' });
});

it('without Ruby, escapes and #{…} are text', async () => {
  const { record } = await transformed('<record>\nx a\\tb\nz #{tag}\n</record>', {});
  expect(record).toEqual({ x: 'a\\tb', z: '#{tag}' });
});
