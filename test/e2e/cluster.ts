/** The parts around the agent: pods in a real API server, and what a real Elasticsearch holds at the end. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { collectionOf, type KubeObject } from '../manifests/objects.ts';
import type { KubeServer } from '../servers/kube.ts';
import type { MiniatureContainer } from './containers.ts';

const MERGE = { type: 'application/merge-patch+json' };

async function must(kube: KubeServer, method: string, path: string, body: unknown, how = {}): Promise<unknown> {
  const answer = await kube.request(method, path, body, how);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** Makes the pods of containers on `node`, running, as a kubelet tells the API server. */
export async function createPods(
  kube: KubeServer,
  node: string,
  containers: readonly MiniatureContainer[],
): Promise<void> {
  for (const namespace of new Set(containers.map(({ spec }) => spec.namespace))) {
    await kube.createNamespace(namespace);
    await must(kube, 'PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels: { team: 'features' } } }, MERGE);
  }
  for (const { spec, id } of containers) {
    const image = `registry.example/${spec.container}:1.0`;
    const pods = `/api/v1/namespaces/${spec.namespace}/pods`;
    await must(kube, 'POST', pods, {
      metadata: { name: spec.pod, labels: { app: spec.pod, 'pod-template-hash': 'abc123' } },
      spec: { nodeName: node, containers: [{ name: spec.container, image }] },
    });
    const containerStatuses = [
      {
        name: spec.container,
        ready: true,
        restartCount: 0,
        image,
        imageID: `${image}@sha256:0123`,
        containerID: `${spec.format === 'docker' ? 'docker' : 'containerd'}://${id}`,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      },
    ];
    const status = { phase: 'Running', podIP: '10.0.0.9', podIPs: [{ ip: '10.0.0.9' }], containerStatuses };
    await must(kube, 'PATCH', `${pods}/${spec.pod}/status`, { status }, MERGE);
  }
}

/** The agent's service account with the rights of the manifests; its folder as the kubelet mounts it into the pod. */
export async function writeServiceAccount(kube: KubeServer, manifest: string, folder: string): Promise<void> {
  await kube.createNamespace('logging');
  for (const document of parseAllDocuments(readFileSync(manifest, 'utf8'))) {
    const object = document.toJS() as KubeObject;
    const placed =
      object.kind === 'ServiceAccount' ? { ...object, metadata: { ...object.metadata, namespace: 'logging' } } : object;
    await must(kube, 'POST', collectionOf(placed), placed);
  }
  const request = { spec: { expirationSeconds: 3600 } };
  const { status } = (await must(
    kube,
    'POST',
    '/api/v1/namespaces/logging/serviceaccounts/fluentd-es/token',
    request,
  )) as {
    status: { token: string };
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'token'), status.token);
  copyFileSync(kube.caFile, join(folder, 'ca.crt'));
}

export interface StoredDocument {
  readonly index: string;
  readonly source: Record<string, unknown>;
}

interface Page {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: readonly { readonly _index: string; readonly _source: Record<string, unknown> }[] };
}

async function call(url: string, method: string, body?: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return await answer.json();
}

/** Makes, fills and removes an index: a cluster that was started a moment ago takes seconds for its first. */
export async function warmUp(url: string): Promise<void> {
  await call(`${url}/warm-up/_doc?refresh=true`, 'POST', { log: 'a line' });
  await call(`${url}/warm-up`, 'DELETE');
}

/** Resolves when every index can be written to again. */
export async function waitForShards(url: string): Promise<void> {
  await call(`${url}/_cluster/health?wait_for_status=yellow&timeout=60s`, 'GET');
}

/** The agent's own log events are documents too: `<match **>` takes them, as in Fluentd. */
const FROM_FILES = { bool: { must_not: { prefix: { 'tag.keyword': 'fluent.' } } } };

/** Documents of files that can be searched now; 0 while no index of the pattern exists or its shards are not there. */
export async function countDocuments(url: string, pattern: string): Promise<number> {
  try {
    await call(`${url}/${pattern}/_refresh`, 'POST');
    const { count } = (await call(`${url}/${pattern}/_count`, 'POST', { query: FROM_FILES })) as { count: number };
    return count;
  } catch {
    return 0;
  }
}

/** Every document of files in an index pattern, page by page. */
export async function* allDocuments(url: string, pattern: string): AsyncGenerator<StoredDocument> {
  const query = { size: 2000, sort: ['_doc'], query: FROM_FILES };
  let page = (await call(`${url}/${pattern}/_search?scroll=1m`, 'POST', query)) as Page;
  while (page.hits.hits.length > 0) {
    for (const { _index: index, _source: source } of page.hits.hits) yield { index, source };
    page = (await call(`${url}/_search/scroll`, 'POST', { scroll: '1m', scroll_id: page._scroll_id })) as Page;
  }
}
