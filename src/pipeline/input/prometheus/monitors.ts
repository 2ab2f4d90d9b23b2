/** `@type prometheus_monitor`, `prometheus_output_monitor`, `prometheus_tail_monitor`: which of the agent's states are shown as metrics. */
import { defineInput } from '../../plugin.ts';
import { constantLabels } from '../../prometheus/labels.ts';
import { monitorFiles, monitorOutputs, monitorPlugins } from '../../prometheus/monitors.ts';
import { LABELS } from '../../prometheus/schema.ts';

const INTERVAL = {
  type: 'time',
  default: '5',
  doc: 'Seconds between updates in Fluentd; here every answer is up to date.',
  fluentd: 'ignored',
} as const;

export const plugins = defineInput({
  kind: 'input',
  type: 'prometheus_monitor',
  doc: 'Shows states of all plugins as metrics.',
  schema: { doc: 'Prometheus monitor.', params: { interval: INTERVAL }, sections: { labels: LABELS } },
  create(config, host) {
    monitorPlugins(host.exposed, host.agent, constantLabels(config.$element, host, 'prometheus_monitor'));
    return {};
  },
});

export const outputs = defineInput({
  kind: 'input',
  type: 'prometheus_output_monitor',
  doc: 'Shows states of outputs and buffers as metrics.',
  schema: {
    doc: 'Prometheus output monitor.',
    params: {
      interval: INTERVAL,
      gauge_all: { type: 'bool', default: 'true', doc: 'Counts as gauges too; false: as counters.' },
    },
    sections: { labels: LABELS },
  },
  create(config, host) {
    const labels = constantLabels(config.$element, host, 'prometheus_output_monitor');
    monitorOutputs(host.exposed, host.agent, labels, config.gauge_all);
    return {};
  },
});

export const files = defineInput({
  kind: 'input',
  type: 'prometheus_tail_monitor',
  doc: 'Shows followed files as metrics.',
  schema: { doc: 'Prometheus tail monitor.', params: { interval: INTERVAL }, sections: { labels: LABELS } },
  create(config, host) {
    monitorFiles(host.exposed, host.agent, constantLabels(config.$element, host, 'prometheus_tail_monitor'));
    return {};
  },
});
