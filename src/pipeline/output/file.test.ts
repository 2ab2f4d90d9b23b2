import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { rig } from '../../../test/plugins/rig.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

it('the symlink follows the newest file, even over one that a crash left', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-file-'));
  folders.push(folder);
  const link = path.join(folder, 'links', 'newest');
  fs.mkdirSync(path.dirname(link));
  fs.symlinkSync('nowhere', `${link}.next`);
  const r = await rig(
    `<match **>\n@type file\npath ${folder}/out\nsymlink_path ${link}\n<format>\n@type json\n</format>\n<buffer []>\n@type memory\nflush_mode immediate\n</buffer>\n</match>`,
  );
  for (const n of [1, 2]) {
    await r.emit('t', [{ n }]);
    await expect.poll(() => read(link), { timeout: 10_000 }).toBe(`{"n":${n}}\n`);
  }
  expect(fs.readdirSync(path.dirname(link))).toEqual(['newest']);
  await r.stop();
});

function read(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}
