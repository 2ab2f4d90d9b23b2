/** The filter against a scripted API server: what a record carries, which requests are made, what survives trouble. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerTag, ID_A, ID_B, NOW_SEC, runFilter, stopAll, until } from './harness.ts';
import { KubernetesStub, SHOP, stubPod } from './stub.ts';

let stub: KubernetesStub;
beforeEach(async () => {
  stub = await new KubernetesStub().up();
  stub.apply('namespaces', SHOP);
  stub.apply('pods', stubPod('web-0', ID_A));
});
afterEach(async () => {
  await stopAll();
  await stub.down();
});

const TOLD = { container_name: 'nginx', namespace_name: 'shop', pod_name: 'web-0' };
const NODE = { K8S_NODE_NAME: 'node-1' };

describe('lookups, without the name of the node', () => {
  it('fills in pod and namespace in the order of the plugin', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    const event = await run.send(containerTag('web-0'));
    expect(event.toJson()).toBe(
      JSON.stringify({
        log: 'hello',
        docker: { container_id: ID_A },
        kubernetes: {
          ...TOLD,
          container_image: 'nginx:1.25',
          container_image_id: 'nginx@sha256:abc',
          pod_id: 'uid-web-0',
          pod_ip: '10.0.0.5',
          host: 'node-1',
          labels: { app: 'web' },
          master_url: stub.url,
          namespace_id: 'ns-shop',
          namespace_labels: { team: 'a' },
        },
      }),
    );
  });

  it('asks once per pod and gives all records the same shared value', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    const events = await Promise.all(Array.from({ length: 50 }, () => run.send(containerTag('web-0'))));
    const later = await run.send(containerTag('web-0'));
    expect(new Set([...events, later].map((event) => event.slot('kubernetes'))).size).toBe(1);
    expect(new Set([...events, later].map((event) => event.slot('docker'))).size).toBe(1);
    expect(stub.count('get', /\/pods\//)).toBe(1);
    expect(stub.count('get', /\/namespaces\/shop$/)).toBe(1);
  });

  it('never lets a container forge its metadata', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    const forged = {
      log: 'x',
      kubernetes: { namespace_name: 'kube-system', pod_name: 'admin', container_name: 'c' },
      docker: { container_id: ID_B },
    };
    const record = await run.json(containerTag('web-0'), forged);
    expect(record.kubernetes).toMatchObject(TOLD);
    expect(record.docker).toEqual({ container_id: ID_A });
    const noId = 'kubernetes.var.log.pods.shop_gone-1_0a1b.nginx.0.log';
    expect(await run.json(noId, forged)).not.toHaveProperty('docker');
  });

  it('looks pods up by the fields of the record where the tag tells nothing', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    const record = await run.json('journal', { kubernetes: TOLD, docker: { container_id: ID_A } });
    expect(record.kubernetes).toMatchObject({ pod_id: 'uid-web-0' });
    expect(await run.json('journal', { kubernetes: 'text', docker: 1 })).toEqual({ kubernetes: 'text', docker: 1 });
    const off = await runFilter({ kubernetes_url: stub.url, watch: 'false', lookup_from_k8s_field: 'false' });
    const untouched = await off.json('journal', { kubernetes: TOLD, docker: { container_id: ID_A } });
    expect(untouched.kubernetes).toEqual(TOLD);
  });

  it('gives an unknown pod of a namespace that is older than the record the container id', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    const now = await run.json(containerTag('gone-1'));
    expect(now.kubernetes).toEqual({
      container_name: 'nginx',
      namespace_name: 'shop',
      pod_name: 'gone-1',
      pod_id: ID_A,
      namespace_id: 'ns-shop',
      namespace_labels: { team: 'a' },
    });
    const before = await run.json(containerTag('gone-1'), { log: 'old' }, 1_600_000_000);
    expect(before.kubernetes).not.toHaveProperty('pod_id');
  });

  it('asks ever more rarely for an unknown pod, and finds it when it comes', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    for (let i = 0; i < 200; i++) await run.send(containerTag('late-1', ID_B));
    expect(stub.count('get', /late-1$/)).toBeLessThanOrEqual(3);
    stub.apply('pods', stubPod('late-1', ID_B));
    await until(async () => 'pod_ip' in (await run.json(containerTag('late-1', ID_B))).kubernetes!, 'the pod');
  });

  it('marks records of unknown or forbidden namespaces as orphans', async () => {
    stub.refuse = ({ path }) => (path.endsWith('/namespaces/shop') ? 403 : undefined);
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    expect((await run.json(containerTag('web-0'))).kubernetes).toEqual({
      ...TOLD,
      namespace_name: '.orphaned',
      orphaned_namespace: 'shop',
      namespace_id: 'orphaned',
    });
    const plain = await runFilter({ kubernetes_url: stub.url, watch: 'false', allow_orphans: 'false' });
    expect((await plain.json(containerTag('web-0'))).kubernetes).toEqual(TOLD);
  });

  it('tells a re-created pod of the same name from the one before', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    await run.send(containerTag('web-0'));
    stub.delete('pods', stubPod('web-0', ID_A));
    stub.apply('pods', stubPod('web-0', ID_B, { uid: 'uid-second' }));
    const second = await run.json(containerTag('web-0', ID_B));
    const first = await run.json(containerTag('web-0'));
    expect(second.kubernetes).toMatchObject({ pod_id: 'uid-second' });
    expect(first.kubernetes).toMatchObject({ pod_id: 'uid-web-0' });
  });

  it('renews what is older than cache_ttl in the background and keeps what has gone', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false', cache_ttl: '0' });
    const labels = async () => (await run.json(containerTag('web-0'))).kubernetes!.labels;
    expect(await labels()).toEqual({ app: 'web' });
    stub.apply('pods', stubPod('web-0', ID_A, { labels: { app: 'new' } }));
    await until(async () => ((await labels()) as { app: string }).app === 'new', 'the new labels');
    stub.delete('pods', stubPod('web-0', ID_A));
    const asked = stub.count('get', /web-0$/);
    await until(async () => {
      expect(await labels()).toEqual({ app: 'new' });
      return stub.count('get', /web-0$/) > asked + 2;
    }, 'renewals');
  });
});

describe('an API that is away', () => {
  it('lets records go with what the tag tells, within seconds, and catches up', async () => {
    await stub.down();
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    const began = Date.now();
    const record = await run.json(containerTag('web-0'));
    expect(record.kubernetes).toEqual(TOLD);
    expect(record.docker).toEqual({ container_id: ID_A });
    expect(Date.now() - began).toBeLessThan(4000);
    const again = Date.now();
    await run.send(containerTag('web-1'));
    expect(Date.now() - again).toBeLessThan(1000);
    await stub.up();
    await until(async () => 'pod_id' in (await run.json(containerTag('web-0'))).kubernetes!, 'metadata');
  });

  it('lets records go when it takes connections but never answers', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch: 'false' });
    let release = () => {};
    stub.hold = new Promise((resolve) => {
      release = resolve;
    });
    const began = Date.now();
    expect((await run.json(containerTag('web-0'))).kubernetes).toEqual(TOLD);
    expect(Date.now() - began).toBeLessThan(4000);
    release();
    await until(async () => 'pod_id' in (await run.json(containerTag('web-0'))).kubernetes!, 'metadata');
  });

  it('stops the start when TLS meets a server that has none', async () => {
    const { port } = new URL(stub.url);
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port };
    await expect(runFilter({ watch: 'false' }, env)).rejects.toThrow(/SSL/);
  });
});

describe('tokens', () => {
  it('uses the token of the service account folder, also after it has rotated', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sluice-token-'));
    try {
      writeFileSync(join(dir, 'token'), 'first\n');
      stub.token = 'first';
      const run = await runFilter({ kubernetes_url: stub.url, watch: 'false', secret_dir: dir });
      expect((await run.json(containerTag('web-0'))).kubernetes).toHaveProperty('pod_id');
      writeFileSync(join(dir, 'token'), 'second\n');
      stub.token = 'second';
      stub.apply('pods', stubPod('web-1', ID_B));
      expect((await run.json(containerTag('web-1', ID_B))).kubernetes).toHaveProperty('pod_id');
      expect(run.logs.join()).not.toMatch(/first|second/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('the watch of this node', () => {
  it('makes one list and one watch, as Fluentd asks for them, and no request per pod', async () => {
    const run = await runFilter({ kubernetes_url: stub.url }, NODE);
    expect((await run.json(containerTag('web-0'))).kubernetes).toMatchObject({
      pod_id: 'uid-web-0',
      namespace_id: 'ns-shop',
    });
    await until(() => stub.watchers('pods') === 1 && stub.watchers('namespaces') === 1, 'both watches');
    const asked = stub.requests
      .filter(({ path }) => path !== '/api')
      .map(({ verb, path, query }) => [verb, path, query]);
    const pods = { fieldSelector: 'spec.nodeName=node-1' };
    expect(asked).toHaveLength(4);
    expect(asked).toContainEqual(['list', '/api/v1/pods', { ...pods, resourceVersion: '0' }]);
    expect(asked).toContainEqual(['watch', '/api/v1/pods', { ...pods, resourceVersion: '102', watch: 'true' }]);
    expect(asked).toContainEqual(['list', '/api/v1/namespaces', { resourceVersion: '0' }]);
  });

  it('shows a pod that starts and labels that change', async () => {
    const run = await runFilter({ kubernetes_url: stub.url }, NODE);
    await until(() => stub.watchers('pods') === 1, 'the watch');
    const waiting = run.json(containerTag('new-1', ID_B));
    stub.apply('pods', stubPod('new-1', ID_B));
    expect((await waiting).kubernetes).toMatchObject({ pod_id: 'uid-new-1' });
    const before = await run.send(containerTag('new-1', ID_B));
    stub.apply('pods', stubPod('new-1', ID_B, { labels: { app: 'changed' } }));
    await until(async () => {
      const { labels } = (await run.json(containerTag('new-1', ID_B))).kubernetes!;
      return (labels as { app: string }).app === 'changed';
    }, 'the label');
    stub.apply('pods', stubPod('new-1', ID_B, { labels: { app: 'changed' } }));
    const after = await run.send(containerTag('new-1', ID_B));
    expect(after.slot('docker')).toBe(before.slot('docker'));
    expect(stub.count('get', /\/pods\//)).toBe(0);
  });

  it('keeps a deleted pod for the rest of its log, and tells it from its successor', async () => {
    const run = await runFilter({ kubernetes_url: stub.url }, NODE);
    await until(() => stub.watchers('pods') === 1, 'the watch');
    stub.delete('pods', stubPod('web-0', ID_A));
    stub.apply('pods', stubPod('web-0', ID_B, { uid: 'uid-second' }));
    await until(async () => {
      const { pod_id } = (await run.json(containerTag('web-0', ID_B))).kubernetes!;
      return pod_id === 'uid-second';
    }, 'the second pod');
    expect((await run.json(containerTag('web-0'))).kubernetes).toMatchObject({ pod_id: 'uid-web-0' });
    expect(stub.count('get', /\/pods\//)).toBe(0);
  });

  it('resumes a watch where it ended, with bookmarks, and lists again only after 410', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch_retry_interval: '0' }, NODE);
    await until(() => stub.watchers('pods') === 1, 'the watch');
    stub.closeWatches();
    stub.apply('pods', stubPod('meanwhile', ID_B));
    await until(() => stub.watchers('pods') === 1, 'the watch again');
    expect((await run.json(containerTag('meanwhile', ID_B))).kubernetes).toMatchObject({ pod_id: 'uid-meanwhile' });
    expect(stub.count('list', /\/pods$/)).toBe(1);
    expect(stub.requests.filter(({ verb }) => verb === 'watch').at(-1)?.query).toHaveProperty('allowWatchBookmarks');
    stub.bookmark();
    stub.compact();
    await until(() => stub.count('list', /\/pods$/) === 2 && stub.watchers('pods') === 1, 'a new list');
    stub.apply('pods', stubPod('after', 'f'.repeat(64)));
    expect((await run.json(containerTag('after', 'f'.repeat(64)))).kubernetes).toMatchObject({ pod_id: 'uid-after' });
    const text = await run.metrics.text();
    expect(text).toMatch(/sluice_kubernetes_watch_restarts_total\{resource="pods",reason="gone"\} 1/);
    expect(text).toMatch(/sluice_kubernetes_api_requests_total\{verb="list",resource="pods",status="200"\} 2/);
  });

  it('goes on with what it knows while the API is away, and catches up', async () => {
    const run = await runFilter({ kubernetes_url: stub.url, watch_retry_interval: '0' }, NODE);
    await run.send(containerTag('web-0'));
    await until(() => stub.watchers('pods') === 1, 'the watch');
    await stub.down();
    expect((await run.json(containerTag('web-0'))).kubernetes).toMatchObject({ pod_id: 'uid-web-0' });
    expect((await run.json(containerTag('new-1', ID_B))).kubernetes).toMatchObject({ pod_name: 'new-1' });
    stub.apply('pods', stubPod('new-1', ID_B));
    await stub.up();
    await until(async () => 'pod_id' in (await run.json(containerTag('new-1', ID_B))).kubernetes!, 'the new pod');
  });

  it('falls back to lookups where listing is forbidden', async () => {
    stub.refuse = ({ verb }) => (verb === 'list' ? 403 : undefined);
    const run = await runFilter({ kubernetes_url: stub.url }, NODE);
    expect((await run.json(containerTag('web-0'))).kubernetes).toMatchObject({
      pod_id: 'uid-web-0',
      namespace_id: 'ns-shop',
    });
  });

  it('finds a static pod by the uid in its path', async () => {
    stub.apply('pods', stubPod('static', ID_B, { annotations: { 'kubernetes.io/config.hash': 'abc123' } }));
    const run = await runFilter({ kubernetes_url: stub.url }, NODE);
    const record = await run.json('kubernetes.var.log.pods.shop_static_abc123.nginx.0.log');
    expect(record.kubernetes).toMatchObject({ pod_id: 'uid-static' });
    expect(record.docker).toEqual({ container_id: ID_B });
  });
});

it('needs no API: without one it tells what the tag tells', async () => {
  const run = await runFilter({});
  const record = await run.json(containerTag('web-0'), { log: 'x' }, NOW_SEC);
  expect(record).toEqual({ log: 'x', docker: { container_id: ID_A }, kubernetes: TOLD });
});
