import { createSign } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverAvailable } from '../servers/available.ts';
import { type KubeServer, startKube } from '../servers/kube.ts';
import { type Backend, startBackend } from './backend.ts';
import { type Serving, sluice, sluiceView } from './command.ts';
import { store } from './documents.ts';

const FROM = Date.parse('2026-11-23T10:00:00Z');
const SECRET = 'a-secret-of-the-proxy-0123456789';

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend();
  await store(
    backend.url,
    'feature_-2026.11.23',
    ['team-a', 'team-b'].map((namespace) => ({
      ...{ namespace, pod: 'feature-x-driver', container: 'driver', from: FROM, step: 10 },
      lines: [`secret of ${namespace}`],
    })),
  );
});
afterAll(() => backend?.stop());

type Headers = Record<string, string>;

async function jobs(view: Serving, headers: Headers): Promise<string[] | number> {
  const answer = await fetch(`${view.url}/api/v1/jobs`, { headers });
  if (!answer.ok) return answer.status;
  const body = (await answer.json()) as { jobs: { id: string }[]; namespaces: string[] };
  expect(body.jobs.map((job) => job.id.split('.')[0]).sort()).toEqual(body.namespaces);
  return body.namespaces;
}

async function statusOf(view: Serving, path: string, headers: Headers): Promise<number> {
  const answer = await fetch(`${view.url}/api/v1${path}`, { headers });
  await answer.body?.cancel();
  return answer.status;
}

