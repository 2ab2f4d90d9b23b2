/** The pipeline of a configuration that will not run: for checks and tests. Building it fills the configuration's problems. */
import os from 'node:os';
import type { LogEvent } from '../pipeline/core/event.ts';
import { realPorts } from '../pipeline/io/ports.ts';
import type { AgentView } from '../pipeline/plugin.ts';
import type { Configuration } from './commands/offline.ts';
import { buildGraph, type Graph } from './graph.ts';
import { Log } from './telemetry/log.ts';
import { MetricsRegistry } from './telemetry/metrics.ts';
import { VERSION } from './version.ts';

const NOBODY: AgentView = {
  metricsText: async () => '',
  mergeMetrics: () => '',
  process: () => ({ configPath: '', logPath: null, pid: 0, ppid: 0, rootDir: null, version: VERSION }),
  plugins: () => [],
  running: () => false,
  matching: () => undefined,
};

export function buildOffline(
  { root, problems, system, loaded }: Configuration,
  env: Readonly<Record<string, string | undefined>>,
  emitError: (tag: string, event: LogEvent) => void,
): Graph {
  const log = new Log({ level: 'fatal', format: 'text', time: () => '', write: () => undefined, workerId: 0 });
  return buildGraph(root, {
    system,
    agent: NOBODY,
    environment: {
      ...{ loaded, problems, log, env, emitError, workerId: 0, workers: system.workers, strict: system.strict },
      ...{ ports: realPorts, metrics: new MetricsRegistry(), exposed: new MetricsRegistry(), rootDir: os.tmpdir() },
    },
  });
}
