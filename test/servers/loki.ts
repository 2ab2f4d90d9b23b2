/** A real Grafana Loki on 127.0.0.1, all of its parts in one process, with its data in a folder. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ServerChild, startChild } from './child.ts';
import { buildLoki } from './loki/build.ts';
import { freePort } from './ports.ts';

// 2 s on a quiet machine.
const START_TIMEOUT_MS = 90_000;

export interface LokiLine {
  readonly labels: Readonly<Record<string, string>>;
  /** Nanoseconds since the epoch. */
  readonly time: string;
  readonly line: string;
}

export interface LokiServer {
  readonly url: string;
  readonly port: number;
  /** Lines of the last hours, oldest first. */
  query(logql: string, tenant?: string): Promise<LokiLine[]>;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface LokiOptions {
  readonly port?: number;
  /** More of its `limits_config` (YAML lines). */
  readonly limits?: readonly string[];
  /** Tenants are told apart by X-Scope-OrgID. */
  readonly tenants?: boolean;
}

export async function startLoki(options: LokiOptions = {}): Promise<LokiServer> {
  const binary = await buildLoki();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-loki-'));
  const port = options.port ?? (await freePort());
  const file = join(folder, 'loki.yaml');
  writeFileSync(file, configuration(folder, port, await freePort(), options));
  const child = startChild('Loki', binary, [`-config.file=${file}`]);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await ready(`http://127.0.0.1:${port}/ready`, child);
  } catch (error) {
    await child.kill();
    remove();
    throw error;
  }
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    query: (logql, tenant) => query(url, logql, tenant),
    stop: async () => {
      await child.stop();
      remove();
    },
    kill: async () => {
      await child.kill();
      remove();
    },
  };
}

function configuration(folder: string, port: number, grpcPort: number, options: LokiOptions): string {
  return `auth_enabled: ${options.tenants === true}
server: {http_listen_address: 127.0.0.1, http_listen_port: ${port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpcPort}, log_level: error}
analytics: {reporting_enabled: false}
common:
  instance_addr: 127.0.0.1
  path_prefix: ${folder}
  replication_factor: 1
  ring: {kvstore: {store: inmemory}}
  storage: {filesystem: {chunks_directory: ${folder}/chunks, rules_directory: ${folder}/rules}}
ingester: {lifecycler: {min_ready_duration: 0s, final_sleep: 0s}}
schema_config:
  configs: [{from: 2020-10-24, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]
limits_config:
  allow_structured_metadata: false
  discover_service_name: []
${(options.limits ?? []).map((line) => `  ${line}\n`).join('')}`;
}

async function ready(url: string, child: ServerChild): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < until) {
    const status = await fetch(url).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    if (status === 200) return;
    await delay(100);
  }
  throw new Error(`Loki was not ready in time\n${child.log()}`);
}

async function query(url: string, logql: string, tenant: string | undefined): Promise<LokiLine[]> {
  const since = String(Math.floor(Date.now() / 1000) - 5 * 3600);
  const until = String(Math.floor(Date.now() / 1000) + 3600);
  const params = new URLSearchParams({ query: logql, start: since, end: until, limit: '5000', direction: 'forward' });
  const headers: Record<string, string> = tenant === undefined ? {} : { 'x-scope-orgid': tenant };
  const answer = await fetch(`${url}/loki/api/v1/query_range?${params}`, { headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Loki answered ${answer.status}: ${text}`);
  const { data } = JSON.parse(text) as {
    data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
  };
  const lines = data.result.flatMap(({ stream, values }) =>
    values.map(([time, line]) => ({ labels: stream, time, line })),
  );
  return lines.sort((a, b) => (BigInt(a.time) < BigInt(b.time) ? -1 : 1));
}
