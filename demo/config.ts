/**
 * The article's configuration for the miniature: other paths, host and port, the address of its API server, and what makes the viewer's text exact
 * (`stable_ids`, `store_order`).
 */
import fs from 'node:fs';
import path from 'node:path';

export interface Places {
  /** Folder that stands for `/`. */
  readonly root: string;
  readonly elasticsearchPort: number;
  readonly kubernetesUrl: string;
  readonly metricsPort: number;
}

export function articleConfiguration(places: Places): string {
  const article = fs.readFileSync(path.join(import.meta.dirname, 'article.conf'), 'utf8');
  const changed = article
    .replaceAll('/var/log/', `${places.root}/var/log/`)
    .replaceAll('host elasticsearch-logging', 'host 127.0.0.1')
    .replaceAll('port 9200', `port ${places.elasticsearchPort}`)
    .replace('logstash_prefix feature_\n', 'logstash_prefix feature_\n  stable_ids true\n  store_order true\n')
    .replace('@type kubernetes_metadata', `@type kubernetes_metadata\n  kubernetes_url ${places.kubernetesUrl}`);
  const metrics = `<source>\n  @type prometheus\n  bind 127.0.0.1\n  port ${places.metricsPort}\n</source>\n`;
  const monitor = '<source>\n  @type prometheus_output_monitor\n  interval 1\n</source>\n';
  return metrics + monitor + changed;
}
