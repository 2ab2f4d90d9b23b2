/**
 * What the monitoring inputs tell: gauges of every plugin, output and followed file, under fluent-plugin-prometheus' names.
 *
 * They are read at each exposition rather than by a timer, so an answer is never old; what is gone (a closed file) is not shown.
 */
import type { AgentView, Labels, Metrics, PluginStats } from '../plugin.ts';

/** Name after the prefix, name in the statistics, help. */
type Row = readonly [name: string, stat: string, help: string];

const PLUGIN_ROWS: readonly Row[] = [
  ['buffer_newest_timekey', 'buffer_newest_timekey', 'Newest timekey in buffer.'],
  ['buffer_oldest_timekey', 'buffer_oldest_timekey', 'Oldest timekey in buffer.'],
  ['buffer_queue_length', 'buffer_queue_length', 'Current buffer queue length.'],
  ['buffer_total_bytes', 'buffer_total_queued_size', 'Current total size of queued buffers.'],
  ['retry_count', 'retry_count', 'Current retry counts.'],
];

const BUFFER_ROWS: readonly Row[] = [
  ['buffer_total_bytes', 'buffer_total_queued_size', 'Current total size of stage and queue buffers.'],
  ['buffer_stage_length', 'buffer_stage_length', 'Current length of stage buffers.'],
  ['buffer_stage_byte_size', 'buffer_stage_byte_size', 'Current total size of stage buffers.'],
  ['buffer_queue_length', 'buffer_queue_length', 'Current length of queue buffers.'],
  ['buffer_queue_byte_size', 'buffer_queue_byte_size', 'Current total size of queue buffers.'],
  ['buffer_available_space_ratio', 'buffer_available_buffer_space_ratios', 'Ratio of available space in buffer.'],
  ['buffer_newest_timekey', 'buffer_newest_timekey', 'Newest timekey in buffer.'],
  ['buffer_oldest_timekey', 'buffer_oldest_timekey', 'Oldest timekey in buffer.'],
];

/** Counters with `gauge_all false`. */
const COUNT_ROWS: readonly Row[] = [
  ['retry_count', 'retry_count', 'Current retry counts.'],
  ['num_errors', 'retry_count', 'Current number of errors.'],
  ['emit_count', 'emit_count', 'Current emit counts.'],
  ['emit_records', 'emit_records', 'Current emit records.'],
  ['write_count', 'write_count', 'Current write counts.'],
  ['flush_time_count', 'flush_time_count', 'Total flush time.'],
  ['slow_flush_count', 'slow_flush_count', 'Current slow flush counts.'],
];

const FILE_ROWS: readonly Row[] = [
  ['position', 'position', 'Current position of file.'],
  ['inode', 'inode', 'Current inode of file.'],
  ['closed', 'closed_file_count', 'Number of files closed.'],
  ['opened', 'opened_file_count', 'Number of files opened.'],
  ['rotated', 'rotated_file_count', 'Number of files rotated.'],
  ['throttled', 'throttled_log_count', 'Number of times files got throttled.'],
];

/** `fluentd_status_*`: every plugin. */
export function monitorPlugins(metrics: Metrics, agent: AgentView, base: Labels): void {
  const names = [...Object.keys(base), 'plugin_id', 'plugin_category', 'type'];
  const put = gauges(metrics, 'fluentd_status_', PLUGIN_ROWS, names);
  metrics.onCollect(() => {
    for (const plugin of agent.plugins())
      put(plugin.stats(), { ...base, plugin_id: plugin.id, plugin_category: plugin.category, type: plugin.type });
  });
}

/** `fluentd_output_status_*`: every output. */
export function monitorOutputs(metrics: Metrics, agent: AgentView, base: Labels, gaugeAll: boolean): void {
  const prefix = 'fluentd_output_status_';
  const names = [...Object.keys(base), 'plugin_id', 'type'];
  const putBuffer = gauges(metrics, prefix, BUFFER_ROWS, names);
  const putCounts = (gaugeAll ? gauges : counters)(metrics, prefix, COUNT_ROWS, names);
  const rollbacks: Row = ['rollback_count', 'rollback_count', 'Current rollback counts.'];
  const putRollbacks = gauges(metrics, prefix, [rollbacks], names);
  const wait = metrics.gauge(`${prefix}retry_wait`, 'Current retry wait', names);
  metrics.onCollect(() => {
    for (const plugin of agent.plugins()) {
      if (plugin.category !== 'output') continue;
      const stats = plugin.stats();
      const labels = { ...base, plugin_id: plugin.id, type: plugin.type };
      putBuffer(stats, labels);
      putCounts(stats, labels);
      putRollbacks(stats, labels);
      if (!plugin.multi) wait.set(retryWait(stats), labels);
    }
  });
}

/** `fluentd_tail_file_*`: every followed file. */
export function monitorFiles(metrics: Metrics, agent: AgentView, base: Labels): void {
  const names = [...Object.keys(base), 'plugin_id', 'type', 'path'];
  const put = gauges(metrics, 'fluentd_tail_file_', FILE_ROWS, names);
  let shown: Labels[] = [];
  metrics.onCollect(() => {
    for (const labels of shown) put.remove(labels);
    shown = [];
    for (const plugin of agent.plugins()) {
      const files = plugin.files();
      const stats = files.length === 0 ? {} : plugin.stats();
      for (const file of files) {
        const labels = { ...base, plugin_id: plugin.id, type: plugin.type, path: file.path };
        put({ ...stats, position: file.position, inode: file.inode }, labels);
        shown.push(labels);
      }
    }
  });
}

interface Put {
  (stats: PluginStats, labels: Labels): void;
  remove(labels: Labels): void;
}

function gauges(metrics: Metrics, prefix: string, rows: readonly Row[], names: readonly string[]): Put {
  const made = rows.map(([name, stat, help]) => ({ stat, gauge: metrics.gauge(prefix + name, help, names) }));
  const put = (stats: PluginStats, labels: Labels) => {
    for (const { stat, gauge } of made) {
      const value = stats[stat];
      if (typeof value === 'number') gauge.set(value, labels);
    }
  };
  return Object.assign(put, {
    remove(labels: Labels) {
      for (const { gauge } of made) gauge.remove(labels);
    },
  });
}

function counters(metrics: Metrics, prefix: string, rows: readonly Row[], names: readonly string[]): Put {
  const made = rows.map(([name, stat, help]) => ({
    stat,
    counter: metrics.counter(prefix + name, help, names),
    last: new Map<string, number>(),
  }));
  const put = (stats: PluginStats, labels: Labels) => {
    const key = Object.values(labels).join('\0');
    for (const { stat, counter, last } of made) {
      const value = stats[stat];
      if (typeof value !== 'number') continue;
      counter.inc(Math.max(0, value - (last.get(key) ?? 0)), labels);
      last.set(key, value);
    }
  };
  return Object.assign(put, {
    remove(labels: Labels) {
      for (const { counter } of made) counter.remove(labels);
    },
  });
}

/** Seconds between the first failure and the next try; 0 while nothing fails. */
function retryWait(stats: PluginStats): number {
  const { retry } = stats;
  if (typeof retry !== 'object' || retry === null || Array.isArray(retry)) return 0;
  const { next_time: next, start } = retry as PluginStats;
  return typeof next === 'number' && typeof start === 'number' ? next - start : 0;
}
