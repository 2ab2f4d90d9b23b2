/**
 * What is known of pods and namespaces: kept up to date by watches, or asked for one by one.
 *
 * Guarantees: pods are told apart by uid, and found by namespace and name, by container id or by the uid in their log path,
 * so that a pod re-created under its old name does not take over the lines of the one before. A deleted pod stays until
 * `cache_size` others came: its log is read long after it has gone. Requests for the same object are collapsed.
 * `generation` grows with every change that records can show.
 */
import { LRUCache } from 'lru-cache';
import type { ClockPort } from '../../core/ports.ts';
import type { Logger } from '../../plugin.ts';
import { type ApiClient, ApiError } from './api.ts';
import { Complaints } from './complaints.ts';
import type { Absence, NamespaceMeta, NamespaceObject, PodMeta, PodObject } from './layout.ts';
import type { Names } from './names.ts';
import type { Reflector, Sink } from './reflector.ts';
import type { Stats } from './stats.ts';

/** A pod or namespace with what we know of our knowledge. */
export interface Known<M> {
  meta: M;
  /** Monotonic milliseconds of the last answer about it. */
  seenAt: number;
  /** Deleted, or being deleted. */
  gone: boolean;
}
export type KnownPod = Known<PodMeta>;
export type KnownNamespace = Known<NamespaceMeta>;

export interface DirectoryOptions {
  /** Path below /api, `/v1`. */
  readonly version: string;
  readonly cacheSize: number;
  readonly podMeta: (pod: PodObject) => PodMeta;
  readonly namespaceMeta: (namespace: NamespaceObject) => NamespaceMeta;
}

/** Milliseconds that a watch gets to tell of a pod whose log is there already, before the API is asked. */
const WATCH_LAG = 1000;

export class Directory {
  generation = 0;
  /** Set where watches run. */
  podWatch: Reflector<PodObject> | undefined;
  namespaceWatch: Reflector<NamespaceObject> | undefined;
  readonly #options: DirectoryOptions;
  readonly #api: ApiClient;
  readonly #clock: ClockPort;
  readonly #log: Logger;
  readonly #stats: Stats;
  readonly #complaints: Complaints;
  /** Pods that the watch tells of, by uid, and those it no longer tells of or never did. */
  readonly #live = new Map<string, KnownPod>();
  readonly #kept: LRUCache<string, KnownPod>;
  /** Newest last. */
  readonly #byName = new Map<string, KnownPod[]>();
  readonly #namespaces = new Map<string, KnownNamespace>();
  readonly #keptNamespaces: LRUCache<string, KnownNamespace>;
  readonly #asking = new Map<string, Promise<unknown>>();
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  constructor(options: DirectoryOptions, api: ApiClient, clock: ClockPort, log: Logger, stats: Stats) {
    this.#options = options;
    this.#api = api;
    this.#clock = clock;
    this.#log = log;
    this.#stats = stats;
    this.#complaints = new Complaints(clock, log);
    this.#kept = new LRUCache({ max: options.cacheSize, dispose: (known, uid) => this.#forget(known, uid) });
    this.#keptNamespaces = new LRUCache({ max: options.cacheSize });
  }

  get sizes(): { pods: number; namespaces: number } {
    return {
      pods: this.#live.size + this.#kept.size,
      namespaces: this.#namespaces.size + this.#keptNamespaces.size,
    };
  }

  // ------------------------------------------------------------------ finding

  /** The pod and whether it is surely the one that wrote the log, not another one of the same name. */
  findPod(names: Names): { pod: KnownPod; sure: boolean } | undefined {
    const pods = this.#byName.get(nameKey(names.namespace, names.pod));
    if (pods === undefined) return undefined;
    const { podUid, containerId } = names;
    const sure = pods.findLast(
      ({ meta }) =>
        (podUid !== undefined && (meta.uid === podUid || meta.pathUid === podUid)) ||
        (containerId !== undefined && meta.containerIds.has(containerId)),
    );
    const pod = sure ?? pods.at(-1)!;
    // Read for its effect: a pod in use is not the next one to be forgotten.
    this.#kept.get(pod.meta.uid);
    return { pod, sure: sure !== undefined };
  }

  findNamespace(name: string): KnownNamespace | undefined {
    return this.#namespaces.get(name) ?? this.#keptNamespaces.get(name);
  }

  /** True for what no watch keeps up to date. */
  ages(kind: 'pod' | 'namespace'): boolean {
    return (kind === 'pod' ? this.podWatch : this.namespaceWatch) === undefined;
  }

  // ------------------------------------------------------------------ asking

