/// <reference lib="dom" />
/**
 * Fills a model from the API: all lines first, then, when asked, those that arrive.
 *
 * A line is added once: following begins a little before the end of what was loaded, and what is there already is left out.
 */
import { type Entry, eachPiece, open, ProblemError, type Query, type Source, type Summary } from './api.ts';
import type { LogModel } from './model.ts';

/** Lines of one view; more would not fit into a browser's memory. */
const MOST_LINES = 1_500_000;
/** Documents may come late by this much. */
const OVERLAP_MS = 60_000;

export interface LoaderEvents {
  /** Lines were added from `start` on. */
  added(start: number): void;
  ended(summary: Summary | undefined): void;
  problem(error: ProblemError): void;
  /** Following: caught up, or the cluster is away (told why). */
  live(problem: string | undefined): void;
}

type Piece = {
  readonly source?: Source | number;
  readonly summary?: Summary;
  readonly problem?: { status: number; code: string; detail: string };
};

function problemOf({ status, code, detail }: NonNullable<Piece['problem']>): ProblemError {
  return new ProblemError(status, code, detail);
}

export class Loader {
  readonly #model: LogModel;
  readonly #events: LoaderEvents;
  readonly #stop = new AbortController();
  #follow: AbortController | undefined;
  /** Numbers of this view for the sources of an answer. */
  readonly #numbers = new Map<string, number>();

  constructor(model: LogModel, events: LoaderEvents) {
    this.#model = model;
    this.#events = events;
  }

  /** All lines of the path; resolves at the end. */
  async load(path: string, query: Query): Promise<void> {
    let summary: Summary | undefined;
    const translate = new Map<number, number>();
    try {
      const answer = await open(path, { ...query, format: 'ndjson', limit: MOST_LINES }, { signal: this.#stop.signal });
      await eachPiece(answer, (lines) => {
        const start = this.#model.length;
        for (const line of lines) {
          if (line === '') continue;
          const piece = JSON.parse(line) as Piece;
          if (piece.summary !== undefined) summary = piece.summary;
          else if (piece.problem !== undefined) throw problemOf(piece.problem);
          else this.#take(piece, translate);
        }
        if (this.#model.length > start) this.#events.added(start);
      });
      this.#events.ended(summary);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#events.problem(error as ProblemError);
    }
  }

  #take(piece: Piece, translate: Map<number, number>): void {
    if (typeof piece.source === 'object') {
      const { source } = piece;
      const key = `${source.namespace}/${source.pod}/${source.container}`;
      const number = this.#numbers.get(key) ?? this.#numbers.size;
      this.#numbers.set(key, number);
      translate.set(source.index, number);
      this.#model.addSource({ ...source, index: number });
    } else {
      const entry = piece as unknown as Entry;
      this.#model.add({ ...entry, source: translate.get(entry.source) ?? 0 });
    }
  }

  get isFollowing(): boolean {
    return this.#follow !== undefined;
  }

  /** Goes on until `unfollow` or `close`, over broken connections. */
  async follow(path: string, query: Query): Promise<void> {
    this.unfollow();
    const stop = new AbortController();
    this.#follow = stop;
    const { ms, id } = this.#model;
    const last = ms.reduce((a, b) => (b > a ? b : a), 0);
    const from = last === 0 ? undefined : last - OVERLAP_MS;
    const seen = new Set<string>();
    for (let i = 0; i < id.length; i++) if (from !== undefined && ms[i]! >= from) seen.add(id[i]!);
    let lastEventId: string | undefined;
    while (!stop.signal.aborted && !this.#stop.signal.aborted) {
      try {
        const translate = new Map<number, number>();
        const start = { ...query, ...(from === undefined ? { tail: 1000 } : { from }) };
        const answer = await open(`${path}/stream`, start, {
          signal: stop.signal,
          ...(lastEventId === undefined ? {} : { lastEventId }),
        });
        let event = '';
        await eachPiece(answer, (lines) => {
          const before = this.#model.length;
          for (const line of lines) {
            if (line.startsWith('id: ')) lastEventId = line.slice(4);
            else if (line.startsWith('event: ')) event = line.slice(7);
            else if (line.startsWith('data: ')) this.#event(event, line.slice(6), translate, seen);
          }
          if (this.#model.length > before) this.#events.added(before);
        });
      } catch (error) {
        if (stop.signal.aborted) return;
        this.#events.live((error as Error).message);
      }
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }

  #event(event: string, data: string, translate: Map<number, number>, seen: Set<string>): void {
    const value = JSON.parse(data) as Piece & { id?: string; detail?: string };
    if (event === 'live') this.#events.live(undefined);
    else if (event === 'problem') this.#events.live(value.detail ?? 'The cluster is away.');
    else if (event === 'source') this.#take(value, translate);
    else if (event === 'entry' && !seen.has(value.id!)) {
      seen.add(value.id!);
      this.#take(value, translate);
    }
  }

  unfollow(): void {
    this.#follow?.abort();
    this.#follow = undefined;
  }

  close(): void {
    this.#stop.abort();
    this.unfollow();
  }
}
