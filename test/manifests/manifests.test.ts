/** The manifests as a cluster would take them: rendered, applied with server-side dry-run to a real API server, their configurations checked. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { serverAvailable } from '../servers/available.ts';
import { type KubeServer, startKube } from '../servers/kube.ts';
import { kustomize } from '../servers/kustomize.ts';
import { collectionOf, type KubeObject, permissiveDefinitions } from './objects.ts';

const root = join(import.meta.dirname, '..', '..');
const KUSTOMIZATIONS = ['base', 'overlays/agent-only', 'overlays/eck', 'overlays/nonroot', 'overlays/viewer'] as const;

async function render(name: string): Promise<KubeObject[]> {
  const text = await kustomize(join(root, 'manifests', name));
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
}

describe.runIf(serverAvailable('kube') && serverAvailable('kustomize'))('manifests', () => {
  let kube: KubeServer;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-manifests-'));
    kube = await startKube();
    await kube.createNamespace('logging');
    for (const definition of permissiveDefinitions()) await create(definition);
    // A new kind is served a moment after its definition is there.
    for (const kind of ['elasticsearch.k8s.elastic.co/v1/elasticsearches', 'kibana.k8s.elastic.co/v1/kibanas'])
      await vi.waitUntil(async () => (await kube.request('GET', `/apis/${kind}`)).status === 200, { timeout: 30_000 });
  });
  afterAll(async () => {
    await kube?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function create(
    object: Omit<KubeObject, 'spec' | 'data'>,
    query = '',
  ): Promise<{ status: number; text: string }> {
    return await kube.request('POST', `${collectionOf(object)}${query}`, object);
  }

  async function apply(object: KubeObject): Promise<{ status: number; text: string }> {
    const target = `${collectionOf(object)}/${object.metadata.name}?dryRun=All&fieldManager=test&fieldValidation=Strict`;
    return await kube.request('PATCH', target, JSON.stringify(object), { type: 'application/apply-patch+yaml' });
  }

  it.each(KUSTOMIZATIONS)('the API server takes every object of %s, and knows every field', async (name) => {
    const objects = await render(name);
    expect(objects.length).toBeGreaterThan(5);
    for (const object of objects) {
      const { status, text } = await apply(object);
      expect(status, `${object.kind} ${object.metadata.name}: ${text}`).toBeLessThan(300);
    }
  });

  it.each(KUSTOMIZATIONS)('the agent takes the configuration of %s', async (name) => {
    const config = (await render(name)).find(({ kind }) => kind === 'ConfigMap')!;
    const place = join(folder, name.replaceAll('/', '-'));
    mkdirSync(place);
    for (const [file, text] of Object.entries(config.data!))
      writeFileSync(join(place, file), text.replaceAll('/etc/fluent/elasticsearch-ca/ca.crt', kube.caFile));
    writeFileSync(join(place, 'fluent.conf'), '@include *s.conf\n');
    const env = { ...process.env, ELASTICSEARCH_PASSWORD: 'pw', KUBERNETES_SERVICE_HOST: '127.0.0.1' };
    const run = spawnSync(join(root, 'bin', 'sluice'), ['--dry-run', '-c', join(place, 'fluent.conf')], { env });
    expect(run.status, `${run.stdout}${run.stderr}`).toBe(0);
  });

  it('the API server takes the example of an Ingress for the viewer', async () => {
    const text = readFileSync(join(root, 'manifests', 'viewer', 'ingress-example.yaml'), 'utf8');
    const ingress = parse(text) as KubeObject;
    const answer = await apply({ ...ingress, metadata: { ...ingress.metadata, namespace: 'logging' } });
    expect(answer.status, answer.text).toBeLessThan(300);
  });

  it('all pods but the agent, which reads folders of the node, keep to the restricted pod security standard', async () => {
    await kube.createNamespace('restricted');
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await kube.request(
      'PATCH',
      '/api/v1/namespaces/restricted',
      { metadata: { labels } },
      { type: 'application/merge-patch+json' },
    );
    const refused: string[] = [];
    for (const object of await render('overlays/viewer')) {
      if (object.spec?.template === undefined) continue;
      const { template, volumeClaimTemplates = [] } = object.spec;
      const claimed = volumeClaimTemplates.map(({ metadata }) => ({ name: metadata.name, emptyDir: {} }));
      const volumes = [...(template.spec.volumes ?? []), ...claimed];
      const spec = { ...template.spec, volumes, serviceAccountName: 'default' };
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', namespace: 'restricted' }, spec };
      const { status, text } = await create(pod, '?dryRun=All');
      if (status === 403) refused.push(`${object.metadata.name}: ${text}`);
      else expect(status, text).toBe(201);
    }
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatch(/^fluentd: .*hostPath/s);
  });
});