  /** Finds out about a pod; where no watch tells, knowledge older than `since` (monotonic milliseconds) does not count. */
  async askPod(names: Names, since: number): Promise<Absence | 'found'> {
    if (this.podWatch !== undefined) {
      await this.#until(() => this.podWatch?.state !== 'starting', Number.POSITIVE_INFINITY);
      const present = () => {
        const found = this.findPod(names);
        return found !== undefined && (found.sure || !found.pod.gone);
      };
      if (this.podWatch.state === 'synced' && (await this.#until(present, WATCH_LAG))) return 'found';
      // A pod of the past: one of this name was deleted and no other came.
      if (this.podWatch.state === 'synced' && this.findPod(names) !== undefined) return 'found';
    }
    const found = this.findPod(names);
    if (found !== undefined && found.pod.seenAt >= since) return 'found';
    return this.#collapsed(`pod ${nameKey(names.namespace, names.pod)}`, () =>
      this.#getPod(names.namespace, names.pod),
    );
  }

  /** The same for a namespace. */
  async askNamespace(name: string, since: number): Promise<Absence | 'found'> {
    if (this.namespaceWatch !== undefined) {
      await this.#until(() => this.namespaceWatch?.state !== 'starting', Number.POSITIVE_INFINITY);
    }
    const known = this.findNamespace(name);
    if (known !== undefined && (known.seenAt >= since || this.namespaceWatch?.state === 'synced')) return 'found';
    return this.#collapsed(`namespace ${name}`, () => this.#getNamespace(name));
  }

  /** Asks again for what may have changed. Never throws. */
  async renewPod(names: Names): Promise<void> {
    await this.#collapsed(`pod ${nameKey(names.namespace, names.pod)}`, () => this.#getPod(names.namespace, names.pod));
  }

  async renewNamespace(name: string): Promise<void> {
    await this.#collapsed(`namespace ${name}`, () => this.#getNamespace(name));
  }

  async #getPod(namespace: string, name: string): Promise<Absence | 'found'> {
    const path = `${this.#options.version}/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    try {
      const request = { verb: 'get', resource: 'pods', path } as const;
      const meta = this.#options.podMeta((await this.#api.get(request)) as PodObject);
      this.#stats.bump('pod_cache_api_updates');
      this.#keep(this.#put(meta, false));
      this.#answered();
      return 'found';
    } catch (error) {
      // It has gone; what we know of it stays good.
      for (const known of this.#byName.get(nameKey(namespace, name)) ?? []) known.seenAt = this.#clock.monotonic();
      return this.#absence(error, 'pod', `${namespace}/${name}`);
    }
  }

  async #getNamespace(name: string): Promise<Absence | 'found'> {
    const path = `${this.#options.version}/namespaces/${encodeURIComponent(name)}`;
    try {
      const request = { verb: 'get', resource: 'namespaces', path } as const;
      const meta = this.#options.namespaceMeta((await this.#api.get(request)) as NamespaceObject);
      this.#stats.bump('namespace_cache_api_updates');
      this.#keptNamespaces.set(name, this.#refreshed(this.findNamespace(name), meta));
      this.#answered();
      return 'found';
    } catch (error) {
      const known = this.findNamespace(name);
      if (known !== undefined) known.seenAt = this.#clock.monotonic();
      return this.#absence(error, 'namespace', name);
    }
  }

  /** The API is there: watches that wait to try again need not. */
  #answered(): void {
    for (const watch of [this.podWatch, this.namespaceWatch]) if (watch?.state === 'failing') watch.wake();
  }

