/**
 * `_search`: hits in order, from/size or search_after, total, aggregations.
 *
 * Guarantees: with `@timestamp` first in the sort, a page costs what its hits cost: the index starts behind the last hit. Sorted by ORDER_FIELDS next it
 * gives them in their order (`inOrder`); else the documents of one millisecond are sorted in memory (`byTime`, its plain twin). Other sorts look at all matches.
 */
import { aggregate } from './aggs/aggregate.ts';
import { parseDate, toMs } from './document/dates.ts';
import type { Doc } from './document/doc.ts';
import { NO_ORDER, ORDER_FIELDS } from './document/order.ts';
import type { Engine } from './engine.ts';
import { illegalArgument, parsingError } from './errors.ts';
import type { FilterPath } from './filter-path.ts';
import { type Json, type JsonObject, numberOf } from './json.ts';
import { compileQuery } from './query/compile.ts';
import { type Place, Scan, type Scope } from './scan.ts';
import { checkSort, compareKeys, type SortKey, type SortValue, sortKeys, TIME } from './sort.ts';
import { sourceFilter } from './source-filter.ts';

export interface SearchOptions {
  readonly scope: Scope;
  /** Sort by the sequence number last, and show it. */
  readonly tieBreak?: boolean;
  /** Largest from + size; none for scroll. */
  readonly window?: number;
  readonly filterPath?: FilterPath | undefined;
}

interface Found {
  readonly doc: Doc;
  readonly sort: SortValue[];
}

export interface SearchResult {
  /** The object `hits` as JSON text; undefined where it is not wanted, or nothing of it is left. */
  readonly hits: string | undefined;
  readonly aggregations: JsonObject | undefined;
  readonly count: number;
  readonly lastSort: readonly SortValue[] | undefined;
}

const WINDOW = 10_000;
const KNOWN = [
  ...[
    'query',
    'sort',
    'size',
    'from',
    'search_after',
    '_source',
    'track_total_hits',
    'aggs',
    'aggregations',
    'pit',
    'timeout',
  ],
  ...[
    'track_scores',
    'version',
    'seq_no_primary_term',
    'terminate_after',
    'explain',
    'profile',
    'min_score',
    'stored_fields',
    'slice',
  ],
];

/** @throws StoreError */
export function search(engine: Engine, body: JsonObject, options: SearchOptions): SearchResult {
  for (const key of Object.keys(body))
    if (!KNOWN.includes(key)) throw parsingError(`unknown key [${key}] for a search in the embedded store`);
  const size = numberOf(body['size'], 'size', 10);
  const from = numberOf(body['from'], 'from', 0);
  if (size < 0) throw illegalArgument(`[size] parameter cannot be negative, found [${size}]`);
  if (from < 0) throw illegalArgument(`[from] parameter cannot be negative but was [${from}]`);
  const window = options.window ?? WINDOW;
  if (from + size > window)
    throw illegalArgument(
      `Result window is too large, from + size must be less than or equal to: [${window}] but was [${from + size}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.`,
    );
  const scan = new Scan(engine, options.scope, compileQuery(body['query']));
  const keys = sortKeys(body['sort']);
  const isSorted = keys.length > 0 || options.tieBreak === true;
  if (options.tieBreak === true && !keys.some((key) => key.name === '_shard_doc'))
    keys.push(...sortKeys(['_shard_doc']));
  checkSort(keys, scan.groups);
  const after = searchAfter(body['search_after'], keys);
  if (after !== undefined && from > 0)
    throw illegalArgument('`from` parameter must be set to 0 when `search_after` is used');
  const found = size === 0 ? [] : take(ordered(scan, keys, after, from + size), from, size);
  const aggs = body['aggs'] ?? body['aggregations'];
  return {
    hits: hitsText(found, body, isSorted, total(scan, body['track_total_hits']), options.filterPath),
    aggregations: aggs === undefined ? undefined : aggregate(scan, aggs),
    count: found.length,
    lastSort: found.at(-1)?.sort,
  };
}

function take(docs: Iterable<Found>, from: number, size: number): Found[] {
  const found: Found[] = [];
  let skipped = 0;
  for (const one of docs) {
    if (skipped++ < from) continue;
    found.push(one);
    if (found.length === size) break;
  }
  return found;
}

