/**
 * The whole pipeline on real parts: real log lines of pods on a node, the article's configuration (manifests/agent/config.d), a real API server
 * and a real Elasticsearch; with a rotation, a clean restart of the agent and an outage of Elasticsearch in the middle.
 *
 * The configuration is changed in the host, the port, the path prefix (also that of the service account), and, for CRI lines, in the parser
 * and the field it gives the text (`message`, where json-file lines have `log`). Every line must be indexed exactly once although the
 * configuration has no `stable_ids`: nothing in it is killed, so nothing may be sent twice. That holds while the cluster answers within
 * Fluentd's `request_timeout` of 5 s; on a machine that is too busy for that, `requestTimeout` is a longer one.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type EngineVersion, startElasticsearch } from '../servers/elasticsearch.ts';
import { type KubeServer, startKube } from '../servers/kube.ts';
import { AgentProcess } from './agent.ts';
import {
  allDocuments,
  countDocuments,
  createPods,
  type StoredDocument,
  waitForShards,
  warmUp,
  writeServiceAccount,
} from './cluster.ts';
import { type LogFormat, MiniatureContainer } from './containers.ts';
import { NumberedLines, SAMPLES } from './lines.ts';
import { Service } from './service.ts';

const manifests = join(import.meta.dirname, '..', '..', 'manifests', 'agent');
const NODE = 'node-7';
const INDICES = 'feature_-*,zepplin_-*';

export interface PipelineOptions {
  readonly engine: EngineVersion;
  readonly format: LogFormat;
  /** Lines over all pods. */
  readonly lines: number;
  /** Seconds; default: Fluentd's own. */
  readonly requestTimeout?: number;
  readonly say?: (text: string) => void;
}

/** What the lines of one container (of both zeppelin ones: their tag is one) became. */
export interface Shipped {
  readonly container: MiniatureContainer;
  readonly written: readonly string[];
  readonly documents: StoredDocument[];
}

export interface PipelineResult {
  readonly shipped: readonly Shipped[];
  /** Documents that belong to no container. */
  readonly strange: readonly StoredDocument[];
  readonly log: string;
  /** Requests that took longer than `request_timeout`: the cluster may have taken them all the same. */
  readonly timeouts: number;
}

function containersIn(root: string, format: LogFormat): MiniatureContainer[] {
  const pods = ['driver', 'jobmanager-6f7c9d5b8-x7k2p', 'taskmanager-1-1', 'taskmanager-1-2', 'taskmanager-2-1'];
  const specs = [
    ...pods.map((pod) => ({ namespace: 'flink', pod: `feature-job-42-${pod}`, container: 'flink-main-container' })),
    { namespace: 'flink', pod: 'feature-job-43-driver', container: 'driver' },
    { namespace: 'zeppelin', pod: 'zeppelin-server-5b6c7d-abcde', container: 'zeppelin-server' },
    { namespace: 'zeppelin', pod: 'zeppelin-server-5b6c7d-fghij', container: 'zeppelin-server' },
  ];
  return specs.map((spec) => new MiniatureContainer(root, { ...spec, format }));
}

function configFor(root: string, esPort: number, { format, requestTimeout }: PipelineOptions): string {
  const article = readFileSync(join(manifests, 'config.d', 'containers.conf'), 'utf8')
    .replaceAll('/var/log/', `${root}/var/log/`)
    .replaceAll('host elasticsearch-logging', 'host 127.0.0.1')
    .replaceAll(
      'port 9200',
      `port ${esPort}${requestTimeout === undefined ? '' : `\n  request_timeout ${requestTimeout}s`}`,
    )
    .replace(
      '@type kubernetes_metadata',
      `@type kubernetes_metadata\n  secret_dir ${root}/var/run/secrets/serviceaccount`,
    );
  if (format === 'docker') return article;
  return article
    .replaceAll(/^ {2}time_format .*\n/gm, '')
    .replaceAll('  format json\n', '  <parse>\n    @type cri\n  </parse>\n')
    .replace("record['log']", "record['message']");
}

/** Writes numbered real lines to every container and remembers them. */
class Writers {
  readonly all: readonly { container: MiniatureContainer; numbered: NumberedLines; written: string[] }[];

  constructor(containers: readonly MiniatureContainer[]) {
    this.all = containers.map((container, i) => ({
      container,
      numbered: new NumberedLines(SAMPLES[i % SAMPLES.length]!),
      written: [],
    }));
  }

  get total(): number {
    return this.all.reduce((sum, { written }) => sum + written.length, 0);
  }

  write(perContainer: number): void {
    for (const { container, numbered, written } of this.all) {
      const lines = numbered.next(perContainer);
      container.write(lines);
      written.push(...lines);
    }
  }

