/**
 * `npm run bench -- [--lines N] [--runs N] [--only TEXT] [--seconds N] [--peers] [--cpu-prof DIR]`: every workload beside its goal.
 *
 * Guarantees: CPU time is the agent's own process tree's, from /proc, start-up included where a backlog is worked off; the endpoint is a process of its own and every
 * run must deliver exactly the documents of its corpus, a sample of them checked in full. Floor and scenarios take turns, and medians are told.
 * Exit code 1: a ratio goal is missed or documents are missing or wrong. Absolute goals are shown only: machines differ.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { KubernetesStub } from '../test/kubernetes/stub.ts';
import { agent, floor, type Run } from './backlog.ts';
import { type Corpus, docker, type Kind, NAMESPACE, podNames, podObject, writeCorpus } from './corpus.ts';
import { type PeerRun, present, runPeer } from './peers.ts';
import { NODE } from './processes.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { latencies, startUp, steady } from './steady.ts';
import { k, median, mib, percent, printTable, type Row, row } from './table.ts';

const { values: options } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    peers: { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
  },
});
const lines = Number(options.lines);
const runs = Number(options.runs);
const seconds = Number(options.seconds);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-bench-'));
const wanted = (name: string) => options.only === undefined || name.startsWith(options.only);

const api = await new KubernetesStub().up();
const measured: Run[] = [];
const peerRuns: PeerRun[] = [];
const rows: Row[] = [];
const common = { api: api.url, work, profile: options['cpu-prof'] };

async function backlogs(): Promise<void> {
  const chosen = scenarios.filter(({ name }) => wanted(name));
  // One corpus at a time: the disk of a small machine may not hold all of them.
  for (const kind of new Set(chosen.map(({ corpus }) => corpus))) {
    const own = chosen.filter(({ corpus }) => corpus === kind);
    const corpus = newCorpus(kind, lines);
    for (let i = 0; i < runs; i++) measured.push(...(await turn(own, corpus.folder, corpus)));
    if (options.peers && kind === docker) await peers(corpus);
    fs.rmSync(corpus.folder, { recursive: true });
    for (const scenario of own) rows.push(...backlogRows(scenario));
    if (kind === docker) rows.push(...peerRows());
  }
}

/** Once each: most of them need minutes for what takes us seconds. */
async function peers(corpus: Corpus & { folder: string }): Promise<void> {
  for (const peer of present()) {
    peerRuns.push(await runPeer(peer, corpus, corpus.folder, api.url, work));
    console.log(`${peer.command} ${k(peerRuns.at(-1)!.perCpuSecond)}`);
  }
}

function peerRows(): Row[] {
  const own = median(measured.filter(({ scenario }) => scenario === 'A docker json').map((run) => run.perCpuSecond));
  return peerRuns.map(({ name, version, perCpuSecond, peakRss, times }) => {
    const details = `${name} ${version}: ${k(perCpuSecond)} lines/CPU-s, peak RSS ${mib(peakRss)}`;
    return row(`A: times ${name}`, own / perCpuSecond, times ?? 1, (n) => `${n.toFixed(1)} ×`, {
      isRatio: true,
      details,
    });
  });
}

function newCorpus(kind: Kind, count: number): Corpus & { folder: string } {
  const folder = fs.mkdtempSync(path.join(work, 'containers-'));
  return { ...writeCorpus(folder, kind, count, 8), folder };
}

/** Each scenario of a corpus once, and the floor beside those whose goal is a share of it. */
async function turn(own: readonly Scenario[], logs: string, corpus: Corpus): Promise<Run[]> {
  const round: Run[] = [];
  for (const { name, folder, variables, share } of own) {
    const run = await agent(name, { ...common, scenario: folder, variables, logs }, folder, corpus);
    round.push(run);
    if (share !== undefined)
      round.push({ ...(await floor(corpus, run.bytesSent, work)), scenario: `floor of ${name}` });
  }
  console.log(round.map((run) => `${run.scenario} ${k(run.perCpuSecond)}`).join(', '));
  return round;
}

function backlogRows({ name, goal, share }: Scenario): Row[] {
  const of = (scenario: string, field: 'perCpuSecond' | 'peakRss' | 'wall') =>
    median(measured.filter((run) => run.scenario === scenario).map((run) => run[field]));
  const speed = of(name, 'perCpuSecond');
  const details = `lines/CPU-s; peak RSS ${mib(of(name, 'peakRss'))}, ${of(name, 'wall').toFixed(1)} s`;
  const found = [row(name, speed, goal, k, { details })];
  if (share === undefined) return found;
  const base = of(`floor of ${name}`, 'perCpuSecond');
  return [
    ...found,
    row(`${name}: of the floor`, speed / base, share, percent, { isRatio: true, details: `floor ${k(base)}` }),
  ];
}

