/** Metrics of the agent itself: its process, what its inputs have not read yet, and the monitors that no configuration asks for. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { AgentView, Metrics } from '../../pipeline/plugin.ts';
import { monitorFiles, monitorOutputs, monitorPlugins } from '../../pipeline/prometheus/monitors.ts';
import type { Graph } from '../graph.ts';

const NANOS = 1e9;
/** Between samples of the event loop: an idle agent should sleep. */
const SAMPLE_MS = 100;
/** What is told of the event loop is of the last minute or two. */
const WINDOW_MS = 60_000;

/** The part of Node's `process` that tells what it uses. */
export interface ProcessUsage {
  readonly memoryUsage: { rss(): number };
  /** Microseconds. */
  cpuUsage(): { readonly user: number; readonly system: number };
}

export function addMonitors(metrics: Metrics, agent: AgentView, graph: Graph): void {
  const has = (type: string) => graph.instances.some((instance) => instance.type === type);
  if (!has('prometheus_monitor')) monitorPlugins(metrics, agent, {});
  if (!has('prometheus_output_monitor')) monitorOutputs(metrics, agent, {}, true);
  if (!has('prometheus_tail_monitor')) monitorFiles(metrics, agent, {});
}

/**
 * Memory, processor time and how late the event loop runs. Returns what ends the measuring of the event loop, which has a timer.
 */
export function addProcessMetrics(metrics: Metrics, usage: ProcessUsage): () => void {
  const rss = metrics.gauge('sluice_process_resident_memory_bytes', 'Resident memory of the process.');
  const cpu = metrics.gauge('sluice_process_cpu_seconds', 'Processor time used by the process.');
  const delay = metrics.gauge(
    'sluice_event_loop_delay_seconds',
    'How late the event loop ran in the last minute, by quantile (1: the longest).',
    ['quantile'],
  );
  const histogram = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  histogram.enable();
  let since = performance.now();
  metrics.onCollect(() => {
    rss.set(usage.memoryUsage.rss());
    const { user, system } = usage.cpuUsage();
    cpu.set((user + system) / 1e6);
    // A sample is the whole time since the one before.
    const late = (nanos: number) => Math.max(0, nanos / NANOS - SAMPLE_MS / 1000);
    for (const quantile of [0.5, 0.99])
      delay.set(late(histogram.percentile(quantile * 100)), { quantile: String(quantile) });
    delay.set(late(histogram.max), { quantile: '1' });
    // Several scrapers, and scrapes in a row, see the same window.
    if (performance.now() - since < WINDOW_MS) return;
    since = performance.now();
    histogram.reset();
  });
  return () => void histogram.disable();
}

/** Bytes that wait in followed files: the log files are the first buffer. */
export function addFileMetrics(metrics: Metrics, agent: AgentView, now: () => number): void {
  const unread = metrics.gauge('sluice_tail_unread_bytes', 'Bytes of followed files that were not read yet.', [
    'plugin_id',
  ]);
  const age = metrics.gauge(
    'sluice_tail_oldest_unread_seconds',
    'How long the oldest line that was not read yet has waited at most.',
    ['plugin_id'],
  );
  const files = metrics.gauge('sluice_tail_files', 'Files that are followed.', ['plugin_id']);
  metrics.onCollect(() => {
    for (const plugin of agent.plugins()) {
      if (plugin.type !== 'tail') continue;
      const followed = plugin.files();
      files.set(followed.length, { plugin_id: plugin.id });
      const bytes = followed.reduce((sum, file) => sum + Math.max(0, file.size - file.position), 0);
      unread.set(bytes, { plugin_id: plugin.id });
      const waiting = followed.filter((file) => file.size > file.position).map((file) => file.caughtUpAt);
      const oldest = waiting.length === 0 ? 0 : Math.max(0, now() - Math.min(...waiting)) / 1000;
      age.set(oldest, { plugin_id: plugin.id });
    }
  });
}