  #absence(error: unknown, kind: 'pod' | 'namespace', name: string): Absence {
    this.#stats.bump(`${kind}_cache_api_nil_error`);
    if (!(error instanceof ApiError)) throw error;
    const { status } = error;
    const told = `could not fetch ${kind} metadata of ${name}: ${error.message}`;
    const code = (error.cause as NodeJS.ErrnoException | undefined)?.code;
    if (status === 404) this.#log.debug(told);
    else this.#complaints.tell(`${kind} ${status ?? code ?? ''}`, told);
    if (error.away) return 'away';
    // A server error is an answer about a pod, but no proof that a namespace does not exist.
    return kind === 'namespace' && (status ?? 0) >= 500 ? 'away' : 'missing';
  }

  #collapsed<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const running = this.#asking.get(key) as Promise<T> | undefined;
    if (running !== undefined) return running;
    const asking = ask().finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  // ------------------------------------------------------------------ what watches tell

  readonly podSink: Sink<PodObject> = {
    replace: (pods) => {
      const metas = pods.map((pod) => [this.#options.podMeta(pod), isGone(pod)] as const);
      const present = new Set(metas.map(([meta]) => meta.uid));
      for (const [uid, known] of this.#live) if (!present.has(uid)) this.#retire(known);
      for (const [meta, gone] of metas) this.#putLive(meta, gone);
      this.#changed();
    },
    upsert: (pod) => {
      this.#putLive(this.#options.podMeta(pod), isGone(pod));
      this.#stats.bump('pod_cache_watch_updates');
      this.#changed();
    },
    remove: (pod) => {
      this.#stats.bump('pod_cache_watch_delete_ignored');
      this.#retire(this.#putLive(this.#options.podMeta(pod), true));
      this.#changed();
    },
    changed: () => this.#changed(),
  };

  readonly namespaceSink: Sink<NamespaceObject> = {
    replace: (namespaces) => {
      const metas = namespaces.map((namespace) => this.#options.namespaceMeta(namespace));
      const present = new Set(metas.map((meta) => meta.name));
      for (const [name, known] of this.#namespaces) if (!present.has(name)) this.#retireNamespace(name, known);
      for (const meta of metas) this.#putNamespace(meta);
      this.#changed();
    },
    upsert: (namespace) => {
      this.#putNamespace(this.#options.namespaceMeta(namespace));
      this.#stats.bump('namespace_cache_watch_updates');
      this.#changed();
    },
    remove: (namespace) => {
      this.#stats.bump('namespace_cache_watch_deletes_ignored');
      const { name } = this.#options.namespaceMeta(namespace);
      const known = this.#namespaces.get(name);
      if (known !== undefined) this.#retireNamespace(name, known);
      this.#changed();
    },
    changed: () => this.#changed(),
  };

  #putLive(meta: PodMeta, gone: boolean): KnownPod {
    const known = this.#put(meta, gone);
    this.#live.set(meta.uid, known);
    this.#kept.delete(meta.uid);
    return known;
  }

  /** Enters a pod, or what is new of it, in the index by name. */
  #put(meta: PodMeta, gone: boolean): KnownPod {
    const key = nameKey(meta.namespace, meta.name);
    const pods = this.#byName.get(key) ?? [];
    const old = pods.find((known) => known.meta.uid === meta.uid);
    const known = this.#refreshed(old, meta, gone);
    if (old === undefined) this.#byName.set(key, [...pods, known]);
    return known;
  }

  #putNamespace(meta: NamespaceMeta): void {
    this.#namespaces.set(meta.name, this.#refreshed(this.findNamespace(meta.name), meta));
    this.#keptNamespaces.delete(meta.name);
  }

  /** The old object with the new knowledge: who holds it sees the change. */
  #refreshed<M extends PodMeta | NamespaceMeta>(old: Known<M> | undefined, meta: M, gone = false): Known<M> {
    const seenAt = this.#clock.monotonic();
    if (old === undefined) {
      this.generation++;
      return { meta, seenAt, gone };
    }
    if (old.meta.text !== meta.text) {
      old.meta = meta;
      this.generation++;
    }
    old.seenAt = seenAt;
    old.gone = gone;
    return old;
  }

  #retire(known: KnownPod): void {
    known.gone = true;
    this.#live.delete(known.meta.uid);
    this.#keep(known);
  }

  #retireNamespace(name: string, known: KnownNamespace): void {
    this.#namespaces.delete(name);
    this.#keptNamespaces.set(name, known);
  }

  #keep(known: KnownPod): void {
    if (!this.#live.has(known.meta.uid)) this.#kept.set(known.meta.uid, known);
  }

  /** Out of `#kept`: unless the watch tells of the pod again, its name is forgotten too. */
  #forget(known: KnownPod, uid: string): void {
    if (this.#live.has(uid)) return;
    const key = nameKey(known.meta.namespace, known.meta.name);
    const others = (this.#byName.get(key) ?? []).filter((other) => other !== known);
    if (others.length > 0) this.#byName.set(key, others);
    else this.#byName.delete(key);
  }

  // ------------------------------------------------------------------ waiting

  #changed(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** Ends all waits. */
  stop(): void {
    this.#stopped = true;
    this.#changed();
  }

  /** Resolves once `condition` holds (true) or `ms` milliseconds have passed (false). */
  #until(condition: () => boolean, ms: number): Promise<boolean> {
    if (condition() || this.#stopped) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (met: boolean) => {
        this.#waiting.delete(check);
        timer?.cancel();
        resolve(met);
      };
      const check = () => {
        if (condition() || this.#stopped) end(true);
      };
      const timer = ms === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(ms, () => end(false));
      this.#waiting.add(check);
    });
  }
}

function nameKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function isGone(pod: PodObject): boolean {
  return pod.metadata?.deletionTimestamp !== undefined && pod.metadata.deletionTimestamp !== null;
}
