/** The paths of the REST API: method and path to what is done. Bodies in, JSON text out. */
import { bulk, createIndex, perform } from './bulk.ts';
import type { Engine, Index } from './engine.ts';
import { indexNotFound, StoreError } from './errors.ts';
import { FilterPath } from './filter-path.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf } from './json.ts';
import { caps, mappingOf } from './mapping.ts';
import { resolve } from './names.ts';
import { durationMs, Points, type Scroll } from './points.ts';
import { compileQuery } from './query/compile.ts';
import { Scan } from './scan.ts';
import { type SearchResult, search } from './search.ts';

export interface Request {
  readonly method: string;
  /** Decoded parts of the path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

const SHARDS = { total: 1, successful: 1, skipped: 0, failed: 0 };
const VERSION = '9.5.3';

export class Api {
  readonly #engine: Engine;
  readonly #points = new Points();
  /** Templates are kept and shown; types of fields come from the documents. */
  readonly #accepted = new Map<string, Json>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @throws StoreError */
  handle(request: Request): Answer {
    const filterPath = FilterPath.of(request.query.get('filter_path'));
    if (filterPath === undefined) return this.#answer(request, undefined);
    // Answers to searches are large: they are made without what is not wanted, where that is whole members.
    const cutsDeep = filterPath.cuts('hits', 'hits', '_source') || filterPath.cuts('hits', 'total');
    if (request.path.includes('_search') && !cutsDeep) return this.#answer(request, filterPath);
    const { status, text: whole } = this.#answer(request, undefined);
    return { status, text: JSON.stringify(filterPath.apply(JSON.parse(whole) as Json) ?? {}) };
  }

