/**
 * Keeps a copy of a collection of API objects up to date: one list, then one watch, resumed where it ended.
 *
 *     list ──► watch ──► closed ──► watch from the last resourceVersion (with bookmarks) …
 *      ▲         │ 410 (status or ERROR event)
 *      └─────────┘                any other failure: wait, then go on from where it stood
 *
 * Guarantees: runs until stopped, whatever the API does; waits grow from failure to failure and have jitter, so that
 * the nodes of a cluster do not return all at once. Tells its state; leaves what is kept to the sink.
 */
import type { ClockPort, Timer } from '../../core/ports.ts';
import type { Logger } from '../../plugin.ts';
import { type ApiClient, ApiError, type ApiRequest, type WatchEvent } from './api.ts';
import type { Stats } from './stats.ts';

export interface Sink<T> {
  /** The whole collection; what is not in it is gone. */
  replace(objects: readonly T[]): void;
  upsert(object: T): void;
  remove(object: T): void;
  /** The reflector's state has changed. */
  changed(): void;
}

/** `denied`: the API forbids the list (it is tried again, rarely). */
export type ReflectorState = 'starting' | 'synced' | 'failing' | 'denied';

export interface ReflectorOptions {
  readonly resource: 'pods' | 'namespaces';
  /** Below `/api`. */
  readonly path: string;
  readonly fieldSelector: string | undefined;
  /** Seconds before the first new try; factor from one wait to the next; failures after which they are logged as errors. */
  readonly retryInterval: number;
  readonly retryBase: number;
  readonly retryMaxTimes: number;
}

interface List<T> {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly items?: readonly T[];
}

/** Seconds; short, because a pod that starts meanwhile has no metadata. */
const MAX_WAIT = 30;
/** Seconds; for a list that RBAC forbids, where lookups serve meanwhile. A server that starts says 403 for a moment, too. */
const MAX_DENIED_WAIT = 300;
/** Seconds. */
const MIN_WAIT = 0.1;

export class Reflector<T extends object> {
  state: ReflectorState = 'starting';
  readonly #options: ReflectorOptions;
  readonly #api: ApiClient;
  readonly #sink: Sink<T>;
  readonly #clock: ClockPort;
  readonly #log: Logger;
  readonly #stats: Stats;
  readonly #abort = new AbortController();
  /** Where the next watch begins; undefined: a list is due. */
  #version: string | undefined;
  /** Fluentd's first requests have no bookmarks and list from the server's cache (`resourceVersion=0`). */
  #watched = false;
  #gone = false;
  #failures = 0;
  #sleep: { timer: Timer; wake: () => void } | undefined;

  constructor(options: ReflectorOptions, api: ApiClient, sink: Sink<T>, clock: ClockPort, log: Logger, stats: Stats) {
    this.#options = options;
    this.#api = api;
    this.#sink = sink;
    this.#clock = clock;
    this.#log = log;
    this.#stats = stats;
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#abort.abort();
    this.wake();
  }

  /** Ends the wait before the next try. */
  wake(): void {
    this.#sleep?.timer.cancel();
    this.#sleep?.wake();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        if (this.#version === undefined) await this.#list(signal);
        const began = this.#clock.monotonic();
        await this.#watch(signal);
        if (signal.aborted) return;
        this.#stats.restart(this.#options.resource, 'closed');
        // A server (or a proxy) that closes at once must not be asked a thousand times a second.
        if (this.#clock.monotonic() - began < 1000) await this.#wait(this.#options.retryInterval);
      } catch (error) {
        if (!signal.aborted) await this.#failed(error);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    // After a 410 the server's cache may be as old as what we had: then a consistent read.
    const list = (await this.#api.get(
      this.#request('list', this.#gone ? {} : { resourceVersion: '0' }),
      signal,
    )) as List<T>;
    this.#sink.replace(list.items ?? []);
    this.#version = list.metadata?.resourceVersion ?? '';
    this.#gone = false;
    this.#failures = 0;
    this.#become('synced');
  }

  #watch(signal: AbortSignal): Promise<void> {
    const query = {
      resourceVersion: this.#version ?? '',
      watch: 'true',
      ...(this.#watched ? { allowWatchBookmarks: 'true' } : {}),
    };
    this.#watched = true;
    return this.#api.watch(this.#request('watch', query), (event) => this.#onEvent(event), signal);
  }

  #request(verb: 'list' | 'watch', query: Record<string, string>): ApiRequest {
    const { resource, path, fieldSelector } = this.#options;
    return { verb, resource, path, query: { ...(fieldSelector === undefined ? {} : { fieldSelector }), ...query } };
  }

  #onEvent({ type, object }: WatchEvent): void {
    if (type === 'ERROR') {
      const status = object?.code ?? 500;
      throw new ApiError(`watch ${this.#options.path}: ${status} ${object?.message ?? ''}`.trim(), status);
    }
    this.#failures = 0;
    if (type === 'DELETED') this.#sink.remove(object as T);
    else if (type === 'ADDED' || type === 'MODIFIED') this.#sink.upsert(object as T);
    // After the sink has it: an event that the sink threw at is sent again.
    this.#version = object?.metadata?.resourceVersion ?? this.#version;
  }

  async #failed(error: unknown): Promise<void> {
    const { resource, retryInterval, retryBase, retryMaxTimes } = this.#options;
    const kind = resource === 'pods' ? 'pod' : 'namespace';
    const status = error instanceof ApiError ? error.status : undefined;
    if (status === 410) {
      this.#stats.bump(`${kind}_watch_gone_errors`);
      this.#stats.restart(resource, 'gone');
      this.#log.info(`410 Gone encountered. Restarting ${kind} watch to reset resource versions.`);
      this.#version = undefined;
      // A second 410 in a row is answered slowly: something is wrong with the server.
      if (!this.#gone) {
        this.#gone = true;
        return;
      }
    } else {
      this.#stats.bump(`${kind}_watch_failures`);
      this.#stats.restart(resource, 'error');
    }
    this.#failures++;
    const denied = status === 403 || status === 404;
    if (this.#version === undefined) this.#become(denied ? 'denied' : 'failing');
    const grown = retryInterval * retryBase ** Math.min(this.#failures - 1, retryMaxTimes);
    const longest = denied ? MAX_DENIED_WAIT : MAX_WAIT;
    const wait = Math.max(MIN_WAIT, Math.min(grown, longest) * (0.75 + Math.random() / 2));
    const level = this.#failures > retryMaxTimes || (denied && this.#failures === 1) ? 'error' : 'info';
    this.#log[level](`${kind} watch failed, trying again in ${wait.toFixed(1)} seconds`, {
      error: (error as Error).message,
    });
    await this.#wait(wait);
  }

  #become(state: ReflectorState): void {
    if (this.state === state) return;
    this.state = state;
    this.#sink.changed();
  }

  /** Seconds; ends early at `wake`. */
  #wait(seconds: number): Promise<void> {
    if (this.#abort.signal.aborted) return Promise.resolve();
    return new Promise((wake) => {
      this.#sleep = { timer: this.#clock.after(seconds * 1000, wake), wake };
    });
  }
}