  rotate(): void {
    for (const { container } of this.all) container.rotate();
  }
}

/** Writes all lines, with what goes wrong on the way, waits until they are indexed and reads them back. */
export async function runPipeline(options: PipelineOptions): Promise<PipelineResult> {
  const { engine, format, lines, say = () => {} } = options;
  const root = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
  const [es, kube] = await Promise.all([startElasticsearch(engine), startKube()]);
  const service = await Service.start(es.port);
  const agent = newAgent(root, kube, service.port, options);
  try {
    await warmUp(es.url);
    const containers = containersIn(root, format);
    await createPods(kube, NODE, containers);
    await writeServiceAccount(kube, join(manifests, 'rbac.yaml'), join(root, 'var/run/secrets/serviceaccount'));
    const writers = new Writers(containers);
    const part = Math.ceil(lines / containers.length / 6);
    const arrived = () => waitForDocuments(es.url, root, writers.total, agent);

    writers.write(part);
    await agent.start();
    writers.write(part);
    writers.rotate();
    writers.write(part);
    say('rotated under load; restarting the agent');
    await stopped(agent);
    writers.write(part);
    await agent.start();
    await arrived();
    say(`${writers.total} lines are indexed; Elasticsearch goes away`);
    service.ready = false;
    await es.kill();
    writers.write(part);
    await waitForLog(agent, /failed to flush the buffer/);
    await es.restart();
    await waitForShards(es.url);
    service.ready = true;
    say('Elasticsearch is back');
    writers.write(part);
    await arrived();
    // After a clean stop nothing more can come: doubles would be there by now.
    await stopped(agent);
    return await collect(es.url, writers, agent.log);
  } finally {
    await agent.stop();
    await Promise.all([service.stop(), es.stop(), kube.stop()]);
    rmSync(root, { recursive: true, force: true });
  }
}

function newAgent(root: string, kube: KubeServer, esPort: number, options: PipelineOptions): AgentProcess {
  mkdirSync(join(root, 'var/log/containers'), { recursive: true });
  const config = join(root, 'fluent.conf');
  writeFileSync(config, configFor(root, esPort, options));
  return new AgentProcess(config, join(root, 'agent.log'), {
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String(kube.port),
    K8S_NODE_NAME: NODE,
    FLUENT_HOSTNAME: NODE,
  });
}

async function stopped(agent: AgentProcess): Promise<void> {
  const code = await agent.stop();
  if (code !== 0) throw new Error(`the agent ended with ${code}\n${agent.log}`);
}

/** Resolves when there are enough documents, and the buffer holds no more of them. */
async function waitForDocuments(url: string, root: string, wanted: number, agent: AgentProcess): Promise<void> {
  let found = 0;
  for (const end = Date.now() + 240_000; Date.now() < end; await delay(250)) {
    found = await countDocuments(url, INDICES);
    if (found >= wanted && !isBuffered(join(root, 'var/log/fluentd-buffers'))) return;
    // The configuration flushes every 10 s.
    agent.signal('SIGUSR1');
  }
  throw new Error(`${found} of ${wanted} documents arrived\n${agent.log.slice(-5000)}`);
}

/** True while chunks hold lines of files; those with the agent's own log events never end. */
function isBuffered(folder: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some((entry) => {
    if (!entry.name.endsWith('.log')) return false;
    try {
      return /"tag":"(kubernetes\.|zepplinlog)/.test(readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    } catch {
      return false; // it was delivered a moment ago
    }
  });
}

async function waitForLog(agent: AgentProcess, pattern: RegExp): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
    if (pattern.test(agent.log)) return;
    agent.signal('SIGUSR1');
  }
  throw new Error(`the agent did not say ${pattern}\n${agent.log.slice(-5000)}`);
}

/** Sorts what the cluster holds by where it came from: the tag names the file, and for the zeppelin files the source. */
async function collect(url: string, writers: Writers, log: string): Promise<PipelineResult> {
  const groups = new Map<string, Shipped>();
  for (const { container, written } of writers.all) {
    const origin = container.spec.namespace === 'zeppelin' ? 'zepplinlog' : container.id;
    const group = groups.get(origin) ?? { container, written: [], documents: [] };
    groups.set(origin, { ...group, written: [...group.written, ...written] });
  }
  const strange: StoredDocument[] = [];
  for await (const document of allDocuments(url, INDICES)) {
    const tag = String(document.source.tag);
    const group = groups.get(/-([0-9a-f]{64})\.log$/.exec(tag)?.[1] ?? tag);
    (group?.documents ?? strange).push(document);
  }
  const timeouts = log.match(/read timeout reached/g)?.length ?? 0;
  return { shipped: [...groups.values()], strange, log, timeouts };
}
