/**
 * Hits → entries: which container, where its lines end, which level.
 *
 * Guarantees: the texts of a container's entries, each with its line end, are the bytes that its file held. Docker's text ends with the line
 * end where the line ended, so nothing is added; CRI's has none, so one is added unless `logtag` is P. Documents that were stored twice
 * (retries without stable ids) are given once, where their order tells.
 */
import { type Document, type Entry, type EntryHit, nanosOf, positionOf, type Source, textOf } from './entry.ts';
import { type Level, levelOf } from './level.ts';

/** Runtimes cut lines of this many bytes. */
const CUT_AT = 16 * 1024;

export interface ReadCounts {
  lines: number;
  /** Documents left out because the same line was there before. */
  duplicates: number;
  /** Entries whose order within their timestamp is not known. */
  unordered: number;
}

interface SourceState {
  /** Whether texts hold their line ends. */
  ends: 'unknown' | 'in-text' | 'added';
  level: Level;
  lastKey: string;
  lastText: string;
}

export type FindSource = (namespace: string, pod: string, container: string) => Source | undefined;

export class LineMaker {
  readonly counts: ReadCounts = { lines: 0, duplicates: 0, unordered: 0 };
  readonly #find: FindSource;
  readonly #only: Source | undefined;
  readonly #states = new Map<Source, SourceState>();

  /** `only`: every document is of this source, and its kubernetes fields were not asked for. */
  constructor(find: FindSource, only?: Source) {
    this.#find = find;
    this.#only = only;
  }

  /** Entries of a page; hits of containers that `find` does not know are left out. */
  page(hits: readonly EntryHit[]): Entry[] {
    const sources = hits.map((hit) => this.#only ?? this.#sourceOf(hit._source));
    this.#learnEnds(hits, sources);
    const entries: Entry[] = [];
    hits.forEach((hit, i) => {
      const source = sources[i];
      const entry = source === undefined ? undefined : this.#entry(hit, source);
      if (entry !== undefined) entries.push(entry);
    });
    this.counts.lines += entries.length;
    return entries;
  }

  /** For pages that come newest first: what was seen last is later, not before. */
  forgetLevels(): void {
    for (const state of this.#states.values()) state.level = 'other';
  }

  #sourceOf({ kubernetes: k }: Document): Source | undefined {
    return this.#find(String(k?.namespace_name ?? ''), String(k?.pod_name ?? ''), String(k?.container_name ?? ''));
  }

  #state(source: Source): SourceState {
    let state = this.#states.get(source);
    if (state === undefined) {
      state = { ends: 'unknown', level: 'other', lastKey: '', lastText: '' };
      this.#states.set(source, state);
    }
    return state;
  }

  /** One text that ends with a line end shows that all of its container do where their lines do. */
  #learnEnds(hits: readonly EntryHit[], sources: readonly (Source | undefined)[]): void {
    hits.forEach((hit, i) => {
      const source = sources[i];
      if (source === undefined) return;
      const state = this.#state(source);
      if (state.ends === 'in-text') return;
      if (hit._source.logtag === undefined && textOf(hit._source).endsWith('\n')) state.ends = 'in-text';
    });
  }

  #entry(hit: EntryHit, source: Source): Entry | undefined {
    const document = hit._source;
    const [ms, nanos, file, offset] = positionOf(hit.sort);
    const state = this.#state(source);
    const whole = textOf(document);
    if (file < 0) this.counts.unordered++;
    else {
      const key = `${ms}.${nanos}.${file}.${offset}`;
      if (key === state.lastKey && whole === state.lastText) {
        this.counts.duplicates++;
        return undefined;
      }
      state.lastKey = key;
      state.lastText = whole;
    }
    const hasEnd = whole.endsWith('\n');
    const text = hasEnd ? whole.slice(0, -1) : whole;
    const level = levelOf(text) ?? state.level;
    state.level = level;
    return {
      ...{ source, ms, file, offset, text, level },
      nanos: file < 0 ? nanosOf(document['@timestamp']) : nanos,
      stream: typeof document.stream === 'string' ? document.stream : '',
      partial: !hasEnd && isPartial(document, whole, state),
      documentId: hit._id ?? '',
    };
  }
}

function isPartial(document: Document, text: string, state: SourceState): boolean {
  if (typeof document.logtag === 'string') return document.logtag.startsWith('P');
  return state.ends === 'in-text' || Buffer.byteLength(text) >= CUT_AT;
}
