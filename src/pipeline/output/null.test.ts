import { afterEach, expect, it } from 'vitest';
import { type Rig, rig } from '../../../test/plugins/rig.ts';

const running: Rig[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
const start = async (text: string) => {
  const one = await rig(text);
  running.push(one);
  return one;
};

it('takes everything, with a buffer where one is configured', async () => {
  for (const buffer of ['', '<buffer>\nflush_mode immediate\n</buffer>']) {
    const one = await start(`<match **>\n@type null\n${buffer}\n</match>`);
    await one.emit('t', [{ a: 1 }]);
    expect(one.errors).toEqual([]);
    expect(one.logs.filter((line) => line.includes('failed'))).toEqual([]);
  }
});

it('never_flush: events go to the error stream, chunks are tried again and then to the secondary', async () => {
  const direct = await start('<match **>\n@type null\nnever_flush true\n</match>');
  await direct.emit('t', [{ a: 1 }]);
  expect(direct.errors).toEqual([{ tag: 't', json: '{"a":1}', error: 'failed to flush' }]);
  const buffer = '<buffer>\nflush_mode immediate\nretry_wait 0.01\nretry_max_times 1\nretry_type periodic\n</buffer>';
  const one = await start(
    `<match **>\n@type null\nnever_flush true\n${buffer}\n<secondary>\n@type null\n</secondary>\n</match>`,
  );
  await one.emit('t', [{ a: 1 }]);
  await expect
    .poll(() => one.logs.some((line) => line.includes('retry succeeded by secondary')), { timeout: 20_000 })
    .toBe(true);
});
