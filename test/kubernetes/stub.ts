/**
 * A small Kubernetes API in this process: pods and namespaces with get, list, watch, resource versions, 410, tokens, RBAC
 * refusals, and a server that goes down and comes back on its port. For tests of what a real API server cannot be made to
 * do at will; the real one is in apiserver.test.ts.
 */
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface StubObject {
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string }[];
  };
  spec?: { nodeName?: string };
  status?: { podIP?: string; containerStatuses?: object[]; initContainerStatuses?: object[] };
}
export type StubKind = 'pods' | 'namespaces';
export interface StubRequest {
  /** `get`, `list` or `watch`. */
  readonly verb: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly authorization: string | undefined;
}
interface Watcher {
  kind: StubKind;
  response: http.ServerResponse;
  node: string | undefined;
  bookmarks: boolean;
}
interface Change {
  version: number;
  kind: StubKind;
  type: string;
  object: StubObject;
}

export class KubernetesStub {
  readonly requests: StubRequest[] = [];
  token: string | undefined;
  /** Answers with a status instead of the object. */
  refuse: ((request: StubRequest) => number | undefined) | undefined;
  /** Requests wait for this before they are answered. */
  hold: Promise<void> | undefined;
  readonly #objects = { pods: new Map<string, StubObject>(), namespaces: new Map<string, StubObject>() };
  #version = 100;
  #oldest = 0;
  #changes: Change[] = [];
  #watchers = new Set<Watcher>();
  #sockets = new Set<Socket>();
  #server: http.Server | undefined;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<this> {
    const server = http.createServer((request, response) => void this.#answer(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#watchers.clear();
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  apply(kind: StubKind, object: StubObject): void {
    const type = this.#objects[kind].has(keyOf(object)) ? 'MODIFIED' : 'ADDED';
    this.#change(kind, type, object);
  }

  delete(kind: StubKind, object: StubObject): void {
    this.#change(kind, 'DELETED', object);
  }

  /** Ends open watches as a server does at its time limit. */
  closeWatches(): void {
    for (const { response } of this.#watchers) response.end();
    this.#watchers.clear();
  }

  /** Sends what the server's log no longer holds: open watches get ERROR 410, and so does who resumes from before. */
  compact(): void {
    this.#oldest = ++this.#version;
    this.#changes = [];
    for (const { response } of this.#watchers) response.write(`${JSON.stringify(expired())}\n`);
  }

  /** Tells watchers that asked for bookmarks how far they are. */
  bookmark(): void {
    const object = { metadata: { resourceVersion: String(++this.#version) } };
    for (const { response, bookmarks } of this.#watchers) {
      if (bookmarks) response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
    }
  }

  count(verb: string, path: RegExp): number {
    return this.requests.filter((request) => request.verb === verb && path.test(request.path)).length;
  }

  watchers(kind: StubKind): number {
    return [...this.#watchers].filter((watcher) => watcher.kind === kind).length;
  }

  #change(kind: StubKind, type: string, given: StubObject): void {
    const version = ++this.#version;
    const object = { ...given, metadata: { ...given.metadata, resourceVersion: String(version) } };
    if (type === 'DELETED') this.#objects[kind].delete(keyOf(object));
    else this.#objects[kind].set(keyOf(object), object);
    const change = { version, kind, type, object };
    this.#changes.push(change);
    for (const watcher of this.#watchers) send(watcher, change);
  }

  async #answer(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    incoming.resume();
    const url = new URL(incoming.url ?? '/', 'http://stub');
    const query = Object.fromEntries(url.searchParams);
    const { authorization } = incoming.headers;
    const [, kind, , name, inner, innerName] =
      /^\/api\/v1\/(pods|namespaces)(\/([^/]+)(?:\/(pods)\/([^/]+))?)?$/.exec(url.pathname) ?? [];
    const verb = query.watch === 'true' ? 'watch' : kind !== undefined && name === undefined ? 'list' : 'get';
    const request = { verb, path: url.pathname, query, authorization };
    this.requests.push(request);
    if (this.hold !== undefined) await this.hold;
    const refused = this.refuse?.(request);
    if (refused !== undefined) return status(response, refused);
    if (this.token !== undefined && authorization !== `Bearer ${this.token}`) return status(response, 401);
    if (url.pathname === '/api') return json(response, 200, { kind: 'APIVersions', versions: ['v1'] });
    if (kind === undefined) return status(response, 404);
    if (verb === 'get') {
      const key = inner === undefined ? `/${name}` : `${name}/${innerName}`;
      const object = this.#objects[inner === undefined ? 'namespaces' : 'pods'].get(key);
      return object === undefined ? status(response, 404) : json(response, 200, object);
    }
    this.#collection(kind as StubKind, query, response);
  }

  #collection(kind: StubKind, query: Record<string, string>, response: http.ServerResponse): void {
    const node = /^spec\.nodeName=(.*)$/.exec(query.fieldSelector ?? '')?.[1];
    if (query.watch !== 'true') {
      const items = [...this.#objects[kind].values()].filter((object) => isOn(object, node));
      json(response, 200, { metadata: { resourceVersion: String(this.#version) }, items });
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const from = Number(query.resourceVersion);
    if (from < this.#oldest) {
      response.end(`${JSON.stringify(expired())}\n`);
      return;
    }
    const watcher = { kind, response, node, bookmarks: query.allowWatchBookmarks === 'true' };
    for (const change of this.#changes) if (change.version > from) send(watcher, change);
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
  }
}

/** A running pod as the API shows it. */
export function stubPod(name: string, containerId: string, changes: Partial<StubObject['metadata']> = {}): StubObject {
  return {
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, labels: { app: 'web' }, ...changes },
    spec: { nodeName: 'node-1' },
    status: {
      podIP: '10.0.0.5',
      containerStatuses: [
        { name: 'nginx', image: 'nginx:1.25', imageID: 'nginx@sha256:abc', containerID: `containerd://${containerId}` },
      ],
    },
  };
}

export const SHOP: StubObject = {
  metadata: { name: 'shop', uid: 'ns-shop', labels: { team: 'a' }, creationTimestamp: '2024-01-01T00:00:00Z' },
};

function keyOf({ metadata }: StubObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function isOn(object: StubObject, node: string | undefined): boolean {
  return node === undefined || object.spec?.nodeName === node;
}

function send(watcher: Watcher, { kind, type, object }: Change): void {
  if (kind !== watcher.kind || !isOn(object, watcher.node)) return;
  watcher.response.write(`${JSON.stringify({ type, object })}\n`);
}

function expired(): object {
  return {
    type: 'ERROR',
    object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' },
  };
}

function json(response: http.ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function status(response: http.ServerResponse, code: number): void {
  json(response, code, { kind: 'Status', status: 'Failure', code, message: `scripted ${code}` });
}
