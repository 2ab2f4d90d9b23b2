/**
 * `@type prometheus`: `/metrics` and, over all workers, `/aggregated_metrics` for a Prometheus server.
 *
 * What is shown is what the configuration asks for (prometheus filters, outputs and monitors), as in Fluentd; where one of the monitors is
 * configured, the agent's own metrics (`sluice_…`) come with them. The probes `/health/live` and `/health/ready` are answered too. Worker N listens on
 * port + N.
 */
import { gzipSync } from 'node:zlib';
import { healthPages } from '../../io/health.ts';
import { type Listener, plainAddress } from '../../io/listen.ts';
import { nodeHttp, nodeHttps } from '../../io/node-http.ts';
import { listenPages, type Page } from '../../io/pages.ts';
import { checkTransport, serverTls, TRANSPORT } from '../../io/transport.ts';
import { defineInput } from '../../plugin.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4';
/** Another worker's answer is waited for this long. */
const WORKER_TIMEOUT_MS = 5000;

export const plugin = defineInput({
  kind: 'input',
  type: 'prometheus',
  doc: 'Serves metrics to a Prometheus server.',
  schema: {
    doc: 'Prometheus input.',
    params: {
      bind: { type: 'string', default: '0.0.0.0', doc: 'Address to listen on.' },
      port: { type: 'integer', default: '24231', doc: 'Port; worker N listens on port + N.' },
      metrics_path: { type: 'string', default: '/metrics', doc: 'Path of this worker’s metrics.' },
      aggregated_metrics_path: { type: 'string', default: '/aggregated_metrics', doc: 'Path of all workers’ metrics.' },
      content_encoding: {
        type: 'enum',
        values: ['identity', 'gzip'],
        default: 'identity',
        doc: 'Encoding of answers.',
      },
      ignore_error_log_interval: {
        type: 'time',
        default: '3600',
        doc: 'No effect: the own log is rate-limited.',
        fluentd: 'ignored',
      },
      own_metrics: {
        type: 'bool',
        doc: 'Show the agent’s own metrics (sluice_…); default: where a prometheus monitor is configured.',
        fluentd: 'ours',
      },
    },
    sections: {
      transport: TRANSPORT,
      ssl: {
        doc: 'Old spelling of <transport tls>.',
        params: {
          enable: { type: 'bool', default: 'false', doc: 'Encrypt.', deprecated: 'use <transport tls> section' },
          certificate_path: { type: 'string', doc: 'Certificate (PEM).' },
          private_key_path: { type: 'string', doc: 'Key (PEM).' },
          ca_path: { type: 'string', doc: 'Authorities (PEM).' },
          extra_conf: { type: 'hash', doc: 'No effect.', fluentd: 'ignored' },
        },
      },
    },
  },
  create(config, host) {
    const transport = config.$sections.transport[0];
    checkTransport(transport);
    const { ssl } = config.$sections;
    const { fs } = host.ports;
    let listener: Listener | undefined;
    const tlsOptions = () => {
      const old = ssl[0];
      if (old?.enable !== true) return serverTls(transport, fs);
      const read = (file: string | undefined) => (file === undefined ? undefined : fs.readFileSync(file));
      return { cert: read(old.certificate_path), key: read(old.private_key_path), ca: read(old.ca_path) };
    };
    const own = () =>
      config.own_metrics ?? host.agent.plugins().some(({ type }) => /^prometheus_.*monitor$/.test(type));
    const page = (text: string): Page => {
      if (config.content_encoding === 'identity') return { type: CONTENT_TYPE, body: text };
      return { type: CONTENT_TYPE, body: gzipSync(text), headers: { 'content-encoding': 'gzip' } };
    };
    return {
      async start() {
        const tls = tlsOptions();
        const at = { bind: config.bind, port: config.port + host.workerId };
        const fetchAll = async () => {
          const target = /^(0\.0\.0\.0|\[?::\]?)$/.test(config.bind) ? '127.0.0.1' : plainAddress(config.bind);
          const ports = Array.from({ length: host.workers }, (_, i) => config.port + i);
          return Promise.all(ports.map((port) => fetchText(tls !== undefined, target, port, config.metrics_path)));
        };
        const pages = {
          ...healthPages(() => host.agent.running()),
          [config.metrics_path]: async () => page(await host.agent.metricsText(own())),
          [config.aggregated_metrics_path]: async () =>
            page(host.agent.mergeMetrics(host.workers > 1 ? await fetchAll() : [await host.agent.metricsText(own())])),
        };
        const onError = (path: string, error: unknown) =>
          host.log.error('metrics could not be rendered', { path, error });
        listener = await listenPages(at, pages, { tls, onError });
        host.log.debug('listening prometheus http server', at);
      },
      async stop() {
        await listener?.close();
      },
    };
  },
});

/** The metrics of one worker; certificates are not checked: it is a process of ours. */
function fetchText(secure: boolean, host: string, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = secure ? nodeHttps : nodeHttp;
    const options = { host, port, path, timeout: WORKER_TIMEOUT_MS, rejectUnauthorized: false };
    const request = client.get(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts).toString('utf8'));
        else reject(new Error(`port ${port} answered ${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`port ${port} did not answer in time`)));
    request.on('error', reject);
  });
}
