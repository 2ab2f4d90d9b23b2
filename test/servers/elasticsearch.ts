import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerChild, startChild } from './child.ts';
import { classPath } from './elasticsearch/classpath.ts';
import { ENGINES, type EngineVersion } from './elasticsearch/engines.ts';
import { newestJdk } from './elasticsearch/java.ts';

export { ENGINE_VERSIONS, type EngineVersion } from './elasticsearch/engines.ts';

// 5 to 7 s on a quiet machine, more than 30 s on a busy one.
const START_TIMEOUT_MS = 120_000;

export interface ElasticsearchOptions {
  /** Node settings such as `{ 'http.max_content_length': '50kb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Its home, kept when it stops. Default: a temporary folder that goes with it. */
  readonly dataDir?: string;
  /** Default: a free one. */
  readonly port?: number;
}

export interface ElasticsearchServer {
  readonly url: string;
  readonly port: number;
  readonly version: EngineVersion;
  readonly dataDir: string;
  /** Closes the node and removes its temporary folder. */
  stop(): Promise<void>;
  /** SIGKILL; the data stay for `restart`. */
  kill(): Promise<void>;
  /** Ends the node if it still runs, then starts it on the same data and port, with other settings if given. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>;
}

/** Starts one real Elasticsearch or OpenSearch node on 127.0.0.1; its jars are fetched on first use. */
export async function startElasticsearch(
  version: EngineVersion,
  options: ElasticsearchOptions = {},
): Promise<ElasticsearchServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), `sluice-es-${version}-`));
  let settings = options.settings ?? {};
  const first = await startNode(version, dataDir, options.port ?? 0, settings);
  const { port } = first;
  let node: ServerChild = first.node;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    version,
    dataDir,
    async stop() {
      await node.stop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
    kill: () => node.kill(),
    async restart(changed) {
      await node.stop();
      settings = changed ?? settings;
      node = (await startNode(version, dataDir, port, settings)).node;
    },
  };
}

async function startNode(
  version: EngineVersion,
  home: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<{ node: ServerChild; port: number }> {
  const node = startChild(`Elasticsearch ${version}`, javaFor(version), [
    ...['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Des.distribution.flavor=default'],
    ...['-cp', await classPath(version), join(import.meta.dirname, 'elasticsearch', 'Server.java')],
    ...[String(port), home],
    ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
  ]);
  const ready = (line: string) => (line.startsWith('READY ') ? Number(line.slice(6)) : undefined);
  try {
    return { node, port: await node.waitFor(ready, START_TIMEOUT_MS) };
  } catch (error) {
    await node.kill();
    throw error;
  }
}

function javaFor(version: EngineVersion): string {
  const jdk = newestJdk();
  const needed = ENGINES[version].java;
  if (jdk === undefined || jdk.major < needed)
    throw new Error(`Elasticsearch ${version} needs a JDK ${needed} or later`);
  return jdk.java;
}
