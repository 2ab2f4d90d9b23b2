/**
 * Figures of the viewer: time to the first byte, lines a second, and memory of its process while a big answer flows, for a fast reader and for
 * one that stops in the middle.
 *
 *   node bench/viewer.ts [--lines 1000000] [--url http://127.0.0.1:9200]
 *
 * Without --url a real Elasticsearch 9 is started; its index is made anew each time and removed in the end.
 */
import fs from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startElasticsearch } from '../test/servers/elasticsearch.ts';
import { sluiceView } from '../test/viewer/command.ts';
import { store } from '../test/viewer/documents.ts';

const { values } = parseArgs({ options: { lines: { type: 'string', default: '1000000' }, url: { type: 'string' } } });
const lines = Number(values.lines);
const server = values.url === undefined ? await startElasticsearch('9.5.3') : undefined;
const url = values.url ?? server!.url;
const INDEX = 'benchviewer_-2026.11.23';
const CONTAINERS = 4;
const PER_STORE = 50_000;

const text = (i: number) =>
  `2026-11-23 10:00:00,${String(i % 1000).padStart(3, '0')} INFO  org.apache.flink.runtime.checkpoint.CheckpointCoordinator [] - Completed checkpoint ${i} for job 7a1c (${20_000 + i} bytes)`;

async function fill(): Promise<void> {
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

try {
  await fill();
  const view = await sluiceView('--elasticsearch', url, '--prefix', 'benchviewer_');
  try {
    const address = `${view.url}/api/v1/jobs/bench/logs`;
    await read(`${address}?tail=1`);
    const warm = await read(`${address}?limit=1000`);
    const all = await read(address);
    const fastPeak = peak(view.pid);
    const slow = await read(address, 1_000_000);
    console.log(`lines             ${all.lines} of ${lines} (${(all.bytes / 2 ** 20).toFixed(0)} MiB of text)`);
    console.log(`first byte        ${Math.round(warm.first)} ms (1000 lines), ${Math.round(all.first)} ms (all)`);
    console.log(`lines a second    ${Math.round(all.lines / all.seconds)}`);
    console.log(
      `viewer RSS, peak  ${fastPeak} MiB; with a reader that stops for 5 s ${peak(view.pid)} MiB (${slow.lines} lines)`,
    );
  } finally {
    await view.stop();
  }
} finally {
  await fetch(`${url}/${INDEX}`, { method: 'DELETE' }).catch(() => undefined);
  await server?.stop();
}
