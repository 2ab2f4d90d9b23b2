/**
 * `node test/realworld/run.ts FOLDER`: each configuration with an Elasticsearch output that Fluentd accepts runs here: started with its
 * files in a folder of its own and its cluster on 127.0.0.1, fed one line per followed file, the documents arrive. Prints a table
 * and the share; exit 1 below 95 %.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { RecordingPlugins, type Source } from '../../src/agent/casetest/recording.ts';
import { CaseRunner } from '../../src/agent/casetest/run.ts';
import { readConfiguration } from '../../src/agent/commands/offline.ts';
import { ROOT, routeOf } from '../../src/agent/explain/route.ts';
import { sectionsOf } from '../../src/agent/graph.ts';
import { typeOf } from '../../src/agent/host.ts';
import { toBytes } from '../../src/pipeline/core/value.ts';
import type { Parser } from '../../src/pipeline/plugin.ts';
import { dryRun } from './check.ts';
import { startEndpoint } from './endpoint.ts';
import { candidates } from './lines.ts';
import { type Entry, folderOf, plausibleEnvironment, readManifest } from './manifest.ts';
import { redirect, type TailSource } from './redirect.ts';

const bin = path.join(import.meta.dirname, '../../bin/sluice');
/** concat lets go of parts after a minute. */
const WAIT_MS = 80_000;

interface Outcome {
  readonly result: 'runs' | 'fails';
  readonly told: string;
}

/** The first line of the known kinds that comes through the whole configuration to a cluster, or that the source's own parser takes. */
async function lineFor(
  runner: CaseRunner,
  plugins: RecordingPlugins,
  source: Source | undefined,
  { tag }: TailSource,
  marker: string,
): Promise<string | undefined> {
  const all = candidates(marker);
  const parser = source?.parser;
  if (parser === undefined) return all[0];
  // What kubernetes_metadata tells while its API is away: what the tag says.
  const pod = /var\.log\.pods\.([^_]+)_([^_]+)_/.exec(tag);
  plugins.kubernetes =
    pod !== null
      ? { namespace_name: pod[1]!, pod_name: pod[2]! }
      : tag.includes('var.log.containers.')
        ? { namespace_name: 'default', pod_name: 'web-0', container_name: 'app' }
        : undefined;
  for (const line of all) {
    await runner.feed(source!, tag, [line]);
    const through = plugins.arrived.some(
      ({ type, record }) =>
        /^(?:elasticsearch|opensearch)/.test(type) && JSON.stringify(record, plain).includes(marker),
    );
    if (through) return line;
  }
  return all.find((line) => takes(parser, line, marker));
}

const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value);

function takes(parser: Parser, line: string, marker: string): boolean {
  let taken = false;
  try {
    parser.parse(toBytes(line), (event) => {
      taken ||= event?.toJson().includes(marker) === true;
    });
  } catch {
    return false;
  }
  return taken || parser.firstLine?.(toBytes(line)) === true;
}

