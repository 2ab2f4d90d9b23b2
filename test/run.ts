/**
 * `npm test`: everything; `npm run check`: types, lint and what lies beside the code.
 *
 * Servers that tests start are built once and cached, beside the first tests, which need none; without Java, Maven or Go the tests
 * that need them tell what was left out (with CI=true they fail). Each part runs whatever came of the others, and the last
 * lines say which failed.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { leftOut } from './servers/available.ts';

const root = path.join(import.meta.dirname, '..');
const quick = process.argv.includes('--check');

interface Part {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const types: Part = { name: 'types', command: 'tsc', args: ['--noEmit'] };
const lint: Part = { name: 'lint and format', command: 'biome', args: ['check', '--diagnostic-level=error', '.'] };
const servers: Part = { name: 'servers', command: 'node', args: ['test/servers/prepare.ts', '--quick'] };
const units: Part = { name: 'unit tests', command: 'vitest', args: ['run', '--project', 'unit'] };
const systems: Part = { name: 'system tests', command: 'vitest', args: ['run', '--project', 'system'] };
const recorded: Part = {
  name: 'recorded behaviours',
  command: 'node',
  args: ['test/conformance/check.ts', path.join(root, 'bin', 'sluice')],
};

/** Parts of one row run side by side. */
const rows: readonly (readonly Part[])[] = quick
  ? [[types], [lint], [units]]
  : [[types], [lint], [servers, units], [systems], [recorded]];

const env = { ...process.env, SLUICE_LEFT_OUT: 'told' };

async function run({ name, command, args }: Part): Promise<boolean> {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const status = await new Promise<number | null>((resolve) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', (error) => {
      console.error(error.message);
      resolve(null);
    });
    child.once('exit', resolve);
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
  return status === 0;
}

const failed: string[] = [];
let passed = 0;
for (const row of rows) {
  const results = await Promise.all(row.map(run));
  for (const [i, part] of row.entries()) results[i] ? passed++ : failed.push(part.name);
}
if (!quick) for (const line of leftOut()) console.log(line);
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
console.log(`\nparts: ${passed} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
