/**
 * All hits of a query, page by page, on one unchanging view of the data.
 *
 * Guarantees: no hit is left out or given twice, however many share their sort values: point in time + search_after with a tie-break, or scroll.
 * The next page is fetched while the last one is used, never more: memory is two pages, and a page is kept near PAGE_BYTES. What shards
 * failed is counted. The view is closed in the cluster when the caller stops, for whatever reason.
 */
import { AnswerTooLarge, type ClusterClient, refused } from './client.ts';
import type { Flavour, Paging } from './flavour.ts';

export type SortValue = number | string | null;

export interface Hit<S> {
  /** Where a tie-break was asked for. */
  readonly _id?: string;
  readonly _source: S;
  readonly sort: readonly SortValue[];
}

export interface PagesRequest {
  /** Index expression for the path, escaped. */
  readonly indices: string;
  readonly query: unknown;
  readonly sort: readonly unknown[];
  readonly source: readonly string[] | boolean;
  /** Hits of the first page, where few are wanted. */
  readonly first?: number | undefined;
  readonly descending: boolean;
  /** Whether the sort alone may leave two hits equal. */
  readonly needsTieBreak: boolean;
  readonly signal: AbortSignal;
  onShards?(shards: { failed: number; total: number; reason: string | undefined }): void;
}

interface SearchAnswer<S> {
  readonly _scroll_id?: string;
  readonly pit_id?: string;
  readonly timed_out?: boolean;
  readonly _shards?: {
    readonly total: number;
    readonly failed: number;
    readonly failures?: readonly { readonly reason?: { readonly reason?: string } }[];
  };
  /** Absent where nothing was found: of what is wanted nothing is left. */
  readonly hits?: { readonly hits?: Hit<S>[] };
}

/** Small, so that the first lines come at once. */
const FIRST_PAGE = 250;
/** max_result_window of an index is 10 000 unless changed. */
const LARGEST_PAGE = 10_000;
const PAGE_BYTES = 2 ** 19;
const MAX_PAGE_BYTES = 48 * 2 ** 20;
/** Longer than an answer may take: a reader that stops for a while (`| less`) must find its place again. */
const KEEP_ALIVE = '11m';
export const INDEX_OPTIONS = 'ignore_unavailable=true&allow_no_indices=true';

export async function* pages<S>(
  client: ClusterClient,
  flavour: Flavour,
  request: PagesRequest,
): AsyncGenerator<Hit<S>[]> {
  const reader = await openReader<S>(client, flavour, request);
  let next: Promise<Hit<S>[]> | undefined;
  try {
    request.signal.throwIfAborted();
    next = reader.page(Math.min(FIRST_PAGE, request.first ?? FIRST_PAGE));
    while (next !== undefined) {
      const hits: Hit<S>[] = await next;
      next = reader.exhausted ? undefined : reader.page(reader.nextSize(hits.length));
      // Its failure is seen when it is awaited; until then it must not count as unhandled.
      next?.catch(() => undefined);
      if (hits.length > 0) yield hits;
    }
  } finally {
    await next?.catch(() => undefined);
    reader.close();
  }
}

interface Reader<S> {
  /** The last page was the last one. */
  readonly exhausted: boolean;
  /** Hits that the last page asked for. */
  readonly asked: number;
  page(size: number): Promise<Hit<S>[]>;
  nextSize(count: number): number;
  close(): void;
}

async function openReader<S>(client: ClusterClient, flavour: Flavour, request: PagesRequest): Promise<Reader<S>> {
  if (flavour.paging !== 'scroll') {
    const pit = await openPit(client, flavour.paging, request.indices);
    if (pit !== undefined) return new PitReader<S>(client, flavour, request, pit);
    flavour.paging = 'scroll';
  }
  return new ScrollReader<S>(client, flavour, request);
}

/** Undefined where the node has no point in time. */
async function openPit(client: ClusterClient, paging: Paging, indices: string): Promise<string | undefined> {
  const where = paging === 'opensearch' ? '_search/point_in_time' : '_pit';
  const path = `/${indices}/${where}?keep_alive=${KEEP_ALIVE}&${INDEX_OPTIONS}`;
  // Not with the request's signal: what was opened for somebody who went away meanwhile could not be closed.
  const answer = await client.request('POST', path);
  const { status, text } = answer;
  if (status >= 400 && status < 500 && ![401, 403, 429].includes(status)) return undefined;
  if (status >= 400) throw refused(status, text);
  const body = JSON.parse(text) as { id?: string; pit_id?: string };
  return body.id ?? body.pit_id;
}

abstract class BaseReader<S> implements Reader<S> {
  asked = 0;
  exhausted = false;
  protected maxBytes = MAX_PAGE_BYTES;
  #bytes = 0;
  protected readonly client: ClusterClient;
  protected readonly request: PagesRequest;
  protected readonly sort: readonly unknown[];

  constructor(client: ClusterClient, flavour: Flavour, request: PagesRequest) {
    this.client = client;
    this.request = request;
    this.sort = [...request.sort, ...tieBreak(flavour, request)];
  }

