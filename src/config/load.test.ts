import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { Problems, problemText } from './problems.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'config-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
  return file;
}

async function load(file: string) {
  const problems = new Problems();
  const root = await loadConfig(file, (ruby) => ruby, problems);
  return { names: root.children.map((child) => child.name), problems: problems.list.map(problemText) };
}

it('includes the files of a mounted configmap once, in the order of their names', async () => {
  // Kubernetes mounts a configmap as links into a hidden folder.
  write('d/..2024/b.conf', '<b>\n</b>\n');
  write('d/..2024/a.conf', '<a>\n</a>\n');
  write('d/sub/c.conf', '<c>\n</c>\n');
  fs.symlinkSync('..2024', path.join(folder, 'd/..data'));
  for (const name of ['b.conf', 'a.conf']) fs.symlinkSync(`..data/${name}`, path.join(folder, 'd', name));
  expect(await load(write('fluent.conf', '@include d/*.conf\n'))).toEqual({ names: ['a', 'b'], problems: [] });
  expect(await load(write('all.conf', '@include d/**/*.conf\n@include none.conf\n'))).toEqual({
    names: ['a', 'b', 'c'],
    problems: [],
  });
});

it('tells an include that cannot be read', async () => {
  fs.mkdirSync(path.join(folder, 'folder.conf'));
  const { problems } = await load(write('fluent.conf', '\n@include folder.conf\n'));
  expect(problems[0]).toContain('fluent.conf:2: include error folder.conf - EISDIR');
});

it.each(['x.yaml', 'x.yml'])('reads %s as YAML', async (name) => {
  expect((await load(write(name, 'config:\n  - source: {$type: a}\n'))).names).toEqual(['source']);
});

it('fails where the file itself is missing', async () => {
  await expect(load(path.join(folder, 'none.conf'))).rejects.toThrow('ENOENT');
});