async function runOne(entry: Entry): Promise<Outcome> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-real-'));
  const endpoint = await startEndpoint();
  try {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      SLUICE_SOCKET: path.join(folder, 'tap.sock'),
      ...plausibleEnvironment(fs.readFileSync(entry.file, 'utf8'), 'all'),
    };
    const plugins = new RecordingPlugins();
    const configuration = await readConfiguration(entry.file, env, plugins);
    const { text, root, sources } = await redirect(configuration.root, folder, endpoint.port);
    const runner = new CaseRunner({ ...configuration, root }, plugins, env);
    const sections = sectionsOf(root, 0, configuration.system.workers, () => undefined);
    const file = path.join(folder, 'fluent.conf');
    fs.writeFileSync(file, text);
    const fed = sources.map((source, i) => ({
      source,
      marker: `marker-${i}-of-${entry.id}`,
      reaches: reachesCluster(source, sections),
      parser: plugins.sources.find(({ element }) => element === source.element),
    }));
    for (const { source } of fed) fs.mkdirSync(path.dirname(source.file), { recursive: true });
    const problems: string[] = [];
    const sent = new Set<string>();
    for (const { source, marker, parser } of fed) {
      const line = await lineFor(runner, plugins, parser, source, marker);
      if (line === undefined) problems.push(`no line is known that fits ${source.tag}`);
      // The second line ends a record of several lines.
      else {
        sent.add(marker);
        fs.appendFileSync(source.file, `${line}\n${line.replaceAll(marker, 'second')}\n`);
      }
    }
    const expected = fed.filter(({ reaches, marker }) => reaches && sent.has(marker)).map(({ marker }) => marker);
    return await observe(file, env, expected, endpoint.has, problems, fed.length);
  } catch (error) {
    return { result: 'fails', told: (error as Error).message };
  } finally {
    await endpoint.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function reachesCluster(source: TailSource, sections: Parameters<typeof routeOf>[0]): boolean {
  return routeOf(sections, source.tag, source.label ?? ROOT).some(({ steps }) =>
    steps.some(({ element }) =>
      /^(?:elasticsearch|opensearch|rewrite_tag_filter|detect_exceptions)/.test(typeOf(element) ?? ''),
    ),
  );
}

async function observe(
  file: string,
  env: Record<string, string>,
  expected: readonly string[],
  has: (text: string) => boolean,
  problems: readonly string[],
  sources: number,
): Promise<Outcome> {
  const agent = spawn(bin, ['-c', file, '--no-metrics'], {
    env,
    cwd: path.dirname(file),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  agent.stdout.on('data', (part: Buffer) => (output += part.toString()));
  agent.stderr.on('data', (part: Buffer) => (output += part.toString()));
  let code: number | null | undefined;
  const ended = new Promise<void>((resolve) =>
    agent.once('exit', (status) => {
      code = status;
      resolve();
    }),
  );
  const until = Date.now() + WAIT_MS;
  const missing = () => expected.filter((marker) => !has(marker));
  while (code === undefined && Date.now() < until && (missing().length > 0 || !output.includes('is now running'))) {
    // Buffers that wait for their time are told to flush.
    if (output.includes('is now running')) agent.kill('SIGUSR1');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (process.argv.includes('--verbose')) console.log(output);
  if (code !== undefined) return { result: 'fails', told: `ended with ${code}: ${lastError(output)}` };
  agent.kill('SIGTERM');
  await ended;
  const lost = [...missing(), ...problems];
  if (lost.length > 0) return { result: 'fails', told: `${lost.join('; ')}: ${lastError(output)}` };
  return { result: 'runs', told: `${expected.length} of ${sources} followed files lead to the cluster` };
}

function lastError(output: string): string {
  const lines = output.split('\n').filter((line) => /config error|\[error\]|\[warn\]/.test(line));
  const worst =
    lines.findLast((line) => /error/.test(line)) ??
    lines.at(-1) ??
    output.split('\n').find((line) => line.startsWith('sluice: ')) ??
    output.trimEnd().split('\n').at(-1);
  return (worst ?? '').slice(0, 300);
}

/** Plugins that Fluentd had to be given as stubs to accept the configuration, and that are not here either. */
function foreignTypes(entry: Entry): string[] {
  if (entry.stubbed.length === 0) return [];
  const stubs = entry.stubbed.map((name) => name.replace(/^(\w+):(.*)$/, "$1 plugin '$2'"));
  return dryRun(entry).unknown.filter((name) => stubs.includes(name));
}

async function main(): Promise<void> {
  const folder = folderOf('real-world run');
  if (folder === undefined) return;
  const only = process.argv.find((arg) => arg.startsWith('--only='))?.slice(7);
  const entries = readManifest(folder).filter((e) => e.es && e.accepted && (only === undefined || e.id === only));
  let good = 0;
  let leftOut = 0;
  for (const entry of entries) {
    const foreign = foreignTypes(entry);
    if (foreign.length > 0) {
      leftOut++;
      console.log(`${entry.id}  left out  ${foreign.join(', ')}: no part of a usual image, and not built in`);
      continue;
    }
    const { result, told } = await runOne(entry);
    if (result === 'runs') good++;
    console.log(`${entry.id}  ${result}  ${told}`);
  }
  const tried = entries.length - leftOut;
  const share = tried === 0 ? 1 : good / tried;
  console.log(`\n${good} of ${tried} run (${(share * 100).toFixed(1)} %)`);
  process.exitCode = share >= 0.95 ? 0 : 1;
}

await main();