  #answer(request: Request, filterPath: FilterPath | undefined): Answer {
    const { method, path } = request;
    const [first, second, third] = path;
    if (first === undefined) return json(this.#info());
    if (first === '_bulk') return text(bulk(this.#engine, request.body, undefined));
    if (second === '_bulk') return text(bulk(this.#engine, request.body, first));
    if (first === '_search' || second === '_search')
      return this.#searchPaths(request, first === '_search' ? path.slice(1) : path.slice(2), filterPath);
    if (second === '_count' || first === '_count') return this.#count(request);
    if (second === '_doc' || second === '_create') return this.#document(request, first, third ?? null);
    if (first === '_pit' || second === '_pit') return this.#pit(request);
    if (first === '_cat') return this.#cat(request);
    if (first === '_cluster' && second === 'health')
      return json({ cluster_name: 'sluice', status: 'green', timed_out: false, number_of_nodes: 1 });
    if (/^_(index_template|component_template|template|data_stream|ilm|ingest)$/.test(first))
      return this.#accept(request);
    const last = path.at(-1)!;
    if (last === '_refresh' || last === '_flush' || last === '_forcemerge') {
      this.#indices(request, last === first ? undefined : first);
      return json({ _shards: { total: 1, successful: 1, failed: 0 } });
    }
    if (last === '_mapping' || last === '_mappings')
      return json(mappingOf(this.#indices(request, last === first ? undefined : first)));
    if (last === '_field_caps') return this.#fieldCaps(request, last === first ? undefined : first);
    if (first.startsWith('_') || path.length > 1) throw noHandler(method, path);
    return this.#index(request, first);
  }

  #info(): JsonObject {
    return {
      name: 'sluice-store',
      cluster_name: 'sluice',
      cluster_uuid: 'sluice-embedded-store',
      version: {
        number: VERSION,
        build_flavor: 'default',
        build_type: 'sluice',
        minimum_wire_compatibility_version: '8.19.0',
        minimum_index_compatibility_version: '8.0.0',
      },
      tagline: 'You Know, for Search',
    };
  }

  #indices(request: Request, expression: string | undefined): Set<Index> {
    const flag = (name: string, fallback: boolean) => {
      const value = request.query.get(name);
      return value === null ? fallback : value !== 'false';
    };
    return resolve(this.#engine, expression, {
      ignoreUnavailable: flag('ignore_unavailable', false),
      allowNone: flag('allow_no_indices', true),
    });
  }

  #searchPaths(request: Request, rest: readonly string[], filterPath: FilterPath | undefined): Answer {
    if (rest[0] === 'scroll') return this.#scrollPage(request, rest[1], filterPath);
    if (rest.length > 0) throw noHandler(request.method, request.path);
    const body = searchBody(request);
    const started = performance.now();
    const { pit } = body;
    if (isObject(pit)) {
      const point = this.#points.read(pit['id']);
      const result = search(this.#engine, body, { scope: this.#scope(point), tieBreak: true, filterPath });
      return searchAnswer(result, started, { pit_id: pit['id']! }, filterPath);
    }
    const indices = this.#indices(request, request.path[0] === '_search' ? undefined : request.path[0]);
    const scope = { indices, maxSeq: Number.MAX_SAFE_INTEGER };
    const keep = request.query.get('scroll');
    if (keep === null) return searchAnswer(search(this.#engine, body, { scope, filterPath }), started, {}, filterPath);
    const maxSeq = this.#engine.lastSeq();
    const sort = body['sort'] === undefined ? ['_doc'] : body['sort'];
    const scroll: Scroll = {
      indices: [...indices].map(({ name }) => name),
      maxSeq,
      body: { ...body, sort },
      after: undefined,
      expires: Date.now() + durationMs(keep),
    };
    return this.#next(scroll, this.#points.openScroll(scroll), started, filterPath);
  }

  #scope(point: { readonly indices: readonly string[]; readonly maxSeq: number }) {
    const indices = new Set(point.indices.flatMap((name) => this.#engine.indices.get(name) ?? []));
    return { indices, maxSeq: point.maxSeq };
  }

  #scrollPage(
    { method, body, query }: Request,
    inPath: string | undefined,
    filterPath: FilterPath | undefined,
  ): Answer {
    const given = parseBody(body);
    const id = given['scroll_id'] ?? inPath ?? query.get('scroll_id') ?? undefined;
    if (method === 'DELETE') {
      const freed =
        id === '_all'
          ? this.#points.closeAll()
          : listOf(id).filter((one) => this.#points.closeScroll(String(one))).length;
      return { status: freed > 0 ? 200 : 404, text: JSON.stringify({ succeeded: true, num_freed: freed }) };
    }
    const scroll = this.#points.scroll(id);
    const keep = given['scroll'] ?? query.get('scroll');
    if (typeof keep === 'string') scroll.expires = Date.now() + durationMs(keep);
    return this.#next(scroll, String(id), performance.now(), filterPath);
  }

  #next(scroll: Scroll, id: string, started: number, filterPath: FilterPath | undefined): Answer {
    const after = scroll.after === undefined ? {} : { search_after: [...scroll.after] };
    const options = { scope: this.#scope(scroll), tieBreak: true, filterPath };
    const result = search(this.#engine, { ...scroll.body, ...after }, options);
    scroll.after = result.lastSort ?? scroll.after;
    return searchAnswer(result, started, { _scroll_id: id }, filterPath);
  }

  #count(request: Request): Answer {
    const body = searchBody(request);
    const indices = this.#indices(request, request.path[0] === '_count' ? undefined : request.path[0]);
    const scan = new Scan(this.#engine, { indices, maxSeq: Number.MAX_SAFE_INTEGER }, compileQuery(body['query']));
    return json({ count: scan.count(Number.MAX_SAFE_INTEGER), _shards: SHARDS });
  }

  #document({ method, path, body, query }: Request, name: string, id: string | null): Answer {
    if (method === 'POST' || method === 'PUT') {
      const operation = path[1] === '_create' || query.get('op_type') === 'create' ? 'create' : 'index';
      const item = this.#engine.transaction(() => perform(this.#engine, { operation, index: name, id }, body));
      const { status, ...answer } = JSON.parse(item) as JsonObject;
      return { status: Number(status), text: JSON.stringify(answer) };
    }
    const index = this.#engine.indices.get(name);
    if (index === undefined) throw indexNotFound(name);
    if (method === 'DELETE') {
      const item = this.#engine.transaction(() =>
        perform(this.#engine, { operation: 'delete', index: name, id }, undefined),
      );
      const { status, ...answer } = JSON.parse(item) as JsonObject;
      return { status: Number(status), text: JSON.stringify(answer) };
    }
    const row = id === null ? undefined : this.#engine.get(index, id);
    const head = `"_index":${JSON.stringify(name)},"_id":${JSON.stringify(id)}`;
    if (row === undefined) return { status: 404, text: `{${head},"found":false}` };
    return text(
      `{${head},"_version":${row.version},"_seq_no":${row.seq},"_primary_term":1,"found":true,"_source":${row.source}}`,
    );
  }

  #pit(request: Request): Answer {
    if (request.method === 'DELETE') {
      this.#points.read(parseBody(request.body)['id']);
      return json({ succeeded: true, num_freed: 1 });
    }
    durationMs(request.query.get('keep_alive') ?? '');
    const indices = this.#indices(request, request.path[0]);
    const id = this.#points.open(
      [...indices].map(({ name }) => name),
      this.#engine.lastSeq(),
    );
    return json({ id, _shards: SHARDS });
  }

  #cat(request: Request): Answer {
    const [, what, expression] = request.path;
    if (what !== 'indices' && what !== 'count') throw noHandler(request.method, request.path);
    const indices = [...this.#indices(request, expression)].sort((a, b) => (a.name < b.name ? -1 : 1));
    const rows: Record<string, string>[] =
      what === 'count'
        ? [{ count: String(indices.reduce((sum, { docs }) => sum + docs, 0)) }]
        : indices.map((index) => ({
            ...{ health: 'green', status: 'open', index: index.name, uuid: index.uuid, pri: '1', rep: '0' },
            ...{ 'docs.count': String(index.docs), 'docs.deleted': '0' },
            ...{ 'store.size': `${this.#engine.sizeOf(index)}b`, 'pri.store.size': `${this.#engine.sizeOf(index)}b` },
          }));
    const columns = request.query.get('h')?.split(',');
    const shown = rows.map((row) =>
      columns === undefined ? row : Object.fromEntries(columns.map((name) => [name, row[name] ?? ''])),
    );
    if (request.query.get('format') === 'json') return json(shown);
    const lines = shown.map((row) => `${Object.values(row).join(' ')}\n`);
    const head = request.query.has('v') && shown[0] !== undefined ? `${Object.keys(shown[0]).join(' ')}\n` : '';
    return { status: 200, text: head + lines.join(''), type: 'text/plain; charset=UTF-8' };
  }

  #accept({ method, path, body }: Request): Answer {
    const key = path.join('/');
    if (method === 'PUT' || method === 'POST') {
      this.#accepted.set(key, parseBody(body));
      return json({ acknowledged: true });
    }
    const known = this.#accepted.get(key);
    if (known === undefined && path.length > 1)
      throw new StoreError(
        404,
        'resource_not_found_exception',
        `${path[0]!.slice(1).replace('_', ' ')} matching [${path[1]}] not found`,
      );
    if (method === 'DELETE') {
      this.#accepted.delete(key);
      return json({ acknowledged: true });
    }
    return json(
      path[0] === '_template'
        ? { [path[1] ?? '']: known ?? {} }
        : { [`${path[0]!.slice(1)}s`]: known === undefined ? [] : [{ name: path[1]!, [path[0]!.slice(1)]: known }] },
    );
  }

  #fieldCaps(request: Request, expression: string | undefined): Answer {
    const body = parseBody(request.body);
    const fields = listOf(body['fields'] ?? request.query.get('fields') ?? '').flatMap((one) => String(one).split(','));
    return json(caps(this.#indices(request, expression), fields));
  }

  #index(request: Request, expression: string): Answer {
    const { method } = request;
    if (method === 'PUT') {
      createIndex(this.#engine, expression, parseBody(request.body));
      return json({ acknowledged: true, shards_acknowledged: true, index: expression });
    }
    const found = this.#indices(request, expression);
    if (method === 'DELETE') {
      for (const index of found) this.#engine.deleteIndex(index);
      return json({ acknowledged: true });
    }
    if (method === 'HEAD') return { status: found.size > 0 ? 200 : 404, text: '' };
    if (method === 'GET') return json(mappingOf(found));
    throw noHandler(method, request.path);
  }
}

function searchBody({ body, query }: Request): JsonObject {
  const given = parseBody(body);
  const q = query.get('q');
  const numbers = ['size', 'from'].flatMap((name) => (query.has(name) ? [[name, Number(query.get(name))]] : []));
  const track = query.get('track_total_hits');
  const sort = query.get('sort');
  return {
    ...given,
    ...(q === null ? {} : { query: { query_string: { query: q } } }),
    ...Object.fromEntries(numbers),
    ...(sort === null ? {} : { sort: sort.split(',') }),
    ...(track === null
      ? {}
      : { track_total_hits: track === 'true' ? true : track === 'false' ? false : Number(track) }),
  };
}

function parseBody(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  let given: Json;
  try {
    given = JSON.parse(body.toString('utf8')) as Json;
  } catch (error) {
    throw new StoreError(400, 'json_parse_exception', (error as Error).message);
  }
  return objectOf(given, 'body');
}

function searchAnswer(
  result: SearchResult,
  started: number,
  head: JsonObject,
  filterPath: FilterPath | undefined,
): Answer {
  const { aggregations, hits } = result;
  const start: JsonObject = {
    ...head,
    took: Math.round(performance.now() - started),
    timed_out: false,
    _shards: SHARDS,
  };
  if (aggregations !== undefined) start['aggregations'] = aggregations;
  const members = JSON.stringify(filterPath === undefined ? start : (filterPath.apply(start) ?? {})).slice(1, -1);
  return text(`{${[members, ...(hits === undefined ? [] : [`"hits":${hits}`])].filter(Boolean).join(',')}}`);
}

function noHandler(method: string, path: readonly string[]): StoreError {
  return new StoreError(
    400,
    'illegal_argument_exception',
    `no handler found for uri [/${path.join('/')}] and method [${method}] in the embedded store`,
  );
}

const text = (body: string): Answer => ({ status: 200, text: body });
const json = (body: unknown): Answer => text(JSON.stringify(body));
