/**
 * Following: entries as they arrive in the cluster, each once.
 *
 * Guarantees: no gap and no repeat while a Follower lives, although documents arrive late and out of order: each container has a floor of its own, so one
 * whose agent was away catches up from where it stood; within LATE_MS before its newest line a container's documents are counted
 * again and again, and read again when there are more of them than were given. Order is that of arrival, and in each
 * batch that of time. Leaves waiting between polls to the caller.
 */
import type { Cluster } from '../cluster/index.ts';
import { type Document, type Entry, type Source, sortBy, TEXT_FIELDS } from './entry.ts';
import type { EntryFilter } from './filter.ts';
import { behind, entryId, type Place } from './line-id.ts';
import { LineMaker } from './lines.ts';
import { sourceKey } from './reading.ts';

export interface FollowRequest {
  /** Containers to follow; asked again and again, since new pods come. */
  sources(): Promise<readonly Source[]>;
  /** Lines from this time on (milliseconds). */
  readonly from: number;
  /** Only entries behind this place. */
  readonly after?: Place | undefined;
  readonly filter?: EntryFilter | undefined;
}

/** Each poll looks back so far: chunks of one file may overtake each other. */
const OVERLAP_MS = 5_000;
/** So late a chunk of a container may come behind its newer ones (retries) and is still found. */
const LATE_MS = 300_000;
const CHECK_MS = 5_000;
/** Bounds memory; with more lines than this in LATE_MS, later comers than the oldest of these are not looked for. */
const MAX_SEEN = 200_000;
/** Clauses of one query. */
const MAX_CLAUSES = 200;

interface Progress {
  readonly source: Source;
  newest: number;
  /** Key of an entry → its time. */
  readonly seen: Map<string, number>;
}

export class Follower {
  readonly #cluster: Cluster;
  readonly #request: FollowRequest;
  readonly #progress = new Map<string, Progress>();
  readonly #maker: LineMaker;
  readonly #isBehind: (entry: Entry) => boolean;
  #floor: number;
  #checkAt = 0;
  /** Documents of the late window that are stored twice or come from elsewhere: not a reason to read it again. */
  #surplus = 0;

  constructor(cluster: Cluster, request: FollowRequest) {
    this.#cluster = cluster;
    this.#request = request;
    this.#floor = request.from;
    this.#isBehind = request.after === undefined ? () => true : behind(request.after, 'asc', 'asc');
    this.#maker = new LineMaker(
      (ns = '', pod = '', container = '') => this.#progress.get(sourceKey(ns, pod, container))?.source,
    );
  }

  /** Everything up to this time (milliseconds) has been given, as far as it had arrived. */
  get settled(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { newest } of this.#progress.values()) oldest = Math.min(oldest, newest);
    return Number.isFinite(oldest) ? oldest : this.#floor;
  }

  /** Entries that it remembers. */
  get size(): number {
    let size = 0;
    for (const { seen } of this.#progress.values()) size += seen.size;
    return size;
  }

  /** Takes entries as given that the caller got otherwise. */
  skip(entries: readonly Entry[]): void {
    for (const entry of entries) this.#take(this.#progressOf(entry.source), entry);
  }

  /** What has arrived since the last poll, in batches. @throws ViewerError */
  async *poll(signal: AbortSignal): AsyncGenerator<Entry[]> {
    for (const source of await this.#request.sources()) this.#progressOf(source);
    if (this.#progress.size === 0) return;
    yield* this.#read(OVERLAP_MS, signal);
    const now = performance.now();
    if (now < this.#checkAt) return;
    this.#checkAt = now + CHECK_MS;
    this.#forgetOld();
    const missing = (await this.#countLate(signal)) - this.#seenLate();
    if (missing <= this.#surplus) return;
    yield* this.#read(LATE_MS, signal);
    this.#surplus = Math.max(0, (await this.#countLate(signal)) - this.#seenLate());
  }

  async *#read(overlap: number, signal: AbortSignal): AsyncGenerator<Entry[]> {
    const { filter } = this.#request;
    const names = ['namespace_name', 'pod_name', 'container_name'].map((name) => `kubernetes.${name}`);
    const hits = this.#cluster.hits<Document>({
      query: await this.#query(overlap),
      sort: sortBy('asc'),
      source: [...TEXT_FIELDS, 'stream', 'logtag', '@timestamp', ...names],
      ...{ signal, descending: false, needsTieBreak: true },
    });
    for await (const page of hits) {
      const fresh = this.#maker.page(page).entries.filter((entry) => {
        const isBehind = this.#isBehind(entry);
        return this.#take(this.#progressOf(entry.source), entry) && isBehind;
      });
      const passed = filter === undefined ? fresh : filter(fresh);
      if (passed.length > 0) yield passed;
    }
  }

  #progressOf(source: Source): Progress {
    const key = sourceKey(source.namespace, source.pod, source.container);
    let progress = this.#progress.get(key);
    if (progress === undefined) {
      progress = { source, newest: this.#floor, seen: new Map() };
      this.#progress.set(key, progress);
    }
    return progress;
  }

  /** False when the entry was there before. */
  #take(progress: Progress, entry: Entry): boolean {
    const key = entryId(entry);
    if (progress.seen.has(key)) return false;
    progress.seen.set(key, entry.ms);
    progress.newest = Math.max(progress.newest, entry.ms);
    return true;
  }

  async #query(overlap: number): Promise<unknown> {
    const { exact } = await this.#cluster.fields();
    const range = (from: number) => ({
      range: { '@timestamp': { gte: Math.max(from, this.#floor), format: 'epoch_millis' } },
    });
    const term = (name: string, value: string) => ({ term: { [exact(`kubernetes.${name}`)]: value } });
    const all = [...this.#progress.values()];
    if (all.length > MAX_CLAUSES) {
      const pods = [...new Set(all.map(({ source }) => source.pod))];
      return { bool: { filter: [{ terms: { [exact('kubernetes.pod_name')]: pods } }, range(this.settled - overlap)] } };
    }
    const should = all.map(({ source, newest }) => ({
      bool: {
        filter: [
          term('namespace_name', source.namespace),
          term('pod_name', source.pod),
          term('container_name', source.container),
          range(newest - overlap),
        ],
      },
    }));
    return { bool: { should, minimum_should_match: 1 } };
  }

  async #countLate(signal: AbortSignal): Promise<number> {
    const body = { size: 0, track_total_hits: true, query: await this.#query(LATE_MS) };
    const answer = await this.#cluster.search<{ hits: { total: { value: number } } }>(body, signal);
    return answer.hits.total.value;
  }

  #seenLate(): number {
    let count = 0;
    for (const { newest, seen } of this.#progress.values()) {
      const oldest = Math.max(newest - LATE_MS, this.#floor);
      for (const ms of seen.values()) if (ms >= oldest) count++;
    }
    return count;
  }

  #forgetOld(): void {
    const times: number[] = [];
    for (const { newest, seen } of this.#progress.values()) {
      for (const [key, ms] of seen) {
        if (ms < newest - LATE_MS) seen.delete(key);
        else times.push(ms);
      }
    }
    if (times.length <= MAX_SEEN) return;
    times.sort((a, b) => a - b);
    this.#floor = Math.max(this.#floor, times[times.length - MAX_SEEN]! + 1);
    for (const { seen } of this.#progress.values())
      for (const [key, ms] of seen) if (ms < this.#floor) seen.delete(key);
  }
}
