/**
 * Runs the recorded behaviours whose plugins are there and compares with `known-failures.json`: a case that fails without being listed is a
 * failure, and so is a listed one that passes (then its line must go).
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const here = import.meta.dirname;
const agent = process.argv[2] ?? path.join(here, '..', '..', 'bin', 'sluice');
const AREAS = '^(config|routing|record_transformer|e2e)/';

interface Report {
  readonly cases: readonly { readonly name: string; readonly ok: boolean; readonly diffs: readonly string[] }[];
}

function run(filter: string): Report {
  const out = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-conformance-')), 'report.json');
  spawnSync('node', [path.join(here, 'run.mjs'), '--agent', agent, '--filter', filter, '--jobs', '2', '--json', out], { stdio: 'inherit' });
  return JSON.parse(fs.readFileSync(out, 'utf8')) as Report;
}

const known = JSON.parse(fs.readFileSync(path.join(here, 'known-failures.json'), 'utf8')) as Record<string, string>;
const { cases } = run(AREAS);
const problems: string[] = [];
for (const { name, ok, diffs } of cases) {
  if (!ok && known[name] === undefined) problems.push(`${name} fails: ${diffs[0] ?? ''}`);
}
const passed = cases.filter((one) => one.ok).length;
console.log(`\n${passed} of ${cases.length} recorded behaviours match; ${Object.keys(known).length} are known not to yet`);
for (const problem of problems) console.log(problem);
console.log(`${cases.length - problems.length} passed, ${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);
