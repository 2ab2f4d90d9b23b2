/**
 * `npm run bench -- [--lines N] [--runs N] [--only NAME] [--cpu-prof DIR]`: documents per CPU-second of the agent beside the I/O floor of the same run.
 *
 * Guarantees: CPU time is the agent's own process tree's, from /proc, start-up included; the endpoint is a process of its own and
 * every run must deliver exactly the lines of the corpus, a sample of them checked in full. Floor and scenario take turns, and
 * medians are told. Exit code 1: a ratio goal is missed or documents are missing or wrong. Absolute goals are shown only: machines differ.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { KubernetesStub } from '../test/kubernetes/stub.ts';
import { type Corpus, dockerCorpus, NAMESPACE, podObject } from './corpus.ts';
import { type Usage, usage } from './measure.ts';
import { type Scenario, scenarios } from './scenarios.ts';

interface Run extends Usage {
  readonly scenario: string;
  /** Seconds. */
  readonly wall: number;
  readonly bytesSent: number;
  readonly perCpuSecond: number;
}
interface Seen {
  readonly documents: number;
  readonly bytes: number;
  readonly sampled: number;
  readonly wrong: number;
  readonly example: string;
}

const NODE = 'bench-node';
const here = import.meta.dirname;
const { values: options } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    'cpu-prof': { type: 'string' },
  },
});
const lines = Number(options.lines);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-bench-'));

