/**
 * `npm run bench -- viewer [--lines 1000000] [--url URL | --engine VERSION] [--data DIR] [--cpu-prof DIR]`: lines a second, first byte and memory
 * of the viewer while one big answer flows, for a fast reader and for one that stops in the middle.
 *
 * Without --url and --engine the embedded store serves, as a process of its own (`--data` keeps its files for the next run); with --engine a real
 * Elasticsearch or OpenSearch. Exit code 1: a goal is missed. The speed's goal is the embedded store's; another cluster is read as fast as it answers.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type EngineVersion, startElasticsearch } from '../test/servers/elasticsearch.ts';
import { sluiceStore, sluiceView } from '../test/viewer/command.ts';
import { store } from '../test/viewer/documents.ts';
import { usage } from './measure.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((word) => word !== 'viewer'),
  options: {
    lines: { type: 'string', default: '1000000' },
    url: { type: 'string' },
    engine: { type: 'string' },
    data: { type: 'string' },
    'cpu-prof': { type: 'string' },
  },
});
const lines = Number(values.lines);
const INDEX = 'benchviewer_-2026.11.23';
const CONTAINERS = 4;
const PER_STORE = 50_000;
const GOALS = { linesPerSecond: 100_000, firstByte: 300, memory: 200 };
const isEmbedded = values.url === undefined && values.engine === undefined;

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-bench-'));
const profile = values['cpu-prof'];
if (profile !== undefined) process.env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${path.resolve(profile)}`;

async function startCluster(): Promise<{ url: string; name: string; pid?: number; stop(): Promise<void> }> {
  if (values.url !== undefined) return { url: values.url, name: values.url, stop: async () => undefined };
  if (values.engine !== undefined)
    return { ...(await startElasticsearch(values.engine as EngineVersion)), name: values.engine };
  return { ...(await sluiceStore('--data', values.data ?? work)), name: 'the embedded store' };
}

const text = (i: number) =>
  `2026-11-23 10:00:00,${String(i % 1000).padStart(3, '0')} INFO  org.apache.flink.runtime.checkpoint.CheckpointCoordinator [] - Completed checkpoint ${i} for job 7a1c (${20_000 + i} bytes)`;

async function fill(url: string): Promise<void> {
  const there = (await (await fetch(`${url}/${INDEX}/_count`)).json()) as { count?: number };
  if (there.count === lines) return;
  await fetch(`${url}/${INDEX}`, { method: 'DELETE' });
  const each = lines / CONTAINERS;
  for (let c = 0; c < CONTAINERS; c++)
    for (let at = 0; at < each; at += PER_STORE) {
      const count = Math.min(PER_STORE, each - at);
      await store(url, INDEX, [
        {
          ...{ pod: `bench-taskmanager-1-${c + 1}`, container: 'main', from: 1_795_428_000_000 + at / 10, step: 0.1 },
          lines: Array.from({ length: count }, (_, i) => text(at + i)),
        },
      ]);
    }
}

/** Peak of the process's resident memory, MiB. */
function peak(pid: number): number {
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024);
}

/** `pauseAt`: bytes after which the reader stops for 5 seconds. */
async function read(address: string, pauseAt = Number.POSITIVE_INFINITY) {
  const started = performance.now();
  const answer = await fetch(address);
  let first = 0;
  let bytes = 0;
  let newlines = 0;
  for await (const part of answer.body!) {
    if (first === 0) first = performance.now() - started;
    if (bytes < pauseAt && bytes + part.length >= pauseAt) await delay(5000);
    bytes += part.length;
    for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) newlines++;
  }
  return { first, seconds: (performance.now() - started) / 1000, bytes, lines: newlines };
}

const row = (figure: string, measured: string, goal: string, met: boolean) => ({
  figure,
  measured,
  goal,
  met: met ? 'yes' : 'no',
});
const shown = (figure: string, measured: string) => ({ figure, measured, goal: '', met: '' });

const cluster = await startCluster();
try {
  await fill(cluster.url);
  const view = await sluiceView('--elasticsearch', cluster.url, '--prefix', 'benchviewer_');
  try {
    const address = `${view.url}/api/v1/jobs/bench/logs`;
    const cold = await read(`${address}?limit=1000`);
    const cpu = () => usage(view.pid).cpu + (cluster.pid === undefined ? 0 : usage(cluster.pid).cpu);
    const cpuBefore = cpu();
    const all = await read(address);
    const perCpuSecond = Math.round(lines / (cpu() - cpuBefore));
    const fastPeak = peak(view.pid);
    const again = await read(address);
    const slow = await read(address, 1_000_000);
    const slowPeak = peak(view.pid);
    const speed = Math.round(lines / Math.min(all.seconds, again.seconds));
    const first = Math.round(Math.max(all.first, again.first));
    const counts = [all.lines, again.lines, slow.lines];
    const megabytes = (all.bytes / 2 ** 20).toFixed(0);
    console.log(`${lines} lines (${megabytes} MiB of text) of ${CONTAINERS} containers by time, from ${cluster.name}`);
    const rows = [
      isEmbedded
        ? row('lines a second', `${speed}`, `≥ ${GOALS.linesPerSecond}`, speed >= GOALS.linesPerSecond)
        : shown('lines a second', `${speed}`),
      shown(`lines a CPU-second of viewer${isEmbedded ? ' and store' : ''}`, `${perCpuSecond}`),
      row('first byte of all', `${first} ms`, `≤ ${GOALS.firstByte} ms`, first <= GOALS.firstByte),
      shown('first byte, viewer just started', `${Math.round(cold.first)} ms`),
      row('peak RSS', `${fastPeak} MiB`, `≤ ${GOALS.memory} MiB`, fastPeak <= GOALS.memory),
      row('peak RSS, reader stops for 5 s', `${slowPeak} MiB`, `≤ ${GOALS.memory} MiB`, slowPeak <= GOALS.memory),
      row(
        'lines of each answer',
        counts.join(', '),
        `${lines}`,
        counts.every((count) => count === lines),
      ),
    ];
    console.table(Object.fromEntries(rows.map(({ figure, ...rest }) => [figure, rest])));
    if (rows.some(({ met }) => met === 'no')) process.exitCode = 1;
  } finally {
    await view.stop();
  }
} finally {
  if (values.url !== undefined) await fetch(`${cluster.url}/${INDEX}`, { method: 'DELETE' }).catch(() => undefined);
  await cluster.stop();
  fs.rmSync(work, { recursive: true, force: true });
}
