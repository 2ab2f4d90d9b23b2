/** What is taken from columns, groups and cut text is what reading each document gives. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Api } from './api.ts';
import { Engine } from './engine.ts';
import type { JsonObject } from './json.ts';

const small = fc.integer({ min: 0, max: 2 });
const order = fc.record(
  { nanos: fc.oneof(small, fc.constant(1.5)), file: small, offset: fc.oneof(small, fc.constant('7')) },
  { requiredKeys: [] },
);
const text = fc.constantFrom(
  'all well',
  'ERROR at once',
  'Severe, fatal',
  'errors are no error-',
  'terror',
  'q"\\ FATAL',
);
const document = fc.record(
  {
    '@timestamp': fc.oneof({ weight: 9, arbitrary: small.map((ms) => 1_795_428_000_000 + ms) }, fc.constant('never')),
    log: fc.oneof({ weight: 9, arbitrary: text }, fc.constantFrom(null, {}, ['ERROR', 'x'])),
    'log.level': fc.constant('info'),
    stream: fc.constantFrom('stdout', 'stderr'),
    sluice: fc.oneof({ weight: 4, arbitrary: order }, fc.constantFrom(null, [])),
    kubernetes: fc.oneof(
      {
        weight: 9,
        arbitrary: fc.record(
          { pod_name: fc.constantFrom('a', 'b'), labels: fc.constantFrom({}, { app: 'x' }), host: fc.constant('n') },
          { requiredKeys: [] },
        ),
      },
      fc.constantFrom(null, 'none'),
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);
/** What stands for the time of documents without one: nothing, the begin of times, and a time among the others. */
const timeless = fc.constantFrom(undefined, 0, 1_795_428_000_001);
const write = fc.record({ document, id: fc.constantFrom(null, '1', '2', '3'), isHidden: fc.boolean() });

const writes = fc.array(write, { maxLength: 30 });

interface Hits {
  readonly hits: {
    readonly total?: { readonly value: number };
    readonly hits: readonly { readonly _id: string; readonly _source: JsonObject; readonly sort: readonly unknown[] }[];
  };
  readonly aggregations: JsonObject;
}

function open(writes: readonly { document: unknown; id: string | null; isHidden: boolean }[]) {
  const api = new Api(new Engine());
  const body = writes.flatMap(({ document, id, isHidden }) => {
    const source = JSON.stringify(document);
    // The same word, written with an escape.
    return [JSON.stringify({ index: { _id: id ?? undefined } }), isHidden ? source.replace('E', '\\u0045') : source];
  });
  const ask = (method: string, path: string, given: string, query = '') => {
    const parts = path.split('/').filter(Boolean);
    const request = { method, path: parts, query: new URLSearchParams(query), body: Buffer.from(given) };
    return JSON.parse(api.handle(request).text);
  };
  if (body.length > 0) ask('POST', '/x/_bulk', `${body.join('\n')}\n`);
  else ask('PUT', '/x', '');
  return {
    pit: () => ask('POST', '/x/_pit', '', 'keep_alive=1m').id as string,
    search: (given: object) => ask('POST', '/_search', JSON.stringify(given)) as Hits,
  };
}

/** `timeless`: where documents without time stand. */
const sortBy = (direction: string, timeless?: number) => [
  {
    '@timestamp': { order: direction, unmapped_type: 'date', ...(timeless === undefined ? {} : { missing: timeless }) },
  },
  ...['nanos', 'file', 'offset'].map((name) => ({
    [`sluice.${name}`]: { order: direction, unmapped_type: 'long', missing: -1 },
  })),
];

it('pages in the stored order hold the hits that sorting all of them gives', () => {
  fc.assert(
    fc.property(writes, fc.constantFrom('asc', 'desc'), small, timeless, (writes, direction, n, missing) => {
      const { pit, search } = open(writes);
      const query = { match: { log: 'error fatal' } };
      const point = { id: pit() };
      for (const given of [{}, { query }]) {
        const plain = search({
          ...given,
          size: 100,
          pit: point,
          sort: [...sortBy(direction, missing), { _id: direction }],
        });
        const plainKeys = new Set(plain.hits.hits.map(({ _id }) => _id));
        const times = plain.hits.hits.map(({ sort }) => sort[0] as number | null);
        const rank = (time: number | null) =>
          time === null ? Number.POSITIVE_INFINITY : direction === 'asc' ? time : -time;
        expect(times.map(rank)).toEqual(times.map(rank).sort((a, b) => a - b));
        const found: string[] = [];
        let last: readonly unknown[] | undefined;
        for (;;) {
          const page = search({
            ...{ ...given, size: n + 1, pit: point, sort: [...sortBy(direction, missing), { _shard_doc: direction }] },
            ...(last === undefined ? {} : { search_after: last }),
          }).hits.hits;
          found.push(...page.map(({ _id }) => _id));
          if (page.length <= n) break;
          last = page.at(-1)!.sort;
        }
        expect(new Set(found)).toEqual(plainKeys);
        expect(found.length).toBe(plainKeys.size);
        const sortOf = new Map(plain.hits.hits.map(({ _id, sort }) => [_id, JSON.stringify(sort.slice(0, 4))]));
        expect(found.map((id) => sortOf.get(id))).toEqual(plain.hits.hits.map(({ _id }) => sortOf.get(_id)));
      }
    }),
  );
});

it.each([[['log', 'stream', 'logtag']], [['log', 'kubernetes.pod_name', 'kubernetes.labels']], [['kubernetes']]])(
  'the fields %j cut out of the text are those of the parsed document',
  (fields) => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 10 }), (writes) => {
        const { search } = open(writes);
        const ask = (_source: unknown) => search({ size: 100, _source }).hits.hits.map((hit) => hit._source);
        expect(ask(fields)).toEqual(ask({ includes: fields, excludes: ['nothing.of.this'] }));
      }),
    );
  },
);

it('aggregations over whole groups and marked documents are those over each document', () => {
  const errors = { filter: { match: { log: { query: 'ERROR FATAL', operator: 'or' } } } };
  const inner = {
    errors: { ...errors, aggs: { last: { max: { field: '@timestamp' } } } },
    ...{ first: { min: { field: '@timestamp' } }, has: { filter: { exists: { field: 'sluice.offset' } } } },
    newest: { top_hits: { size: 1, _source: ['kubernetes.labels'] } },
  };
  const plain = { ...inner, plain: { cardinality: { field: 'stream.keyword' } } };
  const of = (aggs: object) => ({
    pods: { composite: { size: 5, sources: [{ pod: { terms: { field: 'kubernetes.pod_name.keyword' } } }] }, aggs },
    terms: { terms: { field: 'kubernetes.pod_name.keyword', missing: 'none' }, aggs },
    ...{ missing: { missing: { field: 'sluice.offset' }, aggs }, total: errors },
  });
  const without = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(without);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, one]) => (name === 'plain' ? [] : [[name, without(one)]])),
    );
  };
  fc.assert(
    fc.property(fc.array(write, { maxLength: 20 }), fc.boolean(), (writes, isBounded) => {
      const { search } = open(writes);
      const query = isBounded ? { range: { '@timestamp': { gte: 1_795_428_000_001 } } } : { match_all: {} };
      const ask = (aggs: object) => search({ size: 0, track_total_hits: true, query, aggs });
      const fast = ask(of(inner));
      const slow = ask(of(plain));
      expect(fast.aggregations).toEqual(without(slow.aggregations));
      expect(fast.hits).toEqual(slow.hits);
      const count = search({ size: 100, query }).hits.hits.length;
      expect(fast.hits.total?.value).toBe(count);
    }),
  );
});
