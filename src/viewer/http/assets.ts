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

/** Code that page and server share. */
const SHARED = [path.join(import.meta.dirname, '..', 'read', 'level')];

/** Files by their path in URLs: `/` is the page, `/assets/x` the others. */
export function readAssets(folder = PAGE_FOLDER): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  const shared = SHARED.map((file) => (fs.existsSync(`${file}.ts`) ? `${file}.ts` : `${file}.js`));
  for (const file of [...fs.readdirSync(folder).map((name) => path.join(folder, name)), ...shared]) {
    const name = path.basename(file);
    const ending = path.extname(name);
    const type = TYPES[ending];
    if (type === undefined || name.endsWith('.test.ts') || name.endsWith('.d.ts')) continue;
    const text = fs.readFileSync(file, 'utf8');
    const body = Buffer.from(ending === '.ts' || ending === '.js' ? script(text, ending) : text);
    assets.set(name === 'index.html' ? '/' : `/assets/${name.replace(/\.ts$/, '.js')}`, { type, body });
  }
  return assets;
}

/** Imports say where a file lies in the sources; for the browser all lie side by side, as JavaScript. */
function script(text: string, ending: string): string {
  const code = ending === '.ts' ? stripTypeScriptTypes(text) : text;
  return code.replaceAll(/(from\s*')\.\.?\/(?:read\/)?([\w-]+)\.[tj]s'/g, "$1./$2.js'");
}
