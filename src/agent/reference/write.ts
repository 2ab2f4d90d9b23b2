/** `npm run docs`: writes docs/plugins anew. */
import fs from 'node:fs';
import path from 'node:path';
import { pluginPages } from './markdown.ts';

const folder = path.join(import.meta.dirname, '../../../docs/plugins');
const pages = await pluginPages();
fs.mkdirSync(folder, { recursive: true });
for (const name of fs.readdirSync(folder)) if (!pages.has(name)) fs.rmSync(path.join(folder, name));
for (const [name, text] of pages) fs.writeFileSync(path.join(folder, name), text);
console.log(`${pages.size} files in docs/plugins`);
