/**
 * Hits → entries: which container, where its lines end, which level.
 *
 * Guarantees: the texts of a container's entries, each with its line end, are the bytes that its file held. Docker's text ends with the line
 * end where the line ended, so nothing is added; CRI's has none, so one is added unless `logtag` is P. Documents that were stored twice
 * (retries without stable ids) are given once, where their order tells. A line that goes on with one before it has that one's level, also where pages come
 * newest first and the one before is in a later page: such a page is not settled until then.
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

/** The entries of a page, in the order of its hits. */
export interface Page {
  readonly entries: Entry[];
  /** Entries whose level a page of older lines will tell. */
  unsettled: number;
}

interface SourceState {
  /** Whether texts hold their line ends. */
  ends: 'unknown' | 'in-text' | 'added';
  /** Of the last line with a level of its own; undefined where it is not known yet. */
  level: Level | undefined;
  /** Entries of newer pages that go on with an older line. */
  open: { readonly entry: Entry; readonly page: Page }[];
  lastKey: string;
  lastText: string;
}

/** Names that were not asked for are undefined. */
export type FindSource = (
  namespace: string | undefined,
  pod: string | undefined,
  container: string | undefined,
) => Source | undefined;

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
  page(hits: readonly EntryHit[], isNewestFirst = false): Page {
    const found: { hit: EntryHit; source: Source }[] = [];
    for (const hit of hits) {
      const source = this.#only ?? this.#sourceOf(hit._source);
      if (source !== undefined && this.#isNew(hit, this.#state(source))) found.push({ hit, source });
    }
    this.#learnEnds(found);
    const page: Page = { entries: [], unsettled: 0 };
    // Lines are understood in the order in which they were written.
    if (isNewestFirst) found.reverse();
    const older = isNewestFirst ? this.#turnBack() : undefined;
    for (const { hit, source } of found) page.entries.push(this.#entry(hit, source, isNewestFirst ? page : undefined));
    if (older !== undefined) this.#settle(older);
    if (isNewestFirst) page.entries.reverse();
    this.counts.lines += page.entries.length;
    return page;
  }

  /** A page of older lines begins: of each source the entries that wait for it. */
  #turnBack(): Map<SourceState, SourceState['open']> {
    const waiting = new Map<SourceState, SourceState['open']>();
    for (const state of this.#states.values()) {
      waiting.set(state, state.open);
      state.open = [];
      state.level = undefined;
    }
    return waiting;
  }

  /** The level at the end of the older page is that of the lines that go on with it. */
  #settle(waiting: Map<SourceState, SourceState['open']>): void {
    for (const [state, open] of waiting) {
      if (state.level === undefined) {
        state.open.push(...open);
        continue;
      }
      for (const { entry, page } of open) {
        entry.level = state.level;
        page.unsettled--;
      }
    }
  }

  /** What waits is settled as it is. */
  settleAll(): void {
    for (const state of this.#states.values()) {
      for (const { page } of state.open) page.unsettled--;
      state.open = [];
    }
  }

  #sourceOf({ kubernetes: k }: Document): Source | undefined {
    return this.#find(nameOf(k?.namespace_name), nameOf(k?.pod_name), nameOf(k?.container_name));
  }

  #state(source: Source): SourceState {
    let state = this.#states.get(source);
    if (state === undefined) {
      state = { ends: 'unknown', level: undefined, open: [], lastKey: '', lastText: '' };
      this.#states.set(source, state);
    }
    return state;
  }

  /** One text that ends with a line end shows that all of its container do where their lines do. */
  #learnEnds(found: readonly { readonly hit: EntryHit; readonly source: Source }[]): void {
    for (const { hit, source } of found) {
      const state = this.#state(source);
      if (state.ends === 'in-text') continue;
      if (hit._source.logtag === undefined && textOf(hit._source).endsWith('\n')) state.ends = 'in-text';
    }
  }

  /** False for a line that was stored twice. */
  #isNew({ _source, sort }: EntryHit, state: SourceState): boolean {
    const [ms, nanos, file, offset] = positionOf(sort);
    if (file < 0) {
      this.counts.unordered++;
      return true;
    }
    const key = `${ms}.${nanos}.${file}.${offset}`;
    const whole = textOf(_source);
    if (key === state.lastKey && whole === state.lastText) {
      this.counts.duplicates++;
      return false;
    }
    state.lastKey = key;
    state.lastText = whole;
    return true;
  }

  /** `page`: it waits for older lines. */
  #entry(hit: EntryHit, source: Source, page: Page | undefined): Entry {
    const document = hit._source;
    const [ms, nanos, file, offset] = positionOf(hit.sort);
    const state = this.#state(source);
    const whole = textOf(document);
    const hasEnd = whole.endsWith('\n');
    const text = hasEnd ? whole.slice(0, -1) : whole;
    state.level = levelOf(text) ?? state.level;
    const entry: Entry = {
      ...{ source, ms, file, offset, text, level: state.level ?? 'other' },
      nanos: file < 0 ? nanosOf(document['@timestamp']) : nanos,
      stream: typeof document.stream === 'string' ? document.stream : '',
      partial: !hasEnd && isPartial(document, whole, state),
      documentId: hit._id ?? '',
    };
    if (state.level === undefined && page !== undefined) {
      state.open.push({ entry, page });
      page.unsettled++;
    }
    return entry;
  }
}

function nameOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

function isPartial(document: Document, text: string, state: SourceState): boolean {
  if (typeof document.logtag === 'string') return document.logtag.startsWith('P');
  return state.ends === 'in-text' || Buffer.byteLength(text) >= CUT_AT;
}