function searchAfter(given: Json | undefined, keys: readonly SortKey[]): SortValue[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) throw parsingError('[search_after] must be an array');
  if (keys.length === 0) throw illegalArgument('Sort must contain at least one field.');
  if (given.length !== keys.length)
    throw illegalArgument(`search_after has ${given.length} value(s) but sort has ${keys.length}.`);
  return given.map((value, i) => {
    if (keys[i]!.name !== TIME || typeof value !== 'string') return value as SortValue;
    const nanos = parseDate(value);
    return nanos === undefined ? null : toMs(nanos);
  });
}

/** `limit`: more are not needed. */
function ordered(
  scan: Scan,
  keys: readonly SortKey[],
  after: readonly SortValue[] | undefined,
  limit: number,
): Iterable<Found> {
  const first = keys[0];
  const isWhole = after === undefined || after.every((value) => value !== null);
  if (isStoredOrder(keys) && scan.isOrdered && isWhole && (first?.substitute === null || !scan.hasTimeless))
    return inOrder(scan, keys, after, limit);
  if (first?.name === TIME && !first.missingFirst) return byTime(scan, keys, first.descending, after);
  if (
    first === undefined ||
    (keys.length === 1 && /^_(doc|shard_doc|score)$/.test(first.name) && first.name !== '_score')
  ) {
    const afterSeq = after === undefined ? undefined : Number(after[0]);
    const descending = first?.descending ?? false;
    return asWritten(scan.docs({ by: 'written', descending, afterSeq, whole: true }), first !== undefined);
  }
  return sorted(scan.docs({ by: 'written', descending: false, whole: false }), keys, after);
}

function* asWritten(docs: Iterable<Doc>, isSorted: boolean): Generator<Found> {
  for (const doc of docs) yield { doc, sort: isSorted ? [doc.row.seq] : [] };
}

/** Time, ORDER_FIELDS with -1 where they are missing, sequence number; all in one direction. */
function isStoredOrder(keys: readonly SortKey[]): boolean {
  const names = [TIME, ...ORDER_FIELDS, '_shard_doc'];
  return (
    keys.length === names.length &&
    keys.every(
      ({ name, descending, missingFirst, substitute }, i) =>
        name === names[i] &&
        descending === keys[0]!.descending &&
        !missingFirst &&
        (i < 1 || i > ORDER_FIELDS.length || substitute === NO_ORDER),
    )
  );
}

function* inOrder(
  scan: Scan,
  keys: readonly SortKey[],
  after: readonly SortValue[] | undefined,
  limit: number,
): Generator<Found> {
  const { descending } = keys[0]!;
  let count = 0;
  for (const row of scan.inOrder(descending, after as Place | undefined, limit)) {
    count++;
    yield { doc: scan.docOf(row), sort: [row.ts, row.nanos, row.file, row.pos, row.seq] };
  }
  if (count >= limit) return;
  yield* sorted(scan.docs({ by: 'time', descending, timeless: true, whole: true }), keys, undefined);
}

function* byTime(
  scan: Scan,
  keys: readonly SortKey[],
  descending: boolean,
  after: readonly SortValue[] | undefined,
): Generator<Found> {
  const time = keys[0]!;
  const start = after?.[0] ?? undefined;
  let run: Doc[] = [];
  const behind = () => sorted(run, keys, run.length > 0 && time.value(run[0]!) === (start ?? null) ? after : undefined);
  for (const doc of docsByTime(scan, descending, time.substitute, after)) {
    if (run.length > 0 && time.value(run[0]!) !== time.value(doc)) {
      yield* behind();
      run = [];
    }
    run.push(doc);
  }
  yield* behind();
}

