/** The same requests to the embedded store and to real Elasticsearch: the answers are the same but for what each server makes up. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StoreServer, startStore } from '../../src/store/server.ts';
import { serverAvailable } from '../servers/available.ts';
import { type ElasticsearchServer, startElasticsearch } from '../servers/elasticsearch.ts';
import { STEPS, type Step } from './requests.ts';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(url: string, { method, path, body }: Step): Promise<Answer> {
  const text = Array.isArray(body)
    ? body.map((line) => `${JSON.stringify(line)}\n`).join('')
    : typeof body === 'string'
      ? body
      : JSON.stringify(body);
  const type = path.includes('_bulk') ? 'application/x-ndjson' : 'application/json';
  const answer = await fetch(url + path, {
    method,
    ...(text === undefined ? {} : { body: text, headers: { 'content-type': type } }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** Numbers of the run, names of the server, words of errors. */
const MADE_UP = new Set([
  // Elasticsearch counts per shard; the store counts exactly.
  'doc_count_error_upper_bound',
  'took',
  '_seq_no',
  '_primary_term',
  '_shards',
  '_type',
  'max_score',
  '_ignored',
  'type',
  'reason',
]);

function comparable(value: unknown, isError = false): unknown {
  if (Array.isArray(value)) return value.map((one) => comparable(one, isError));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'error') return [[key, 'error']];
    if (MADE_UP.has(key) && !(key === 'type' && !isError && !('reason' in value))) return [];
    return [[key, comparable(inner)]];
  });
  return Object.fromEntries(entries) as unknown;
}

function shown(step: Step, answer: Answer): unknown {
  if (step.only === 'status') return answer.status;
  const body = answer.body as Record<string, unknown>;
  if (step.only === 'aggregations')
    return { status: answer.status, aggregations: comparable(body['aggregations'] ?? body) };
  return { status: answer.status, body: comparable(body) };
}

const servers = new Map<string, ElasticsearchServer>();

for (const version of ['9.5.3', '7.4.2'] as const) {
  describe.runIf(serverAvailable('elasticsearch', version))(
    `the embedded store beside Elasticsearch ${version}`,
    () => {
      let store: StoreServer;
      beforeAll(async () => {
        store = await startStore({ host: '127.0.0.1', port: 0 });
        servers.set(version, await startElasticsearch(version));
      });
      afterAll(async () => {
        await store.close();
        await servers.get(version)?.stop();
      });
      for (const step of STEPS) {
        it(step.name, async () => {
          const expected = await ask(servers.get(version)!.url, step);
          expect(shown(step, await ask(store.url, step))).toEqual(shown(step, expected));
        });
      }
    },
  );
}