async function loads(): Promise<void> {
  const options = { ...common, scenario: 'docker-json' };
  const hundredths = (n: number) => `${n.toFixed(3)} cores`;
  const e = 'E 10 000 lines/s, 100 pods';
  if (wanted(e)) {
    const load = await steady(options, 100, 10_000, seconds);
    rows.push(
      row(e, load.cores, 0.06, hundredths, { most: true, details: `${Math.round(load.linesPerSecond)} lines/s` }),
    );
    rows.push(row(`${e}: RSS`, load.rss, 96 * 1024 ** 2, mib, { most: true }));
  }
  const f = 'F idle, 250 pods';
  if (wanted(f)) {
    const load = await steady(options, 250, 0, seconds);
    rows.push(row(f, load.cores, 0.005, (n) => `${(n * 100).toFixed(2)} % of a core`, { most: true }));
    rows.push(row(`${f}: RSS`, load.rss, 80 * 1024 ** 2, mib, { most: true }));
  }
}

async function catchUp(): Promise<void> {
  const g = 'G catch-up, 2 workers';
  if (!wanted(g)) return;
  const corpus = newCorpus(docker, lines * 2);
  const run = (scenario: string) =>
    agent(`G ${scenario}`, { ...common, scenario, logs: corpus.folder }, 'docker-json', corpus);
  const found = { one: [] as Run[], two: [] as Run[] };
  for (let i = 0; i < Math.min(runs, 3); i++) {
    found.one.push(await run('docker-json'));
    found.two.push(await run('workers'));
  }
  measured.push(...found.one, ...found.two);
  const of = (workers: 'one' | 'two', field: 'wall' | 'cpu' | 'perCpuSecond' | 'sinkCpu') =>
    median(found[workers].map((one) => one[field]));
  // One worker has a core for itself; two share all cores with the sink. Were these always busy, the ratio would be this.
  const most = of('one', 'cpu') / ((of('two', 'cpu') + of('two', 'sinkCpu')) / os.cpus().length);
  rows.push(
    row(g, of('one', 'wall') / of('two', 'wall'), 1.8, (n) => `${n.toFixed(2)} ×`, {
      details: `${of('one', 'wall').toFixed(1)} s with one; ${k(of('one', 'perCpuSecond'))} and ${k(of('two', 'perCpuSecond'))} lines/CPU-s; sink ${of('two', 'sinkCpu').toFixed(1)} CPU-s: ${most.toFixed(2)} × with these cores busy throughout`,
    }),
  );
  fs.rmSync(corpus.folder, { recursive: true });
}

async function moments(): Promise<void> {
  const options = { ...common, scenario: 'docker-json' };
  const ms = (n: number) => `${Math.round(n)} ms`;
  const start = 'H start to first document';
  if (wanted(start)) {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push(await startUp(options));
    rows.push(row(start, median(times), 400, ms, { most: true }));
  }
  const latency = 'I latency p99, immediate';
  if (wanted(latency)) {
    const all = await latencies(options, 400);
    const p99 = all[Math.floor(all.length * 0.99)] ?? Number.NaN;
    rows.push(row(latency, p99, 50, ms, { most: true, details: `median ${ms(median(all))}` }));
  }
}

try {
  api.apply('namespaces', { metadata: { name: NAMESPACE, uid: 'f2b8c7d1-1111-4222-8333-000000000001' } });
  for (const [i, pod] of podNames(250).entries()) api.apply('pods', podObject(pod, i, NODE));
  await backlogs();
  await loads();
  await catchUp();
  await moments();
} finally {
  await api.down();
  fs.rmSync(work, { recursive: true, force: true });
}
printTable(rows);
const date = new Date().toISOString();
const machine = { cpu: os.cpus()[0]?.model, cores: os.cpus().length, memory: os.totalmem(), kernel: os.release() };
const file = path.join(import.meta.dirname, 'results', `${date.replace(/[:.]/g, '-')}.json`);
fs.mkdirSync(path.dirname(file), { recursive: true });
const result = { date, node: process.version, machine, load: os.loadavg(), lines, rows, runs: measured };
fs.writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
console.log(`written: ${path.relative(process.cwd(), file)}`);
const missed = rows.filter(({ isRatio, reached }) => isRatio === true && !reached);
for (const { name, value, goal } of missed) console.log(`missed: ${name} is ${value}, goal ${goal}`);
process.exitCode = missed.length > 0 ? 1 : 0;