/** From the time of `after` on; documents without time stand where their substitute does, or at the end. */
function* docsByTime(
  scan: Scan,
  descending: boolean,
  substitute: SortValue,
  after: readonly SortValue[] | undefined,
): Generator<Doc> {
  const start = after?.[0] ?? undefined;
  const end = descending ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const at = substitute === null ? end : Number(substitute);
  const isBehind = (a: number, b: number) => (descending ? a < b : a > b);
  const isOver = start !== undefined && isBehind(Number(start), at);
  const timeless = isOver ? [] : scan.docs({ by: 'time', descending, timeless: true, whole: true });
  if (after === undefined || start !== undefined) {
    const bound = start === undefined ? {} : descending ? { to: Number(start) } : { from: Number(start) };
    let isPast = false;
    for (const doc of scan.docs({ by: 'time', descending, timeless: false, whole: true, ...bound })) {
      if (!isPast && isBehind(doc.row.ts!, at)) {
        isPast = true;
        yield* timeless;
      }
      yield doc;
    }
    if (isPast) return;
  }
  yield* timeless;
}

function sorted(docs: Iterable<Doc>, keys: readonly SortKey[], after: readonly SortValue[] | undefined): Found[] {
  const found: Found[] = [];
  for (const doc of docs) {
    const sort = keys.map((key) => key.value(doc));
    if (after === undefined || compareKeys(keys, sort, after) > 0) found.push({ doc, sort });
  }
  return found.length < 2
    ? found
    : found.sort((a, b) => compareKeys(keys, a.sort, b.sort) || a.doc.row.seq - b.doc.row.seq);
}

function total(scan: Scan, track: Json | undefined): string | undefined {
  if (track === false) return undefined;
  const limit =
    track === undefined
      ? WINDOW
      : track === true
        ? Number.MAX_SAFE_INTEGER - 1
        : numberOf(track, 'track_total_hits', WINDOW);
  const count = scan.count(limit + 1);
  return `{"value":${Math.min(count, limit)},"relation":"${count > limit ? 'gte' : 'eq'}"}`;
}

/** A filter's paths lead to members of `hits` and of each hit, not deeper. */
function hitsText(
  found: readonly Found[],
  body: JsonObject,
  isSorted: boolean,
  totalText: string | undefined,
  filterPath: FilterPath | undefined,
): string | undefined {
  const inHits = filterPath?.enter('hits');
  if (filterPath !== undefined && inHits === undefined) return undefined;
  const ofHits = inHits === true ? undefined : inHits;
  const inHit = ofHits?.enter('hits');
  const wants = (name: string) => ofHits === undefined || ofHits.enter(name) !== undefined;
  const members = [
    ...(totalText !== undefined && wants('total') ? [`"total":${totalText}`] : []),
    ...(wants('max_score') ? [`"max_score":${found.length > 0 && !isSorted ? '1.0' : 'null'}`] : []),
    ...(wants('hits') && (found.length > 0 || ofHits === undefined || inHit === true)
      ? [`"hits":[${eachHit(found, body, isSorted, inHit === true ? undefined : inHit).join(',')}]`]
      : []),
  ];
  return members.length === 0 && ofHits !== undefined ? undefined : `{${members.join(',')}}`;
}

function eachHit(
  found: readonly Found[],
  body: JsonObject,
  isSorted: boolean,
  filterPath: FilterPath | undefined,
): string[] {
  const wants = (name: string) => filterPath === undefined || filterPath.enter(name) !== undefined;
  const filter = wants('_source') ? sourceFilter(body['_source']) : () => undefined;
  const [hasIndex, hasId, hasSort] = [wants('_index'), wants('_id'), isSorted && wants('sort')];
  const score = !wants('_score') ? '' : isSorted ? ',"_score":null' : ',"_score":1.0';
  const heads = new Map<string, string>();
  return found.map(({ doc, sort }) => {
    const { name } = doc.group.index;
    let head = hasIndex ? heads.get(name) : '';
    if (head === undefined) heads.set(name, (head = `,"_index":${JSON.stringify(name)}`));
    const id = hasId ? `,"_id":${JSON.stringify(doc.id)}` : '';
    const source = filter(doc);
    const text = `${head}${id}${score}${source === undefined ? '' : `,"_source":${source}`}${hasSort ? `,"sort":${sortText(sort)}` : ''}`;
    return `{${text.slice(1)}}`;
  });
}

function sortText(sort: readonly SortValue[]): string {
  let text = '';
  for (const value of sort) text += `,${typeof value === 'number' ? value : JSON.stringify(value)}`;
  return `[${text.slice(1)}]`;
}
