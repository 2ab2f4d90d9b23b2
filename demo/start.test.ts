/** What `npm start -- --once` runs, as a newcomer sees it: exit code and summary. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const MINUTES = 60_000;

it('ships a fixed number of lines exactly once and ends with 0', { timeout: 5 * MINUTES }, async () => {
  const { scripts } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  // Rejects when the command ends with anything but 0.
  const { stdout } = await promisify(execFile)('sh', ['-c', `${scripts.start} --once`], {
    cwd: root,
    timeout: 4 * MINUTES,
  });
  expect(stdout).toContain('every line arrived exactly once');
  const number = (name: string) => Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(stdout)?.[1]);
  expect(number('lines written')).toBeGreaterThan(1000);
  expect(number('documents stored')).toBe(number('lines written'));
  expect(number('missing')).toBe(0);
  expect(number('doubled')).toBe(0);
  expect(stdout).toContain(
    'exact text       4 of 4 containers of the job (driver 1, jobmanager 1, taskmanager 1, taskmanager 2)',
  );
  expect(stdout).toMatch(/rotations [1-9]/);
});
