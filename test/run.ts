/**
 * `npm test`: everything; `npm run check`: the same without what needs real servers.
 *
 * Servers that tests start are built once and cached; without Java, Maven or Go the tests that need them tell what was left
 * out (with CI=true they fail).
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const quick = process.argv.includes('--check');

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const agent = path.join(root, 'bin', 'sluice');
const steps: Step[] = [
  { name: 'types', command: 'tsc', args: ['--noEmit'] },
  { name: 'lint and format', command: 'biome', args: ['check', '--diagnostic-level=error', '.'] },
  ...(quick ? [] : [{ name: 'servers', command: 'node', args: [path.join('test', 'servers', 'prepare.ts')] }]),
  { name: 'tests', command: 'vitest', args: ['run', ...(quick ? ['src'] : [])] },
  ...(quick
    ? []
    : [{ name: 'conformance', command: 'node', args: [path.join('test', 'conformance', 'check.ts'), agent] }]),
];

const failed: string[] = [];
for (const step of steps) {
  console.log(`\n== ${step.name}`);
  const started = performance.now();
  const { status } = spawnSync(step.command, step.args, { cwd: root, stdio: 'inherit' });
  console.log(
    `== ${step.name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  if (status !== 0) failed.push(step.name);
}
console.log(failed.length === 0 ? '\nall passed' : `\nfailed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