async function startSink(): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [path.join(here, 'sink.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, port: Number(line.toString()) };
}

async function seen(port: number): Promise<Seen> {
  return (await (await fetch(`http://127.0.0.1:${port}/_seen`)).json()) as Seen;
}

/** `bytes`: what the agent sent for the same lines. */
async function floor(corpus: Corpus, bytes: number): Promise<Run> {
  const growth = String(Math.max(1, bytes / corpus.bytes));
  const sink = await startSink();
  const out = path.join(work, 'floor.out');
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [path.join(here, 'floor.ts'), String(sink.port), out, growth, ...corpus.files],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  await once(child.stdout!, 'data');
  const run = await finish('floor', child.pid!, sink.port, started, corpus);
  child.stdin!.end();
  await once(child, 'exit');
  await end(sink.child);
  fs.unlinkSync(out);
  return run;
}

async function agent(scenario: Scenario, corpus: Corpus, api: string): Promise<Run> {
  const sink = await startSink();
  const dir = fs.mkdtempSync(path.join(work, 'agent-'));
  // The names of pods are read from tags that hold var.log.containers.
  fs.mkdirSync(path.join(dir, 'var', 'log'), { recursive: true });
  fs.symlinkSync(path.join(work, 'containers'), path.join(dir, 'var', 'log', 'containers'));
  const config = path.join(dir, 'sluice.conf');
  const template = fs.readFileSync(path.join(here, 'scenarios', scenario.folder, 'sluice.conf'), 'utf8');
  const fill = { DIR: dir, API: api, PORT: String(sink.port), COMPRESSION: 'no_compression', ...scenario.variables };
  fs.writeFileSync(
    config,
    template.replace(/@([A-Z]+)@/g, (whole, name: string) => fill[name as keyof typeof fill] ?? whole),
  );
  const log = fs.openSync(path.join(dir, 'log'), 'w');
  const profile = options['cpu-prof'];
  const started = performance.now();
  const child = spawn(path.join(here, '..', 'bin', 'sluice'), ['-c', config, '--no-metrics'], {
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      K8S_NODE_NAME: NODE,
      FLUENT_HOSTNAME: NODE,
      ...(profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${path.resolve(profile)}` }),
    },
  });
  try {
    const limit = performance.now() + 300_000;
    while ((await seen(sink.port)).documents < lines) {
      if (performance.now() > limit || child.exitCode !== null)
        throw new Error(`not all lines arrived:\n${fs.readFileSync(path.join(dir, 'log'), 'utf8').slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return await finish(scenario.name, child.pid!, sink.port, started, corpus);
  } finally {
    await end(child);
    await end(sink.child);
    fs.closeSync(log);
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

async function finish(name: string, pid: number, port: number, started: number, corpus: Corpus): Promise<Run> {
  const used = usage(pid);
  const wall = (performance.now() - started) / 1000;
  const got = await seen(port);
  if (got.documents !== corpus.lines) throw new Error(`${name}: ${got.documents} documents instead of ${corpus.lines}`);
  if (got.wrong > 0) throw new Error(`${name}: ${got.wrong} of ${got.sampled} sampled documents wrong: ${got.example}`);
  return { scenario: name, wall, bytesSent: got.bytes, perCpuSecond: corpus.lines / used.cpu, ...used };
}

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

const k = (n: number) => `${Math.round(n / 1000)} k`;
const mib = (n: number) => `${Math.round(n / 1024 ** 2)} MiB`;

function summary(runs: readonly Run[]) {
  const of = (name: string, field: 'perCpuSecond' | 'peakRss' | 'wall' | 'bytesSent') =>
    median(runs.filter((run) => run.scenario === name).map((run) => run[field]));
  const base = of('floor', 'perCpuSecond');
  return [{ name: 'floor', goal: undefined, share: undefined }, ...chosen].map((scenario) => {
    const speed = of(scenario.name, 'perCpuSecond');
    return {
      scenario: scenario.name,
      'documents/CPU-s': k(speed),
      goal: scenario.goal === undefined ? '' : k(scenario.goal),
      'of floor': `${((speed / base) * 100).toFixed(1)} %`,
      'goal of floor': scenario.share === undefined ? '' : `${scenario.share * 100} %`,
      'peak RSS': mib(of(scenario.name, 'peakRss')),
      wall: `${of(scenario.name, 'wall').toFixed(1)} s`,
      sent: mib(of(scenario.name, 'bytesSent')),
      missed: scenario.share !== undefined && speed / base < scenario.share,
    };
  });
}

const chosen = scenarios.filter((scenario) => options.only === undefined || scenario.name === options.only);
const api = await new KubernetesStub().up();
const runs: Run[] = [];
try {
  const corpus = dockerCorpus(path.join(work, 'containers'), lines, 200, 8);
  api.apply('namespaces', { metadata: { name: NAMESPACE, uid: 'f2b8c7d1-1111-4222-8333-000000000001' } });
  for (const [i, pod] of corpus.pods.entries()) api.apply('pods', podObject(pod, i, NODE));
  for (let i = 0; i < Number(options.runs); i++) {
    const round: Run[] = [];
    for (const scenario of chosen) round.push(await agent(scenario, corpus, api.url));
    runs.push(await floor(corpus, Math.max(...round.map((run) => run.bytesSent))), ...round);
    console.log(
      runs
        .slice(-chosen.length - 1)
        .map((r) => `${r.scenario} ${k(r.perCpuSecond)}`)
        .join(', '),
    );
  }
} finally {
  await api.down();
  fs.rmSync(work, { recursive: true, force: true });
}
const table = summary(runs);
console.table(Object.fromEntries(table.map(({ scenario, missed, ...row }) => [scenario, row])));
const date = new Date().toISOString();
const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, memory: os.totalmem(), kernel: os.release() };
const load = os.loadavg();
const file = path.join(here, 'results', `${date.replace(/[:.]/g, '-')}.json`);
fs.mkdirSync(path.dirname(file), { recursive: true });
fs.writeFileSync(
  file,
  `${JSON.stringify({ date, node: process.version, machine, load, lines, table, runs }, null, 2)}\n`,
);
console.log(`written: ${path.relative(process.cwd(), file)}`);
for (const row of table)
  if (row.missed)
    console.log(`missed: ${row.scenario} reaches ${row['of floor']} of the floor, goal ${row['goal of floor']}`);
process.exitCode = table.some((row) => row.missed) ? 1 : 0;