  /** Answers without what is not read: a third of their bytes. */
  protected get wanted(): string {
    const members = ['_source', 'sort', ...(this.request.needsTieBreak ? ['_id'] : [])];
    return `filter_path=pit_id,_scroll_id,timed_out,_shards,${members.map((name) => `hits.hits.${name}`).join(',')}`;
  }

  abstract page(size: number): Promise<Hit<S>[]>;
  abstract close(): void;

  nextSize(count: number): number {
    if (count === 0) return FIRST_PAGE;
    const fitting = Math.floor(PAGE_BYTES / (this.#bytes / count));
    return Math.max(1, Math.min(fitting, this.asked * 8, LARGEST_PAGE));
  }

  protected async search(path: string, body: unknown, signal?: AbortSignal): Promise<SearchAnswer<S>> {
    const answer = await this.client.json<SearchAnswer<S>>('POST', path, body, {
      signal,
      maxBytes: this.maxBytes,
      onSize: (bytes) => {
        this.#bytes = bytes;
      },
    });
    const shards = answer._shards;
    if (shards !== undefined)
      this.request.onShards?.({
        failed: shards.failed,
        total: shards.total,
        reason: shards.failures?.[0]?.reason?.reason,
      });
    return answer;
  }
}

class PitReader<S> extends BaseReader<S> {
  readonly #paging: Paging;
  #pit: string;
  #after: readonly SortValue[] | undefined;

  constructor(client: ClusterClient, flavour: Flavour, request: PagesRequest, pit: string) {
    super(client, flavour, request);
    this.#paging = flavour.paging;
    this.#pit = pit;
  }

  async page(size: number): Promise<Hit<S>[]> {
    const { query, source } = this.request;
    let answer: SearchAnswer<S> | undefined;
    for (this.asked = size; answer === undefined; ) {
      const body = {
        size: this.asked,
        query,
        sort: this.sort,
        _source: source,
        track_total_hits: false,
        pit: { id: this.#pit, keep_alive: KEEP_ALIVE },
        ...(this.#after === undefined ? {} : { search_after: this.#after }),
      };
      try {
        answer = await this.search(`/_search?${this.wanted}`, body, this.request.signal);
      } catch (error) {
        if (!(error instanceof AnswerTooLarge) || this.asked === 1) throw error;
        this.asked = Math.max(1, this.asked >> 2);
      }
    }
    this.#pit = answer.pit_id ?? this.#pit;
    const hits = answer.hits?.hits ?? [];
    this.#after = hits.at(-1)?.sort ?? this.#after;
    this.exhausted = hits.length < this.asked;
    return hits;
  }

  /** Not with the request's signal: it may have been aborted, and this is to be done still. */
  close(): void {
    const [path, body] =
      this.#paging === 'opensearch'
        ? ['/_search/point_in_time', { pit_id: [this.#pit] }]
        : ['/_pit', { id: this.#pit }];
    this.client.request('DELETE', path, body).catch(() => undefined);
  }
}

/**
 * What tells hits of equal sort values apart, in the order in which they were stored as far as the cluster tells. Only where it is
 * needed: sorting by _id costs the cluster memory per document. A scroll needs no more than an order.
 */
function tieBreak({ paging, hasSequence }: Flavour, { descending, needsTieBreak }: PagesRequest): readonly unknown[] {
  const order = descending ? 'desc' : 'asc';
  const sequence = needsTieBreak && hasSequence ? [{ _seq_no: order }] : [];
  if (paging === 'pit') return [...sequence, { _shard_doc: order }];
  return needsTieBreak && paging === 'opensearch' ? [...sequence, { _id: order }] : sequence;
}

/** A scroll cannot repeat a page that was too large, so its pages are of one careful size. */
const SCROLL_PAGE = 1000;
const MAX_SCROLL_BYTES = 256 * 2 ** 20;

class ScrollReader<S> extends BaseReader<S> {
  #id: string | undefined;
  protected override maxBytes = MAX_SCROLL_BYTES;

  override nextSize(): number {
    return this.asked;
  }

  async page(): Promise<Hit<S>[]> {
    const { indices, query, source, first, signal } = this.request;
    if (this.#id === undefined) {
      this.asked = first === undefined ? SCROLL_PAGE : FIRST_PAGE;
      const body = { size: this.asked, query, sort: this.sort, _source: source };
      const path = `/${indices}/_search?scroll=${KEEP_ALIVE}&${INDEX_OPTIONS}&${this.wanted}`;
      // To its end, whoever goes away meanwhile: only an answer tells what is to be closed.
      return this.#take(await this.search(path, body));
    }
    const body = { scroll: KEEP_ALIVE, scroll_id: this.#id };
    return this.#take(await this.search(`/_search/scroll?${this.wanted}`, body, signal));
  }

  #take(answer: SearchAnswer<S>): Hit<S>[] {
    this.#id = answer._scroll_id ?? this.#id;
    const hits = answer.hits?.hits ?? [];
    this.exhausted = hits.length < this.asked;
    return hits;
  }

  close(): void {
    if (this.#id === undefined) return;
    this.client.request('DELETE', '/_search/scroll', { scroll_id: [this.#id] }).catch(() => undefined);
  }
}
