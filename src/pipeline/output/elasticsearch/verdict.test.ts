import fc from 'fast-check';
import { expect, it } from 'vitest';
import { verdicts } from './verdict.ts';

interface Item {
  readonly operation: string;
  readonly status: number;
  readonly error?: unknown;
}

const error = (type: string, reason = 'why') => ({ type, reason });

function answer(items: readonly Item[], extra: object = { errors: true }): Buffer {
  const list = items.map(({ operation, ...result }) => ({ [operation]: result }));
  return Buffer.from(JSON.stringify({ took: 1, ...extra, items: list }));
}

function verdictOf(operation: string, status: number, cause?: unknown): string {
  const { again, refused } = verdicts(
    answer([{ operation, status, ...(cause === undefined ? {} : { error: cause }) }]),
    1,
  );
  return again.length === 1 ? 'again' : refused.length === 1 ? 'refused' : 'done';
}

it.each([
  ['index', 200, undefined, 'done'],
  ['index', 201, undefined, 'done'],
  ['create', 409, error('version_conflict_engine_exception'), 'done'],
  ['index', 409, error('version_conflict_engine_exception'), 'refused'],
  ['update', 404, error('document_missing_exception'), 'refused'],
  ['index', 400, error('mapper_parsing_exception'), 'refused'],
  ['index', 400, error('document_parsing_exception'), 'refused'],
  ['index', 400, error('index_closed_exception'), 'refused'],
  ['index', 429, error('es_rejected_execution_exception'), 'again'],
  ['index', 429, error('rejected_execution_exception'), 'again'],
  ['index', 429, error('cluster_block_exception'), 'again'],
  ['index', 403, error('cluster_block_exception'), 'again'],
  ['index', 403, error('security_exception'), 'refused'],
  ['index', 500, error('timeout_exception'), 'again'],
  ['index', 500, error('json_parse_exception'), 'refused'],
  ['index', 500, undefined, 'refused'],
  ['index', 502, undefined, 'again'],
  ['index', 503, error('unavailable_shards_exception'), 'again'],
  ['index', 504, undefined, 'again'],
])('%s, %i, %j: %s', (operation, status, cause, expected) => {
  expect(verdictOf(operation, status, cause)).toBe(expected);
});

it('tells the reason and its cause', () => {
  const cause = {
    ...error('document_parsing_exception', 'failed to parse'),
    caused_by: { reason: 'For input string' },
  };
  const { refused } = verdicts(answer([{ operation: 'index', status: 400, error: cause }]), 1);
  expect(refused).toEqual([
    { item: 0, status: 400, type: 'document_parsing_exception', reason: 'failed to parse: For input string' },
  ]);
  const old = verdicts(answer([{ operation: 'index', status: 400, error: 'MapperParsingException[x]' }]), 1);
  expect(old.refused[0]).toMatchObject({ type: 'error', reason: 'MapperParsingException[x]' });
});

it('an answer without errors is not read further', () => {
  expect(verdicts(Buffer.from('{"took":3,"errors":false,"items":[{"ind'), 5)).toEqual({ again: [], refused: [] });
  expect(verdicts(Buffer.from('{"items":[{"index":{"status":201}}],"errors":false}'), 1)).toEqual({
    again: [],
    refused: [],
  });
});

it.each([
  ['not JSON', 'upstream connect error'],
  ['JSON of something else', '{"error":"x","status":200}'],
  ['null', 'null'],
  ['a list', '[]'],
  ['no items', '{"errors":true}'],
  ['too few items', '{"errors":true,"items":[{"index":{"status":201}}]}'],
  ['an item that is none', '{"errors":true,"items":[null,{"index":{"status":201}}]}'],
  ['an item without result', '{"errors":true,"items":[{},{"index":{"status":201}}]}'],
  ['an item with a null result', '{"errors":true,"items":[{"index":null},{"index":{"status":201}}]}'],
  ['a status that is none', '{"errors":true,"items":[{"index":{"status":"x"}},{"index":{"status":201}}]}'],
])('%s: nothing is known, so everything goes again', (_name, body) => {
  expect(() => verdicts(Buffer.from(body), 2)).toThrow();
});

const anItem = fc.record({
  operation: fc.constantFrom('index', 'create', 'update'),
  status: fc.constantFrom(200, 201, 400, 403, 404, 409, 429, 500, 503),
  error: fc.option(fc.oneof(fc.record({ type: fc.string(), reason: fc.string() }), fc.string()), { nil: undefined }),
});

it('every item is exactly one of done, again, refused; and done only where the cluster has it', () => {
  fc.assert(
    fc.property(fc.array(anItem, { minLength: 1, maxLength: 30 }), (items) => {
      const list = items.map(({ error: cause, ...item }) => (cause === undefined ? item : { ...item, error: cause }));
      const { again, refused } = verdicts(answer(list), items.length);
      const left = [...again, ...refused.map(({ item }) => item)];
      expect(new Set(left).size).toBe(left.length);
      items.forEach(({ operation, status }, i) => {
        const isThere = status < 300 || (status === 409 && operation === 'create');
        expect(left.includes(i)).toBe(!isThere);
      });
    }),
  );
});

it('a damaged answer never makes an item done that the cluster did not take', () => {
  fc.assert(
    fc.property(
      fc.array(anItem, { minLength: 1, maxLength: 8 }).filter((items) => items.some(({ status }) => status >= 300)),
      fc.nat(),
      fc.oneof(fc.constant('cut' as const), fc.constant('drop' as const), fc.integer({ min: 32, max: 126 })),
      (items, where, how) => {
        const bytes = answer(items.map(({ operation, status }) => ({ operation, status })));
        // What stands before the items is left whole: an answer that claims to be without errors is believed.
        const head = bytes.indexOf('"items"');
        const at = head + (where % (bytes.length - head));
        const damaged =
          how === 'cut'
            ? bytes.subarray(0, at)
            : how === 'drop'
              ? Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
              : Buffer.concat([bytes.subarray(0, at), Buffer.of(how), bytes.subarray(at + 1)]);
        let known: ReturnType<typeof verdicts>;
        try {
          known = verdicts(damaged, items.length);
        } catch {
          return;
        }
        const left = new Set([...known.again, ...known.refused.map(({ item }) => item)]);
        const parsed = JSON.parse(damaged.toString('latin1')) as { items: Record<string, { status?: unknown }>[] };
        parsed.items.forEach((entry, i) => {
          const [operation, result] = Object.entries(entry ?? {})[0] ?? [];
          const status = result?.status;
          const isThere =
            typeof status === 'number' && status >= 200 && (status < 300 || (status === 409 && operation === 'create'));
          if (!isThere) expect(left.has(i)).toBe(true);
        });
      },
    ),
    { numRuns: 500 },
  );
});
