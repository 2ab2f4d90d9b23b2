/** The requests that the store and real Elasticsearch must answer alike. */

export interface Step {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** An object is sent as JSON, a list as lines of JSON. */
  readonly body?: unknown;
  /** Aggregations' answers only: their hits have no fixed order. */
  readonly only?: 'aggregations' | 'status';
}

const LINES = [
  '2026-03-01 10:00:00,001 INFO  org.apache.flink.runtime.taskmanager.Task - Source switched from DEPLOYING to RUNNING',
  '2026-03-01 10:00:00,002 WARN  org.apache.hadoop.util.NativeCodeLoader - Unable to load native-hadoop library',
  '2026-03-01 10:00:00,003 ERROR org.apache.flink.runtime.taskexecutor - Connection refused: 10.0.0.1/6123',
  'java.net.ConnectException: Connection refused (Connection refused)',
  '\tat org.apache.flink.Main.run(Main.java:42)',
];

function document(i: number): Record<string, unknown> {
  const pod = `feature-${i % 3}-taskmanager-1-${i % 2}`;
  return {
    '@timestamp': new Date(Date.UTC(2026, 2, 1, 10, Math.floor(i / 4), i % 2)).toISOString(),
    log: LINES[i % LINES.length],
    stream: i % 4 === 0 ? 'stderr' : 'stdout',
    kubernetes: {
      pod_name: pod,
      namespace_name: i % 5 === 0 ? 'other' : 'flink',
      labels: { app: `job-${i % 3}`, 'type/x': 'a' },
    },
    n: i,
    ratio: i / 4 + 0.125,
    done: i % 2 === 0,
    ...(i % 7 === 0 ? { extra: { deep: ['x', 'y'] } } : {}),
  };
}

const COUNT = 40;
const load = Array.from({ length: COUNT }, (_, i) => [
  { create: { _index: `feature_-2026.03.0${1 + (i % 2)}`, _id: `d${String(i).padStart(2, '0')}` } },
  document(i),
]).flat();

const byNumber = [{ n: 'asc' }];
const find = (name: string, query: unknown, more: object = {}): Step => ({
  ...{ name, method: 'POST', path: '/feature_-*/_search' },
  body: { query, size: 50, sort: byNumber, track_total_hits: true, ...more },
});
const filtered = (filterPath: string, path: string, body: object): Step => ({
  ...{ name: `filter_path ${filterPath} of ${path}`, method: 'POST', body },
  path: `${path}?filter_path=${filterPath}`,
});
const count = (name: string, aggs: unknown, more: object = {}): Step => ({
  ...{ name, method: 'POST', path: '/feature_-*/_search', only: 'aggregations' as const },
  body: { size: 0, aggs, ...more },
});
const text = (query: string, more: object = {}) => ({ query_string: { query, ...more } });
const keyword = 'kubernetes.pod_name.keyword';

