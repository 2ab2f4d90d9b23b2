/**
 * `node test/realworld/check.ts FOLDER`: on each configuration `sluice --dry-run` agrees with Fluentd, or names the plugin type
 * that it does not have. Prints a table and a count; exit 1 where one does neither.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type Entry, folderOf, plausibleEnvironment, readManifest } from './manifest.ts';

const bin = path.join(import.meta.dirname, '../../bin/sluice');

/** Fluentd's errors that docs/differences.md names as differences that are kept. */
const ON_PURPOSE = /Could not load sniffer class|must install \w+ gem|getaddrinfo/;

export interface Verdict {
  readonly entry: Entry;
  readonly accepted: boolean;
  readonly errors: readonly string[];
  /** Types that the messages name as unknown. */
  readonly unknown: readonly string[];
  /** How the two verdicts stand to each other. */
  readonly result:
    | 'agrees'
    | 'names the type'
    | 'differs on purpose'
    | 'verdict of another text'
    | 'differs'
    | 'crashes';
}

/**
 * Some verdicts were recorded before the texts got their last form: Fluentd cannot miss a label that stands in the file, nor find one twice
 * that is there once or not at all (both are read off the list of `<label>` sections, and nothing else adds to it).
 */
export function isOfAnotherText(error: string, text: string): boolean {
  const times = (label: string) => text.split('\n').filter((line) => line.trim() === `<label ${label}>`).length;
  const missing = /(@\w+) label not found/.exec(error)?.[1];
  const twice = /Section <label (@\w+)> appears twice/.exec(error)?.[1];
  return (missing !== undefined && times(missing) > 0) || (twice !== undefined && times(twice) < 2);
}

export function dryRun(entry: Entry): Verdict {
  const text = fs.readFileSync(entry.file, 'utf8');
  const first = run(entry, text, 'fetched');
  // A value that may not be empty was set where the configuration runs.
  return first.result === 'differs' && entry.accepted ? run(entry, text, 'all') : first;
}

function run(entry: Entry, text: string, env: 'fetched' | 'all'): Verdict {
  const { status, stdout, stderr } = spawnSync(bin, ['--dry-run', '-c', entry.file], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nowhere', ...plausibleEnvironment(text, env) },
  });
  const errors = `${stderr}\n${stdout}`.split('\n').filter((line) => /config error|^sluice: |\[error\]/.test(line));
  const unknown = [
    ...new Set(
      errors.flatMap(
        (line) => /(?:Unknown )?(\w+ plugin '[^']+')(?: is not supported|\. No plugin)/.exec(line)?.[1] ?? [],
      ),
    ),
  ];
  const accepted = status === 0;
  const result =
    status !== 0 && status !== 1
      ? 'crashes'
      : accepted === entry.accepted
        ? 'agrees'
        : unknown.length > 0
          ? 'names the type'
          : ON_PURPOSE.test(entry.error)
            ? 'differs on purpose'
            : isOfAnotherText(entry.error, text)
              ? 'verdict of another text'
              : 'differs';
  return { entry, accepted, errors, unknown, result };
}

function main(): void {
  const folder = folderOf('real-world dry run');
  if (folder === undefined) return;
  const counts = new Map<string, number>();
  for (const entry of readManifest(folder)) {
    const { accepted, errors, unknown, result } = dryRun(entry);
    counts.set(result, (counts.get(result) ?? 0) + 1);
    const said = (yes: boolean) => (yes ? 'accepts' : 'refuses');
    console.log(
      `${entry.id}  Fluentd ${said(entry.accepted)}  sluice ${said(accepted)}  ${result}  ${unknown.join(', ')}`,
    );
    if (result !== 'differs' && result !== 'crashes') continue;
    if (entry.error !== '') console.log(`     Fluentd: ${entry.error}`);
    for (const line of errors.slice(0, 5)) console.log(`     sluice:  ${line}`);
  }
  const [agrees, names, differs] = ['agrees', 'names the type', 'differs'].map((name) => counts.get(name) ?? 0);
  const [purpose, other, crash] = ['differs on purpose', 'verdict of another text', 'crashes'].map(
    (name) => counts.get(name) ?? 0,
  );
  console.log(
    `\n${agrees} agree, ${names} name a type that is not there, ${purpose} differ on purpose, ${other} have a verdict of another text, ${differs} differ, ${crash} crash`,
  );
  process.exitCode = differs === 0 && !counts.has('crashes') ? 0 : 1;
}

if (import.meta.main) main();
