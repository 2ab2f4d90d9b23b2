/** The filter against a real kube-apiserver: service account, RBAC, TLS, watch, restart (410), token rotation, kubeconfig. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serverAvailable } from '../servers/available.ts';
import { type KubeServer, startKube } from '../servers/kube.ts';
import { containerTag, ID_A, ID_B, runFilter, stopAll, until } from './harness.ts';

const FUTURE = 4_000_000_000;
const MERGE = { type: 'application/merge-patch+json' };
const NODE = { K8S_NODE_NAME: 'node-1' };

describe.runIf(serverAvailable('kube'))('on a real API server', () => {
  let kube: KubeServer;
  let folder: string;
  let secrets: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-k8s-'));
    secrets = join(folder, 'serviceaccount');
    mkdirSync(secrets);
    // Without its watch cache for pods the server answers 410 as soon as etcd is compacted.
    kube = await startKube({ dir: join(folder, 'state'), flags: ['--watch-cache-sizes=pods#0'] });
    await kube.createNamespace('shop');
    await must('PATCH', '/api/v1/namespaces/shop', { metadata: { labels: { team: 'a' } } }, MERGE);
    await must('POST', '/api/v1/namespaces/shop/serviceaccounts', { metadata: { name: 'sluice' } });
    const rules = [{ apiGroups: [''], resources: ['pods', 'namespaces'], verbs: ['get', 'list', 'watch'] }];
    await grant('sluice', rules);
    await must('POST', '/api/v1/namespaces/shop/serviceaccounts', { metadata: { name: 'podsonly' } });
    await grant('podsonly', [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }]);
    copyFileSync(kube.caFile, join(secrets, 'ca.crt'));
    writeFileSync(join(secrets, 'token'), await tokenOf('sluice'));
  });
  afterEach(stopAll);
  afterAll(async () => {
    await kube.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function must(method: string, path: string, body?: unknown, how = {}): Promise<Record<string, unknown>> {
    const answer = await kube.request(method, path, body, how);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body as Record<string, unknown>;
  }

  async function grant(account: string, rules: object[]): Promise<void> {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    await must('POST', `${rbac}/clusterroles`, { metadata: { name: account }, rules });
    await must('POST', `${rbac}/clusterrolebindings`, {
      metadata: { name: account },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: account },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'shop' }],
    });
  }

  async function tokenOf(account: string): Promise<string> {
    const path = `/api/v1/namespaces/shop/serviceaccounts/${account}/token`;
    const { status } = await must('POST', path, { spec: { expirationSeconds: 3600 } });
    return (status as { token: string }).token;
  }

  /** Makes a pod that runs, and tells its uid. */
  async function makePod(name: string, containerId: string, nodeName = 'node-1'): Promise<string> {
    const { metadata } = await must('POST', '/api/v1/namespaces/shop/pods', {
      metadata: { name, labels: { app: name } },
      spec: { nodeName, containers: [{ name: 'nginx', image: 'nginx:1.25' }] },
    });
    const status = {
      phase: 'Running',
      podIPs: [{ ip: '10.0.0.5' }],
      podIP: '10.0.0.5',
      containerStatuses: [
        {
          name: 'nginx',
          ready: true,
          restartCount: 0,
          image: 'docker.io/library/nginx:1.25',
          imageID: 'nginx@sha256:abc',
          containerID: `containerd://${containerId}`,
          state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
        },
      ],
    };
    await must('PATCH', `/api/v1/namespaces/shop/pods/${name}/status`, { status }, MERGE);
    return (metadata as { uid: string }).uid;
  }

  const deletePod = (name: string) => must('DELETE', `/api/v1/namespaces/shop/pods/${name}?gracePeriodSeconds=0`);
  /** As in a pod: the address from the environment, the rest from the service account's folder. */
  const inCluster = (env: Record<string, string> = NODE, params: Record<string, string> = {}) =>
    runFilter(
      { secret_dir: secrets, ...params },
      { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(kube.port), ...env },
    );

  it('knows the pods of its node by one list and one watch', async () => {
    const uid = await makePod('web-0', ID_A);
    const run = await inCluster();
    const record = await run.json(containerTag('web-0'), { log: 'x' }, FUTURE);
    expect(record.kubernetes).toEqual({
      container_name: 'nginx',
      namespace_name: 'shop',
      pod_name: 'web-0',
      container_image: 'docker.io/library/nginx:1.25',
      container_image_id: 'nginx@sha256:abc',
      pod_id: uid,
      pod_ip: '10.0.0.5',
      host: 'node-1',
      labels: { app: 'web-0' },
      master_url: `https://127.0.0.1:${kube.port}/api`,
      namespace_id: expect.any(String),
      namespace_labels: { team: 'a', 'kubernetes.io/metadata.name': 'shop' },
    });
    const started = await makePod('web-1', ID_B);
    const second = await run.json(containerTag('web-1', ID_B));
    expect(second.kubernetes).toMatchObject({ pod_id: started });
    await must('PATCH', '/api/v1/namespaces/shop/pods/web-1', { metadata: { labels: { app: 'changed' } } }, MERGE);
    await until(async () => {
      const { labels } = (await run.json(containerTag('web-1', ID_B))).kubernetes as { labels: { app: string } };
      return labels.app === 'changed';
    }, 'the changed label');
    await deletePod('web-1');
    const successor = await makePod('web-1', 'c'.repeat(64));
    await until(async () => {
      const { pod_id } = (await run.json(containerTag('web-1', 'c'.repeat(64)))).kubernetes ?? {};
      return pod_id === successor;
    }, 'the successor');
    expect((await run.json(containerTag('web-1', ID_B))).kubernetes).toMatchObject({ pod_id: started });
    expect(await run.metrics.text()).not.toMatch(/verb="get",resource="pods"/);
    await deletePod('web-0');
    await deletePod('web-1');
  });

  it('looks up single pods without the name of the node', async () => {
    const uid = await makePod('other-0', ID_A, 'node-2');
    const run = await inCluster({}, { watch: 'false' });
    expect((await run.json(containerTag('other-0'))).kubernetes).toMatchObject({ pod_id: uid, host: 'node-2' });
    expect((await run.json(containerTag('gone-0'), { log: 'x' }, FUTURE)).kubernetes).toMatchObject({ pod_id: ID_A });
    const orphan = await run.json(containerTag('other-0', ID_A, 'nowhere'));
    expect(orphan.kubernetes).toMatchObject({ namespace_name: '.orphaned', orphaned_namespace: 'nowhere' });
    await deletePod('other-0');
  });

  it('takes what RBAC allows: pods without namespaces make orphans, or namespaces are skipped', async () => {
    const own = join(folder, 'podsonly');
    mkdirSync(own);
    copyFileSync(kube.caFile, join(own, 'ca.crt'));
    writeFileSync(join(own, 'token'), await tokenOf('podsonly'));
    const uid = await makePod('rbac-0', ID_A);
    const run = await inCluster(NODE, { secret_dir: own });
    expect((await run.json(containerTag('rbac-0'))).kubernetes).toMatchObject({ namespace_id: 'orphaned' });
    const skipping = await inCluster(NODE, { secret_dir: own, skip_namespace_metadata: 'true' });
    const record = await skipping.json(containerTag('rbac-0'));
    expect(record.kubernetes).toMatchObject({ pod_id: uid, namespace_name: 'shop' });
    expect(record.kubernetes).not.toHaveProperty('namespace_id');
    await deletePod('rbac-0');
  });

  it('ships what the tag tells with a refused token, and catches up when the file holds a good one', async () => {
    const own = join(folder, 'rotating');
    mkdirSync(own);
    copyFileSync(kube.caFile, join(own, 'ca.crt'));
    writeFileSync(join(own, 'token'), 'garbage');
    const uid = await makePod('token-0', ID_A);
    const run = await inCluster(NODE, { secret_dir: own });
    expect((await run.json(containerTag('token-0'))).kubernetes).not.toHaveProperty('pod_id');
    writeFileSync(join(own, 'token'), await tokenOf('sluice'));
    await until(async () => (await run.json(containerTag('token-0'))).kubernetes?.pod_id === uid, 'the metadata');
    expect(run.logs.join('\n')).not.toContain('garbage');
    await deletePod('token-0');
  });

  it('refuses a server whose certificate it cannot verify, unless told not to', async () => {
    const uid = await makePod('tls-0', ID_A);
    const params = {
      kubernetes_url: kube.url,
      secret_dir: folder,
      bearer_token_file: join(secrets, 'token'),
      watch: 'false',
    };
    const strict = await runFilter(params);
    expect((await strict.json(containerTag('tls-0'))).kubernetes).not.toHaveProperty('pod_id');
    const lax = await runFilter({ ...params, verify_ssl: 'false' });
    expect((await lax.json(containerTag('tls-0'))).kubernetes).toMatchObject({ pod_id: uid });
    await deletePod('tls-0');
  });

  it('takes server and credentials from a kubeconfig', async () => {
    const uid = await makePod('config-0', ID_A);
    const run = await runFilter({ kubeconfig: kube.kubeconfig, watch: 'false' });
    expect((await run.json(containerTag('config-0'))).kubernetes).toMatchObject({ pod_id: uid });
    await deletePod('config-0');
  });

  it('lists again when what it missed has been compacted (410)', async () => {
    const uid = await makePod('missed-0', ID_A);
    const wire = await cuttable(kube.port);
    const run = await inCluster({ ...NODE, KUBERNETES_SERVICE_PORT: String(wire.port) }, { watch_retry_interval: '1' });
    expect((await run.json(containerTag('missed-0'))).kubernetes).toMatchObject({ pod_id: uid });
    const watches = /requests_total\{verb="watch",resource="pods",status="200"\} 1/;
    await until(async () => watches.test(await run.metrics.text()), 'the watch');
    wire.cut();
    const missed = await makePod('missed-1', ID_B);
    await deletePod('missed-0');
    await kube.compact();
    wire.mend();
    await until(
      async () => (await run.json(containerTag('missed-1', ID_B))).kubernetes?.pod_id === missed,
      'the pod that was missed',
    );
    await until(
      async () => /watch_restarts_total\{resource="pods",reason="gone"\} [1-9]/.test(await run.metrics.text()),
      'the 410',
    );
    expect((await run.json(containerTag('missed-0'))).kubernetes).toMatchObject({ pod_id: uid });
    await deletePod('missed-1');
    wire.close();
  });

  it('keeps what it knows over a restart of the server, and goes on', async () => {
    const uid = await makePod('restart-0', ID_A);
    const run = await inCluster(NODE, { watch_retry_interval: '0' });
    await run.send(containerTag('restart-0'));
    const { port, dir } = kube;
    await kube.stop();
    expect((await run.json(containerTag('restart-0'))).kubernetes).toMatchObject({ pod_id: uid });
    kube = await startKube({ dir, port });
    const after = await makePod('restart-1', ID_B);
    await until(
      async () => (await run.json(containerTag('restart-1', ID_B))).kubernetes?.pod_id === after,
      'a pod made after the restart',
    );
  });
});

/** A way to the server that can be cut and mended, while the server goes on. */
async function cuttable(target: number) {
  let open = true;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (!open) return near.destroy();
    const far = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => {
    open = false;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: drop,
    mend: () => {
      open = true;
    },
    close: () => {
      drop();
      server.close();
    },
  };
}
