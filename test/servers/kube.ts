import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerChild, startChild } from './child.ts';
import { buildKube } from './kube/build.ts';

// 3 to 5 s on a quiet machine.
const START_TIMEOUT_MS = 120_000;
const ADMIN_TOKEN = 'admin-token';

export interface KubeOptions {
  /** Flags of kube-apiserver such as `--watch-cache-sizes=pods#0`. */
  readonly flags?: readonly string[];
  /** Its state, kept when it stops: started again on it, the same cluster comes back. Default: temporary. */
  readonly dir?: string;
  /** Default: a free one. Give the same again to let clients reconnect. */
  readonly port?: number;
}

export interface KubeAnswer {
  readonly status: number;
  readonly text: string;
  /** The answer's JSON; undefined when it is none. */
  readonly body: unknown;
}

export interface KubeRequestOptions {
  /** Content type of the body. Default: JSON; patches want `application/merge-patch+json` and the like. */
  readonly type?: string;
  /** Default: the administrator's. */
  readonly token?: string;
}

export interface KubeServer {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  readonly kubeconfig: string;
  /** The administrator's bearer token. */
  readonly token: string;
  readonly caFile: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
  request(method: string, path: string, body?: unknown, options?: KubeRequestOptions): Promise<KubeAnswer>;
  /** Creates a namespace with the `default` service account that its pods need (no controller does it here). */
  createNamespace(name: string): Promise<void>;
  /** Compacts etcd: with the watch cache off, open watches and `continue` tokens then get 410 Gone. */
  compact(): Promise<void>;
}

/** Starts a real kube-apiserver with etcd inside on 127.0.0.1; it is built on first use (see prepare.ts). */
export async function startKube(options: KubeOptions = {}): Promise<KubeServer> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'sluice-kube-'));
  const flags = ['-dir', dir, '-port', String(options.port ?? 0), '-exit-on-stdin-eof', '--', ...(options.flags ?? [])];
  const child = startChild('kube-apiserver', await buildKube(), flags);
  const ready = await readyLine(child);
  const caFile = join(dir, 'apiserver.crt');
  const ca = readFileSync(caFile);
  const remove = () => {
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  };
  const server: KubeServer = {
    url: ready.server,
    port: Number(new URL(ready.server).port),
    dir,
    kubeconfig: ready.kubeconfig,
    token: ADMIN_TOKEN,
    caFile,
    stop: () => child.stop().then(remove),
    kill: () => child.kill().then(remove),
    request: (method, path, body, how = {}) => ask(ready.server, ca, method, path, body, how),
    createNamespace: (name) => createNamespace(server, name),
    async compact() {
      const done = child.waitFor((line) => (line.includes('"compacted"') ? line : undefined), START_TIMEOUT_MS);
      child.write('compact');
      await done;
    },
  };
  await createNamespace(server, 'default');
  return server;
}

async function readyLine(child: ServerChild): Promise<{ server: string; kubeconfig: string }> {
  const pick = (line: string) =>
    line.startsWith('{') ? (JSON.parse(line) as { server: string; kubeconfig: string }) : undefined;
  try {
    return await child.waitFor(pick, START_TIMEOUT_MS);
  } catch (error) {
    await child.kill();
    throw error;
  }
}

function ask(
  url: string,
  ca: Buffer,
  method: string,
  path: string,
  body: unknown,
  how: KubeRequestOptions,
): Promise<KubeAnswer> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { authorization: `Bearer ${how.token ?? ADMIN_TOKEN}` };
    if (body !== undefined) headers['content-type'] = how.type ?? 'application/json';
    const call = request(url + path, { method, ca, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
      });
      answer.once('error', reject);
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text, body: jsonOf(text) }));
    });
    call.once('error', reject);
    call.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function createNamespace(server: KubeServer, name: string): Promise<void> {
  const wanted = [
    { path: '/api/v1/namespaces', body: { metadata: { name } } },
    { path: `/api/v1/namespaces/${name}/serviceaccounts`, body: { metadata: { name: 'default' } } },
  ];
  for (const { path, body } of wanted) {
    for (;;) {
      const answer = await server.request('POST', path, body);
      if (answer.status === 201 || answer.status === 409) break;
      // The apiserver makes `default` itself shortly after it is ready.
      if (answer.status !== 404) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    }
  }
}
