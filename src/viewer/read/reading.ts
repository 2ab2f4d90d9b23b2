/**
 * One answer: the entries of some containers in order, and at its end what it holds.
 *
 * Guarantees: entries come in the order time (nanoseconds), file, offset; nothing is cut without being told; memory is bounded by few pages, whatever
 * the size of the answer (`tail` holds the lines it was asked for). Leaves to the caller what becomes of the entries.
 */
import type { Cluster } from '../cluster/index.ts';
import { scopeFilter } from '../jobs/catalog.ts';
import { type Document, type Entry, type EntryHit, type Source, sortBy, TEXT_FIELDS, timeText } from './entry.ts';
import type { EntryFilter } from './filter.ts';
import { behind, type Order, type Place } from './line-id.ts';
import { LineMaker, type Page } from './lines.ts';

export interface ReadRequest {
  readonly sources: readonly Source[];
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Only entries behind this place, in the order asked for. */
  readonly after?: Place | undefined;
  readonly filter?: EntryFilter | undefined;
  /** Only the last N entries (that pass the filter). */
  readonly tail?: number | undefined;
  /** At most so many entries. */
  readonly limit?: number | undefined;
  readonly order?: Order | undefined;
  readonly signal: AbortSignal;
}

export interface Summary {
  /** Entries given. */
  lines: number;
  containers: number;
  first: string | null;
  last: string | null;
  complete: boolean;
  /** Why the answer is not complete: `limit`, `tail`, `time`, `size`, `shards`. */
  cutBy: string | null;
  duplicates: number;
  /** How order within one timestamp is known. */
  order: 'exact' | 'unknown within one timestamp';
  unordered: number;
  missingIndices: readonly string[];
  failedShards: number;
  shardFailure: string | null;
  /** Entries in the time range and containers, before filters; null where the cluster was not asked. */
  available: number | null;
}

/** Entries that `tail` holds in memory at most. */
export const MAX_TAIL = 100_000;

/** Fields that tell the source of a line. */
const NAMES = [
  { field: 'namespace_name', of: (source: Source) => source.namespace },
  { field: 'pod_name', of: (source: Source) => source.pod },
  { field: 'container_name', of: (source: Source) => source.container },
] as const;

/** Entries that wait for their level; a trace is shorter. */
const MOST_WAITING = 20_000;

interface Preview {
  readonly hits: { readonly total: { readonly value: number } };
  readonly aggregations?: {
    readonly ordered: { readonly doc_count: number };
    readonly text: { readonly doc_count: number };
  };
}

export class Reading {
  readonly summary: Summary = {
    ...{ lines: 0, containers: 0, first: null, last: null, complete: true, cutBy: null, duplicates: 0 },
    ...{ order: 'exact', unordered: 0, missingIndices: [], failedShards: 0, shardFailure: null, available: null },
  };
  readonly #cluster: Cluster;
  readonly #request: ReadRequest;
  readonly #seen = new Set<Source>();
  #firstEntry: Entry | undefined;
  #lastEntry: Entry | undefined;

  constructor(cluster: Cluster, request: ReadRequest) {
    this.#cluster = cluster;
    this.#request = request;
  }

