/**
 * Runs every recorded behaviour and compares with `known-failures.json` (case → reason): a case that fails without being listed is a failure,
 * and so is a listed one that passes or is gone, whose line must go. A case that failed is run once more by itself, since the
 * recordings hold waits that a loaded machine can miss; a wrong behaviour fails twice.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

interface Case {
  readonly name: string;
  readonly ok: boolean;
  readonly diffs: readonly string[];
}

const here = import.meta.dirname;
const agent = process.argv[2] ?? path.join(here, '..', '..', 'bin', 'sluice');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-conformance-'));

function run(filter: string, jobs: number): readonly Case[] {
  const out = path.join(folder, 'report.json');
  const args = ['--agent', agent, '--filter', filter, '--jobs', String(jobs), '--json', out];
  const env = { ...process.env, CONFORMANCE_DIR: path.join(folder, 'work') };
  spawnSync('node', [path.join(here, 'run.mjs'), ...args], { stdio: 'inherit', env });
  return (JSON.parse(fs.readFileSync(out, 'utf8')) as { cases: Case[] }).cases;
}

const known = JSON.parse(fs.readFileSync(path.join(here, 'known-failures.json'), 'utf8')) as Record<string, string>;
const first = run('', 3);
const again = first.filter(({ name, ok }) => !ok && known[name] === undefined).map(({ name }) => name);
const second = again.length === 0 ? [] : run(`^(${again.join('|')})$`, 1);
const cases = first.map((one) => second.find(({ name }) => name === one.name) ?? one);

const problems = cases
  .filter(({ name, ok }) => ok === (known[name] !== undefined))
  .map(({ name, ok, diffs }) => (ok ? `${name} passes and is still listed` : `${name} fails: ${diffs[0] ?? ''}`));
const names = new Set(cases.map(({ name }) => name));
problems.push(...Object.keys(known).flatMap((name) => (names.has(name) ? [] : [`${name} is listed and does not exist`])));

console.log(`\n${cases.filter(({ ok }) => ok).length} of ${cases.length} recorded behaviours match`);
for (const problem of problems) console.log(problem);
console.log(`${cases.length - problems.length} passed, ${problems.length} failed`);
fs.rmSync(folder, { recursive: true, force: true });
process.exit(problems.length === 0 ? 0 : 1);
