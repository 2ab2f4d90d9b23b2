/**
 * `npm start`: a Kubernetes node in miniature, the agent with the article's configuration, and the embedded store, live on the terminal.
 * `npm start -- --once`: a fixed number of lines; checks that each arrived exactly once, prints the summary, and ends with 0 if so.
 */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Child, startSluice } from './child.ts';
import { MiniatureCluster } from './cluster.ts';
import { articleConfiguration } from './config.ts';
import { countDocuments, newestDocument, verify } from './documents.ts';
import { compareTexts } from './exact.ts';
import { JOB_ID, NODE_NAME } from './job.ts';
import { readMetrics } from './metrics.ts';
import { MiniatureNode } from './node.ts';
import { Screen } from './screen.ts';
import { Workload } from './workload.ts';

/** Of one container's file: small, so that the show has rotations. */
const ROTATE_BYTES = 64 * 1024;
const ONCE_TICKS = 100;
const LINES_PER_TICK = 5;
const WAIT_MS = 120_000;

const { values: flags } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort());
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-demo-'));
const children: Child[] = [];

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const child of children.reverse()) await child.stop();
  fs.rmSync(folder, { recursive: true, force: true });
}
process.exit();

async function main(): Promise<number> {
  const node = new MiniatureNode(folder, ROTATE_BYTES);
  const cluster = await new MiniatureCluster().start();
  const store = await startSluice(
    ['store', '--listen', '127.0.0.1:0', '--data', path.join(folder, 'store')],
    {},
    /ready at (\S+)/,
  );
  children.push(store);
  const metricsPort = await freePort();
  const configFile = path.join(folder, 'fluent.conf');
  const places = {
    root: folder,
    elasticsearchPort: Number(new URL(store.told).port),
    kubernetesUrl: cluster.url,
    metricsPort,
  };
  fs.writeFileSync(configFile, articleConfiguration(places));
  const env = { K8S_NODE_NAME: NODE_NAME, FLUENT_HOSTNAME: NODE_NAME };
  const agent = await startSluice(['-c', configFile], env, /fluentd worker is now running/);
  children.push(agent);
  const workload = new Workload(node, cluster);
  try {
    return flags.once
      ? await once(workload, node, agent, store.told)
      : await live(workload, node, store.told, metricsPort);
  } finally {
    await cluster.stop();
  }
}

/** Writes everything, lets the agent ship it, stops it in order, and compares. */
async function once(workload: Workload, node: MiniatureNode, agent: Child, url: string): Promise<number> {
  const started = performance.now();
  for (let tick = 0; tick < ONCE_TICKS && !stopped.signal.aborted; tick++) {
    workload.tick(tick, LINES_PER_TICK);
    await sleep(20);
  }
  const deadline = performance.now() + WAIT_MS;
  while ((await countDocuments(url)) < node.lines && performance.now() < deadline && !stopped.signal.aborted) {
    // As an operator would: write out what the buffer holds.
    agent.process.kill('SIGUSR1');
    await sleep(500);
  }
  children.splice(children.indexOf(agent), 1);
  const code = await agent.stop();
  const verdict = await verify(url, node.pods);
  const view = await startView(url);
  const texts = await compareTexts(view.told, JOB_ID, node.pods);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const isGood =
    verdict.missing === 0 &&
    verdict.doubled === 0 &&
    verdict.unnamed === 0 &&
    code === 0 &&
    node.lines > 0 &&
    texts.containers > 0 &&
    texts.exact === texts.containers;
  console.log(
    [
      `pods             ${node.pods.length} (1 dead), rotations ${node.rotations}`,
      `lines written    ${node.lines}`,
      `documents stored ${verdict.documents - verdict.ownLog}, and ${verdict.ownLog} of the agent’s own log`,
      `missing          ${verdict.missing}`,
      `doubled          ${verdict.doubled}`,
      `without metadata ${verdict.unnamed}`,
      `exact text       ${texts.exact} of ${texts.containers} containers of the job (${texts.parts.join(', ')})`,
      `agent            ended with ${code} after ${seconds} s`,
      isGood ? 'every line arrived exactly once' : 'FAILED: not every line arrived exactly once',
      '',
    ].join('\n'),
  );
  return isGood ? 0 : 1;
}

/** Goes on until Ctrl-C. */
async function live(workload: Workload, node: MiniatureNode, url: string, metricsPort: number): Promise<number> {
  const view = await startView(url);
  const screen = new Screen(process.stdout, { folder, store: url, page: view.told });
  for (let tick = 0; !stopped.signal.aborted; tick++) {
    workload.tick(tick, 1);
    if (tick % 10 === 0) {
      const [agent, stored, sample] = await Promise.all([
        readMetrics(metricsPort),
        countDocuments(url),
        newestDocument(url),
      ]);
      screen.show({ written: node.lines, rotations: node.rotations, pods: node.pods.length, stored, sample, agent });
    }
    await sleep(100, undefined, { signal: stopped.signal }).catch(() => undefined);
  }
  screen.end();
  return 0;
}

async function startView(url: string): Promise<Child> {
  const args = ['view', '--listen', '127.0.0.1:0', '--elasticsearch', url, '--prefix', 'feature_'];
  const view = await startSluice(args, {}, /ready at (\S+)/);
  children.push(view);
  return view;
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