export const STEPS: readonly Step[] = [
  { name: 'bulk create', method: 'POST', path: '/_bulk', body: load },
  { name: 'refresh', method: 'POST', path: '/_refresh', only: 'status' },
  {
    name: 'bulk with an id that is there, an update, a delete and one missing',
    method: 'POST',
    path: '/items/_bulk',
    body: [
      ...[{ create: { _id: 'a' } }, { v: 1 }, { create: { _id: 'a' } }, { v: 2 }, { index: { _id: 'a' } }, { v: 3 }],
      ...[
        { update: { _id: 'a' } },
        { doc: { w: 4 } },
        { update: { _id: 'b' } },
        { doc: { w: 4 } },
        { delete: { _id: 'c' } },
      ],
      ...[{ index: { _index: 'Upper' } }, { v: 5 }],
    ],
  },
  { name: 'document', method: 'GET', path: '/items/_doc/a' },
  { name: 'document that is not there', method: 'GET', path: '/items/_doc/zz' },
  { name: 'document of no index', method: 'GET', path: '/nothing/_doc/zz' },
  { name: 'bulk without newline', method: 'POST', path: '/_bulk', body: 'x', only: 'status' },
  find('everything', { match_all: {} }),
  find('term on a keyword', { term: { [keyword]: 'feature-1-taskmanager-1-0' } }),
  find('term on words of a text', { term: { 'kubernetes.pod_name': 'taskmanager' } }),
  find('term on a whole text that has several words', { term: { 'kubernetes.pod_name': 'feature-1-taskmanager-1-0' } }),
  find('term on a number and a boolean', { bool: { filter: [{ term: { done: true } }, { terms: { n: [2, 3, 4] } }] } }),
  find('terms with an option', { terms: { 'stream.keyword': ['stderr', 'x'], boost: 1 } }),
  find('a key with a slash', { term: { 'kubernetes.labels.type/x.keyword': 'a' } }),
  find('prefix', { prefix: { [keyword]: { value: 'feature-2' } } }),
  find('wildcard', { wildcard: { [keyword]: { value: 'feature-*-1-?' } } }),
  find('wildcard on words', { wildcard: { log: 'connect*' } }),
  find('exists', { exists: { field: 'extra.deep' } }),
  find('an object exists', { exists: { field: 'extra' } }),
  find('ids', { ids: { values: ['d01', 'd05', 'zz'] } }),
  find('range of time', { range: { '@timestamp': { gte: '2026-03-01T10:02:00Z', lt: '2026-03-01T10:05:00Z' } } }),
  find('range of time in milliseconds', { range: { '@timestamp': { gt: 1772359321000, format: 'epoch_millis' } } }),
  find('range of time, rounded', { range: { '@timestamp': { lte: '2026-03-01T10:03:30Z||/m' } } }),
  find('range of numbers', { range: { ratio: { gt: 2, lte: 5.625 } } }),
  find('match any word', { match: { log: 'deploying native' } }),
  find('match all words', { match: { log: { query: 'connection REFUSED', operator: 'and' } } }),
  find('match on a number', { match: { n: '7' } }),
  find('phrase', { match_phrase: { log: 'connection refused' } }),
  find('phrase with a prefix', { match_phrase_prefix: { log: 'switched from depl' } }),
  find('must not', { bool: { must_not: [{ match: { log: 'refused' } }, { term: { done: true } }] } }),
  find('should beside filter', { bool: { filter: [{ term: { done: true } }], should: [{ term: { n: 2 } }] } }),
  find('should, two of three', {
    bool: {
      should: [{ term: { done: true } }, { term: { n: 2 } }, { range: { n: { lt: 5 } } }],
      minimum_should_match: 2,
    },
  }),
  find('time below should', {
    bool: { should: [{ range: { '@timestamp': { lt: '2026-03-01T10:01:00Z' } } }, { term: { n: 30 } }] },
  }),
  find('not in a range of time', { bool: { must_not: { range: { '@timestamp': { lt: '2026-03-01T10:08:00Z' } } } } }),
  find('query string of words', text('log:(native OR deploying)')),
  find('query string with AND, NOT and brackets', text('stream:stdout AND NOT (log:refused OR log:native)')),
  find('query string with a phrase', text('log:"connection refused" AND n:>10')),
  find('query string with a range', text('n:[3 TO 6}')),
  find('query string of any field', text('deploying')),
  find('query string with a default', text('connection refused', { default_field: 'log', default_operator: 'AND' })),
  find('query string with a wildcard', text('log:conn*')),
  find('query string, plus and minus', text('+log:refused -stream:stderr')),
  find('query string, exists', text('_exists_:extra.deep')),
  find('from and size', { match_all: {} }, { from: 7, size: 5 }),
  find('descending', { match_all: {} }, { sort: [{ '@timestamp': 'desc' }, { n: { order: 'desc' } }], size: 9 }),
  find(
    'search_after',
    { match_all: {} },
    { sort: [{ '@timestamp': 'asc' }, { n: 'asc' }], search_after: [1772359260000, 4], size: 6 },
  ),
  find('sort by a keyword', { match_all: {} }, { sort: [{ [keyword]: 'desc' }, { n: 'asc' }], size: 12 }),
  find(
    'missing first',
    { match_all: {} },
    { sort: [{ 'extra.deep.keyword': { order: 'asc', missing: '_first' } }, { n: 'asc' }] },
  ),
  find(
    'missing replaced',
    { match_all: {} },
    { sort: [{ nothing: { order: 'asc', missing: -1, unmapped_type: 'long' } }, { n: 'asc' }], size: 3 },
  ),
  find('some of the source', { term: { n: 7 } }, { _source: ['log', 'kubernetes.labels'] }),
  find(
    'source by patterns',
    { term: { n: 7 } },
    { _source: { includes: ['kuber*', 'ex*.deep'], excludes: ['*.labels'] } },
  ),
  find('no source', { term: { n: 7 } }, { _source: false }),
  find('total is cut', { match_all: {} }, { track_total_hits: 5, size: 0 }),
  find('total is not wanted', { match_all: {} }, { track_total_hits: false, size: 1 }),
  { name: 'an index that is not there', method: 'POST', path: '/nothing/_search' },
  { name: 'ignored', method: 'POST', path: '/nothing,feature_-2026.03.01/_count?ignore_unavailable=true' },
  { name: 'pattern without index', method: 'POST', path: '/nothing*/_count' },
  { name: 'count', method: 'POST', path: '/feature_-*/_count', body: { query: { term: { done: true } } } },
  { ...find('an unknown query', { nonsense: {} }), only: 'status' },
  { ...find('a window too large', { match_all: {} }, { from: 9999, size: 2 }), only: 'status' },
  { ...find('sort by a text', { match_all: {} }, { sort: ['log'] }), only: 'status' },
  count('terms with metrics', {
    pods: {
      terms: { field: keyword, size: 4 },
      aggs: { first: { min: { field: '@timestamp' } }, most: { max: { field: 'n' } } },
    },
  }),
  count('terms in order of key', { t: { terms: { field: 'stream.keyword', order: { _key: 'desc' } } } }),
  count('terms in order of a metric', {
    t: { terms: { field: keyword, order: { m: 'desc' } }, aggs: { m: { max: { field: 'n' } } } },
  }),
  count('terms of booleans', { t: { terms: { field: 'done' } } }),
  count('terms of numbers', { t: { terms: { field: 'n', size: 3 } } }),
  count('dates by the minute', {
    t: {
      date_histogram: { field: '@timestamp', fixed_interval: '2m' },
      aggs: { s: { terms: { field: 'stream.keyword' } } },
    },
  }),
  count('dates by the hour in a zone', { t: { date_histogram: { field: '@timestamp', calendar_interval: 'day' } } }),
  count('cardinality, stats, sum, avg, count', {
    ...{ c: { cardinality: { field: keyword } }, s: { stats: { field: 'ratio' } }, u: { sum: { field: 'n' } } },
    ...{ a: { avg: { field: 'n' } }, v: { value_count: { field: 'extra.deep.keyword' } } },
  }),
  count('filter and filters', {
    f: { filter: { match: { log: 'ERROR FATAL' } } },
    g: { filters: { filters: { e: { term: { 'stream.keyword': 'stderr' } }, d: { term: { done: true } } } } },
  }),
  count('missing', { m: { missing: { field: 'extra.deep.keyword' } } }),
  count('composite', {
    c: {
      composite: {
        size: 4,
        sources: [
          { ns: { terms: { field: 'kubernetes.namespace_name.keyword' } } },
          { pod: { terms: { field: keyword } } },
        ],
      },
      aggs: { last: { max: { field: '@timestamp' } } },
    },
  }),
  count('composite behind a key', {
    c: {
      composite: {
        size: 40,
        after: { ns: 'flink', pod: 'feature-1' },
        sources: [
          { ns: { terms: { field: 'kubernetes.namespace_name.keyword' } } },
          { pod: { terms: { field: keyword } } },
        ],
      },
    },
  }),
  count('aggregations of a query', { n: { max: { field: 'n' } } }, { query: { match: { log: 'native' } } }),
  { name: 'mapping', method: 'GET', path: '/feature_-2026.03.01/_mapping' },
  { name: 'names of indices', method: 'GET', path: '/_cat/indices/feature_-*?h=index,docs.count&format=json&s=index' },
  { name: 'delete an index', method: 'DELETE', path: '/feature_-2026.03.02' },
  { name: 'it is gone', method: 'GET', path: '/_cat/indices/feature_-*?h=index,docs.count&format=json&s=index' },
  ...[
    'hits.hits._source,hits.hits.sort',
    'hits.total',
    'took,hits.hits._id',
    'hits.**',
    '*.t*',
    'hits.total.value',
    'hits.hits._source.n*,**._id',
    'none',
  ].flatMap((filterPath) => [
    filtered(filterPath, '/feature_-*/_search', { size: 2, sort: byNumber, _source: ['n'] }),
    filtered(filterPath, '/feature_-*/_search', { size: 2, sort: byNumber, query: { match_none: {} } }),
  ]),
  filtered('count', '/feature_-*/_count', { query: { match_all: {} } }),
];