  /** Of the answer. */
  get #order(): Order {
    return this.#request.order ?? 'asc';
  }

  cut(by: string): void {
    this.summary.complete = false;
    this.summary.cutBy ??= by;
  }

  /** Batches of entries. @throws ViewerError */
  async *entries(): AsyncGenerator<Entry[]> {
    const { sources, tail, order } = this.#request;
    const fields = await this.#cluster.fields();
    this.summary.missingIndices = fields.missing;
    if (sources.length === 0 || fields.indices.length === 0) return;
    if (tail !== undefined) yield* this.#tail(Math.min(tail, MAX_TAIL), order === 'desc');
    else yield* this.#limited(this.#read(order ?? 'asc'));
    this.#finish();
  }

  async *#limited(batches: AsyncGenerator<Entry[]>): AsyncGenerator<Entry[]> {
    let left = this.#request.limit ?? Number.POSITIVE_INFINITY;
    for await (const batch of batches) {
      const given = batch.length > left ? batch.slice(0, left) : batch;
      if (given.length < batch.length) this.cut('limit');
      left -= given.length;
      if (given.length > 0) {
        this.#note(given);
        yield given;
      }
      if (this.summary.cutBy === 'limit') return;
    }
  }

  /** Reads backwards until there are enough. */
  async *#tail(wanted: number, newestFirst: boolean): AsyncGenerator<Entry[]> {
    const found: Entry[] = [];
    for await (const batch of this.#read('desc')) {
      found.push(...batch);
      if (found.length > wanted) {
        found.length = wanted;
        this.cut('tail');
        break;
      }
    }
    if (!newestFirst) found.reverse();
    this.#note(found);
    if (found.length > 0) yield found;
  }

  /** What passes filter and place. */
  async *#read(order: Order): AsyncGenerator<Entry[]> {
    const { filter, after } = this.#request;
    const isBehind = after === undefined ? undefined : behind(after, this.#order, order);
    for await (const entries of this.#readAll(order)) {
      const left = isBehind === undefined ? entries : entries.filter(isBehind);
      const passed = filter === undefined ? left : filter(left);
      if (passed.length > 0) yield passed;
    }
  }

  async *#readAll(order: Order): AsyncGenerator<Entry[]> {
    const { sources, tail, signal } = this.#request;
    const fields = await this.#cluster.fields();
    const query = { bool: { filter: this.#conditions(fields.exact) } };
    const preview = await this.#preview(query, fields.has('log'));
    this.summary.available = preview.total;
    const only = sources.length === 1 ? sources[0] : undefined;
    const known = new Map(sources.map((source) => [sourceKey(source.namespace, source.pod, source.container), source]));
    // What is the same for all sources is not asked for with each line: the query lets nothing else through.
    const varying = NAMES.filter(({ of }) => new Set(sources.map(of)).size > 1);
    const fixed = NAMES.map(({ of }) => (sources[0] === undefined ? '' : of(sources[0])));
    const maker = new LineMaker(
      (ns, pod, container) => known.get(sourceKey(ns ?? fixed[0]!, pod ?? fixed[1]!, container ?? fixed[2]!)),
      only,
    );
    const source = [
      ...(preview.allLog ? ['log'] : TEXT_FIELDS),
      ...['stream', 'logtag'],
      ...(preview.allOrdered ? [] : ['@timestamp']),
      ...varying.map(({ field }) => `kubernetes.${field}`),
    ];
    const hits = this.#cluster.hits<Document>({
      ...{ query, source, signal, descending: order === 'desc', needsTieBreak: !preview.allOrdered },
      sort: sortBy(order),
      first: tail === undefined ? undefined : tail + 1,
      onShards: ({ failed, reason }) => {
        if (failed <= this.summary.failedShards) return;
        this.summary.failedShards = failed;
        this.summary.shardFailure = reason ?? null;
        this.cut('shards');
      },
    });
    const isNewestFirst = order === 'desc';
    for await (const entries of settled(maker, hits, isNewestFirst)) {
      this.summary.duplicates = maker.counts.duplicates;
      this.summary.unordered = maker.counts.unordered;
      yield entries;
    }
  }

  /** What there is: it tells which fields are needed, and whether the order is known. */
  async #preview(query: unknown, hasLog: boolean): Promise<{ total: number; allOrdered: boolean; allLog: boolean }> {
    const exists = (field: string) => ({ filter: { exists: { field } } });
    const answer = await this.#cluster.search<Preview>(
      { size: 0, track_total_hits: true, query, aggs: { ordered: exists('sluice.offset'), text: exists('log') } },
      this.#request.signal,
    );
    const total = answer.hits.total.value;
    const all = (count: number | undefined) => count === total;
    return {
      total,
      allOrdered: all(answer.aggregations?.ordered.doc_count),
      allLog: hasLog && all(answer.aggregations?.text.doc_count),
    };
  }

  #conditions(exact: (name: string) => string): unknown[] {
    const { sources } = this.#request;
    const unique = (pick: (source: Source) => string) => [...new Set(sources.map(pick))];
    const terms = (name: string, values: string[]) => ({ terms: { [exact(`kubernetes.${name}`)]: values } });
    return [
      terms(
        'namespace_name',
        unique((s) => s.namespace),
      ),
      terms(
        'pod_name',
        unique((s) => s.pod),
      ),
      terms(
        'container_name',
        unique((s) => s.container),
      ),
      ...scopeFilter(this.#range(), exact),
    ];
  }

  /** Lines of the place's own millisecond are told apart when they are read. */
  #range(): { from: number | undefined; to: number | undefined } {
    const { from, to, after } = this.#request;
    const ms = after?.position[0];
    // A place of 0 is among documents without time, which no range holds.
    if (ms === undefined || ms === 0) return { from, to };
    if (this.#order === 'desc') return { from, to: Math.min(to ?? ms + 1, ms + 1) };
    return { from: Math.max(from ?? ms, ms), to };
  }

  #note(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.summary.lines += entries.length;
    for (const entry of entries) this.#seen.add(entry.source);
    this.#firstEntry ??= entries[0];
    this.#lastEntry = entries.at(-1);
  }

  #finish(): void {
    const { summary } = this;
    summary.containers = this.#seen.size;
    if (summary.unordered > 0) summary.order = 'unknown within one timestamp';
    const [first, last] =
      this.#request.order === 'desc' ? [this.#lastEntry, this.#firstEntry] : [this.#firstEntry, this.#lastEntry];
    summary.first = first === undefined ? null : timeText(first.ms, first.nanos);
    summary.last = last === undefined ? null : timeText(last.ms, last.nanos);
  }
}

/** Pages whose levels are known; one that waits for older lines holds up those behind it. */
async function* settled(
  maker: LineMaker,
  pages: AsyncIterable<readonly EntryHit[]>,
  isNewestFirst: boolean,
): AsyncGenerator<Entry[]> {
  const waiting: Page[] = [];
  for await (const hits of pages) {
    waiting.push(maker.page(hits, isNewestFirst));
    if (waiting.reduce((sum, { entries }) => sum + entries.length, 0) > MOST_WAITING) maker.settleAll();
    while (waiting[0]?.unsettled === 0) yield waiting.shift()!.entries;
  }
  for (const { entries } of waiting) yield entries;
}

export function sourceKey(namespace: string, pod: string, container: string): string {
  return `${namespace}/${pod}/${container}`;
}