describe.runIf(serverAvailable('kube'))('with a real API server', () => {
  let kube: KubeServer;
  let dir: string;

  beforeAll(async () => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-access-'));
    kube = await startKube();
    for (const namespace of ['team-a', 'team-b']) {
      await kube.createNamespace(namespace);
      const rules = [{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }];
      await create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`, {
        metadata: { name: 'logs' },
        rules,
      });
      const name = namespace === 'team-a' ? 'anna' : 'bert';
      await create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
      const subjects = [
        { kind: 'ServiceAccount', name, namespace },
        { kind: 'User', name: `${name}@example.org`, apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'Group', name: `${namespace}-readers`, apiGroup: 'rbac.authorization.k8s.io' },
      ];
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'logs' };
      await create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
        metadata: { name: 'logs' },
        subjects,
        roleRef,
      });
    }
  });

  afterAll(async () => {
    await kube?.stop();
    fs.rmSync(dir, { recursive: true, force: true });
  });

  async function create(path: string, body: unknown): Promise<void> {
    const answer = await kube.request('POST', path, body);
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  }

  async function token(namespace: string, name: string, audiences: string[] = []): Promise<string> {
    const spec = audiences.length === 0 ? {} : { audiences };
    const answer = await kube.request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
      spec,
    });
    return (answer.body as { status: { token: string } }).status.token;
  }

  const bearer = (text: string): Headers => ({ authorization: `Bearer ${text}` });

  describe('mode kubernetes', () => {
    let view: Serving;
    beforeAll(async () => {
      view = await sluiceView(
        '--elasticsearch',
        backend.url,
        '--access',
        'kubernetes',
        '--kubeconfig',
        kube.kubeconfig,
      );
    });
    afterAll(() => view?.stop());

    it('each of two users sees the namespace whose pods/log they may get, and nothing of the other', async () => {
      const [anna, bert] = [bearer(await token('team-a', 'anna')), bearer(await token('team-b', 'bert'))];
      expect([await jobs(view, anna), await jobs(view, bert)]).toEqual([['team-a'], ['team-b']]);
      expect(await (await fetch(`${view.url}/api/v1/jobs/team-a.feature-x/logs`, { headers: anna })).text()).toBe(
        'secret of team-a\n',
      );
      const refused = [
        '/jobs/team-b.feature-x',
        '/jobs/team-b.feature-x/logs',
        '/jobs/team-b.feature-x/stats',
        '/jobs/team-b.feature-x/logs/stream',
        '/namespaces/team-b/pods/feature-x-driver/logs',
        '/namespaces/team-b/pods/feature-x-driver/logs/stream',
      ];
      for (const path of refused) expect([path, await statusOf(view, path, anna)]).toEqual([path, 404]);
      // A name that two namespaces have is not ambiguous to whom only one of them is shown.
      expect(await statusOf(view, '/jobs/feature-x', anna)).toBe(200);
      expect(
        await jobs(view, { ...anna, 'x-forwarded-user': 'bert@example.org', 'x-sluice-proxy-secret': SECRET }),
      ).toEqual(['team-a']);
    });

    it.concurrent('no token, garbage, expired tokens, tokens of another audience and of deleted accounts are refused', async () => {
      expect(await jobs(view, {})).toBe(401);
      expect(await jobs(view, bearer('garbage'))).toBe(401);
      expect(await jobs(view, bearer(expired(await token('team-a', 'anna'))))).toBe(401);
      expect(await jobs(view, bearer(await token('team-a', 'anna', ['somebody-else'])))).toBe(401);
      await create('/api/v1/namespaces/team-a/serviceaccounts', { metadata: { name: 'gone' } });
      const gone = await token('team-a', 'gone');
      expect(await jobs(view, bearer(gone))).toEqual([]);
      await kube.request('DELETE', '/api/v1/namespaces/team-a/serviceaccounts/gone');
      // The API server and the viewer keep what they know of a token for 10 seconds each.
      await expect.poll(() => jobs(view, bearer(gone)), { timeout: 60_000, interval: 500 }).toBe(401);
    });

    it.concurrent('a stream ends when the right is taken away, and when its token expires', async () => {
      await create('/api/v1/namespaces/team-a/serviceaccounts', { metadata: { name: 'eve' } });
      const bindings = '/apis/rbac.authorization.k8s.io/v1/namespaces/team-a/rolebindings';
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'logs' };
      const subjects = [{ kind: 'ServiceAccount', name: 'eve', namespace: 'team-a' }];
      await create(bindings, { metadata: { name: 'eve' }, subjects, roleRef });
      const eve = bearer(await token('team-a', 'eve'));
      // The API server takes tokens for a minute longer than they say: this one for twelve seconds more.
      const soon = bearer(signed(await token('team-a', 'anna'), -48));
      const follow = (headers: Headers) =>
        fetch(`${view.url}/api/v1/jobs/team-a.feature-x/logs/stream?tail=1`, { headers });
      const [revoked, expiring] = await Promise.all([follow(eve), follow(soon)]);
      expect([revoked.status, expiring.status, await jobs(view, eve)]).toEqual([200, 200, ['team-a']]);
      await kube.request('DELETE', `${bindings}/eve`);
      // Bodies that end: a stream that went on would hold the test up.
      const [first, second] = await Promise.all([revoked.text(), expiring.text()]);
      for (const [text, code] of [
        [first, 'ERR_NOT_FOUND'],
        [second, 'ERR_UNAUTHORIZED'],
      ] as const) {
        expect(text).toContain('secret of team-a');
        expect(text).toContain('event: live');
        expect(JSON.parse(/event: problem\ndata: (.*)\n\n$/.exec(text)![1]!)).toMatchObject({ code });
      }
      expect([await jobs(view, eve), (await follow(eve)).status, (await follow(soon)).status]).toEqual([[], 404, 401]);
    });

    const expired = (jwt: string) => signed(jwt, -6600);

    /** The same claims, signed by the same key, that end in so many seconds. */
    function signed(jwt: string, seconds: number): string {
      const [head, claims] = jwt
        .split('.')
        .slice(0, 2)
        .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
      const now = Math.floor(Date.now() / 1000);
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const body = `${encode(head)}.${encode({ ...claims, iat: now - 7200, nbf: now - 7200, exp: now + seconds })}`;
      const key = fs.readFileSync(path.join(kube.dir, 'sa.key'));
      return `${body}.${createSign('sha256').update(body).sign(key).toString('base64url')}`;
    }

    it('the page itself needs no token, and the command line takes one', async () => {
      expect((await fetch(`${view.url}/`)).status).toBe(200);
      const file = path.join(dir, 'token');
      fs.writeFileSync(file, await token('team-a', 'anna'));
      const listed = await sluice('jobs', '--server', view.url, '--token-file', file, '-o', 'json');
      expect(JSON.parse(listed.out)).toMatchObject({ id: 'team-a.feature-x' });
      expect((await sluice('logs', '--server', view.url, '--token-file', file, 'team-a.feature-x')).out).toBe(
        'secret of team-a\n',
      );
      expect((await sluice('logs', '--server', view.url, '--token-file', file, 'team-b.feature-x')).code).toBe(3);
      const kubeconfig = path.join(dir, 'anna.kubeconfig');
      const context = { name: 'c', context: { cluster: 'k', user: 'anna' } };
      const config = {
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c', contexts: [context] },
        clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'anna', user: { token: await token('team-a', 'anna') } }],
      };
      fs.writeFileSync(kubeconfig, JSON.stringify(config));
      expect((await sluice('jobs', '--server', view.url, '--kubeconfig', kubeconfig)).out).toContain(
        'team-a.feature-x',
      );
      expect((await sluice('logs', '--server', view.url, 'team-a.feature-x')).code).toBe(1);
    });
  });

  it('with an audience, only tokens made for it are taken', async () => {
    const view = await sluiceView(
      '--elasticsearch',
      backend.url,
      '--access',
      'kubernetes',
      '--kubeconfig',
      kube.kubeconfig,
      '--audience',
      'https://kubernetes.default.svc',
    );
    try {
      const issuer = JSON.parse(
        Buffer.from((await token('team-a', 'anna')).split('.')[1]!, 'base64url').toString('utf8'),
      ) as { aud: string[] };
      const expected = issuer.aud.includes('https://kubernetes.default.svc') ? ['team-a'] : 401;
      expect(await jobs(view, bearer(await token('team-a', 'anna')))).toEqual(expected);
      expect(await jobs(view, bearer(await token('team-a', 'anna', ['other'])))).toBe(401);
    } finally {
      await view.stop();
    }
  });

  it('mode proxy: headers count with the secret only, and names of the cluster itself are not taken', async () => {
    const file = path.join(dir, 'secret');
    fs.writeFileSync(file, `${SECRET}\n`);
    const view = await sluiceView(
      '--elasticsearch',
      backend.url,
      '--access',
      'proxy',
      '--kubeconfig',
      kube.kubeconfig,
      '--proxy-secret-file',
      file,
    );
    const from = (user: string, groups = '', secret = SECRET): Headers => ({
      'x-sluice-proxy-secret': secret,
      'x-forwarded-user': user,
      'x-forwarded-groups': groups,
    });
    try {
      expect(await jobs(view, from('anna@example.org'))).toEqual(['team-a']);
      expect(await jobs(view, from('carl@example.org', 'team-b-readers, others'))).toEqual(['team-b']);
      expect(await jobs(view, from('carl@example.org', 'team-a-readers,team-b-readers'))).toEqual(['team-a', 'team-b']);
      expect(await jobs(view, from('carl@example.org'))).toEqual([]);
      expect(await jobs(view, from('anna@example.org', '', 'wrong'))).toBe(401);
      expect(await jobs(view, { 'x-forwarded-user': 'anna@example.org' })).toBe(401);
      expect(await jobs(view, from(''))).toBe(401);
      expect(await jobs(view, from('system:admin'))).toBe(401);
      expect(await jobs(view, from('carl@example.org', 'system:masters'))).toBe(401);
      expect(await jobs(view, bearer(await token('team-a', 'anna')))).toBe(401);
    } finally {
      await view.stop();
    }
  });

  it('nobody may read while the API server cannot say', async () => {
    const other = await startKube();
    const view = await sluiceView(
      '--elasticsearch',
      backend.url,
      '--access',
      'kubernetes',
      '--kubeconfig',
      other.kubeconfig,
    );
    try {
      await other.kill();
      expect(await jobs(view, bearer('anything'))).toBe(503);
    } finally {
      await view.stop();
    }
  });
});

it('an address that others reach needs a mode, and the local mode answers to local names only', async () => {
  const refused = await sluice('view', '--listen', '0.0.0.0:0');
  expect([refused.code, refused.err]).toEqual([
    2,
    expect.stringContaining('say who may read with --access kubernetes, proxy or open'),
  ]);
  expect((await sluice('view', '--access', 'kubernetes')).err).toContain('give --kubeconfig');
  expect((await sluice('view', '--access', 'anything')).code).toBe(2);
  const view = await sluiceView('--elasticsearch', backend.url);
  try {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(view.url);
      const options = { port, host: '127.0.0.1', path: '/api/v1/jobs', headers: { host: 'evil.example.org' } };
      http.get(options, (answer) => resolve(answer.resume().statusCode)).once('error', reject);
    });
    expect(status).toBe(403);
  } finally {
    await view.stop();
  }
});

it('a client that goes away ends its search in the cluster', async () => {
  let searching = 0;
  let ended = 0;
  const bucket = {
    ...{
      key: { ns: 'ml', pod: 'feature-x-driver', container: 'c' },
      doc_count: 1,
      first: { value: 1 },
      last: { value: 2 },
    },
    ...{ errors: { doc_count: 0 }, known: { one: { hits: { hits: [] } } } },
  };
  const cluster = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const exact = { keyword: { aggregatable: true } };
    const answers: [boolean, unknown][] = [
      [request.url === '/', { version: { number: '9.5.3' } }],
      [request.url!.includes('_field_caps'), { indices: ['feature_-1'], fields: { 'kubernetes.pod_name': exact } }],
      [body.includes('composite'), { _shards: { failed: 0 }, aggregations: { containers: { buckets: [bucket] } } }],
    ];
    const answer = answers.find(([fits]) => fits)?.[1];
    if (answer !== undefined) return void response.end(JSON.stringify(answer));
    // The search for lines never answers.
    searching++;
    response.once('close', () => ended++);
  });
  await new Promise<void>((resolve) => cluster.listen(0, '127.0.0.1', resolve));
  const view = await sluiceView('--elasticsearch', `http://127.0.0.1:${(cluster.address() as AddressInfo).port}`);
  try {
    const stop = new AbortController();
    const answer = fetch(`${view.url}/api/v1/jobs/ml.feature-x/logs`, { signal: stop.signal }).catch(() => undefined);
    await expect.poll(() => searching, { timeout: 20_000 }).toBe(1);
    expect(ended).toBe(0);
    stop.abort();
    await answer;
    await expect.poll(() => ended, { timeout: 20_000 }).toBe(1);
  } finally {
    await view.stop();
    cluster.close();
    cluster.closeAllConnections();
  }
});
