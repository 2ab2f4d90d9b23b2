/**
 * The page's files. TypeScript is served with its types stripped (each file once); the built package holds JavaScript. Nothing
 * else can be read by name: the list is made at start.
 */
import fs from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export const PAGE_FOLDER = path.join(import.meta.dirname, '..', 'page');

/** Files by their path in URLs: `/` is the page, `/assets/x` the others. */
export function readAssets(folder = PAGE_FOLDER): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const name of fs.readdirSync(folder).sort()) {
    const ending = path.extname(name);
    const type = TYPES[ending];
    if (type === undefined || name.endsWith('.test.ts') || name.endsWith('.d.ts')) continue;
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    // Imports between the files of the page say .ts in the sources and .js in the build; the page itself asks for .js.
    const isTypeScript = ending === '.ts';
    const body = Buffer.from(
      isTypeScript ? stripTypeScriptTypes(text).replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'") : text,
    );
    if (name === 'index.html') assets.set('/', { type, body });
    else assets.set(`/assets/${isTypeScript ? name.replace(/\.ts$/, '.js') : name}`, { type, body });
  }
  return assets;
}
