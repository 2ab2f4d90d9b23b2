/**
 * `npm run kernel`: compiles assembly/kernel.ts into wasm.ts with a pinned AssemblyScript, fetched for the occasion: 100 MB of compiler are no
 * dependency of anybody else. wasm.ts holds the hash of its source, so that a test notices when it is old.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const COMPILER = 'assemblyscript@0.28.20';
const source = path.join(import.meta.dirname, 'assembly', 'kernel.ts');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-kernel-'));
const out = path.join(folder, 'kernel.wasm');
const flags = '--runtime stub --enable simd --enable bulk-memory --noAssert -O3 --importMemory --use abort=';
execFileSync('npm', ['exec', '--yes', `--package=${COMPILER}`, '--', 'asc', source, ...flags.split(' '), '-o', out], {
  stdio: 'inherit',
});
const hash = createHash('sha256').update(fs.readFileSync(source)).digest('hex');
const base64 = fs.readFileSync(out).toString('base64');
fs.writeFileSync(
  path.join(import.meta.dirname, 'wasm.ts'),
  `/** Made by \`npm run kernel\` with ${COMPILER}; do not edit. */\nexport const SOURCE_SHA256 = '${hash}';\nexport const WASM =\n  '${base64}';\n`,
);
fs.rmSync(folder, { recursive: true });
