import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { registry } from '../registry.ts';
import { pluginPages } from './markdown.ts';

const folder = path.join(import.meta.dirname, '../../../docs/plugins');

it('docs/plugins is what the schemas say (else: npm run docs)', async () => {
  const pages = await pluginPages();
  expect(fs.readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) expect(fs.readFileSync(path.join(folder, name), 'utf8'), name).toBe(text);
});

it('every plugin has a page, and every parameter a meaning', async () => {
  const pages = await pluginPages();
  const count = Object.values(registry).flatMap(Object.keys).length;
  // The list and the page of the buffer.
  expect(pages.size).toBe(count + 2);
  for (const [name, text] of pages) expect(text, name).not.toMatch(/\| {2}\| [^|]*\|$/m);
});
