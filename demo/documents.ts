/** What arrived in the store. */
import type { RunningPod } from './node.ts';

const INDICES = 'feature_-*,zepplin_-*';
const PAGE = 1000;

interface Hit {
  readonly _id: string;
  readonly _source: {
    readonly log?: string;
    readonly tag?: string;
    readonly kubernetes?: { readonly pod_name?: string };
  };
  readonly sort: readonly unknown[];
}
interface Answer {
  readonly hits: { readonly hits: readonly Hit[] };
}

async function ask<T>(url: string, body?: unknown): Promise<T> {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** Lines of containers; not the agent's own log. */
export async function countDocuments(url: string): Promise<number> {
  const query = { bool: { must_not: { prefix: { 'tag.keyword': 'fluent.' } } } };
  return (await ask<{ count: number }>(`${url}/${INDICES}/_count?ignore_unavailable=true`, { query })).count;
}

/** The document that came last. */
export async function newestDocument(url: string): Promise<unknown> {
  const body = { size: 1, sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'date' } }] };
  return (await ask<Answer>(`${url}/feature_-*/_search`, body)).hits.hits[0]?._source;
}

export interface Verdict {
  readonly documents: number;
  readonly missing: number;
  readonly doubled: number;
  /** Documents of the job's pods without their pod's metadata. */
  readonly unnamed: number;
  /** The agent's own log: `<match **>` takes `fluent.*` as well. */
  readonly ownLog: number;
}

/** Compares all documents with all lines that were written, container by container. */
export async function verify(url: string, pods: readonly RunningPod[]): Promise<Verdict> {
  const left = new Map<string, number>();
  const keyOf = (pod: string, log: string) => `${pod}\n${log}`;
  for (const { plan, written } of pods)
    for (const line of written) {
      const key = keyOf(plan.name, `${line}\n`);
      left.set(key, (left.get(key) ?? 0) + 1);
    }
  const zeppelin = pods.find(({ plan }) => plan.name.startsWith('zeppelin'))?.plan.name ?? '';
  let documents = 0;
  let doubled = 0;
  let unnamed = 0;
  let ownLog = 0;
  for await (const [isZeppelin, { _source: source }] of allHits(url)) {
    documents++;
    if (source.tag?.startsWith('fluent.') === true) {
      ownLog++;
      continue;
    }
    const name = isZeppelin ? zeppelin : source.kubernetes?.pod_name;
    if (name === undefined) unnamed++;
    const key = keyOf(name ?? '', source.log ?? '');
    const count = left.get(key) ?? 0;
    if (count === 0) doubled++;
    else left.set(key, count - 1);
  }
  return { documents, doubled, unnamed, ownLog, missing: [...left.values()].reduce((sum, count) => sum + count, 0) };
}

async function* allHits(url: string): AsyncGenerator<[boolean, Hit]> {
  for (const index of ['feature_-*', 'zepplin_-*']) {
    const { id } = await ask<{ id: string }>(`${url}/${index}/_pit?keep_alive=1m`, {});
    for (let after: readonly unknown[] | undefined; ; ) {
      const body = {
        size: PAGE,
        pit: { id },
        sort: ['_shard_doc'],
        ...(after === undefined ? {} : { search_after: after }),
      };
      const { hits } = (await ask<Answer>(`${url}/_search`, body)).hits;
      for (const hit of hits) yield [index.startsWith('zep'), hit];
      after = hits.at(-1)?.sort;
      if (hits.length < PAGE) break;
    }
  }
}
