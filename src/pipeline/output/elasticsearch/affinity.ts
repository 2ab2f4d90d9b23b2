/** `target_index_affinity`: updates go to the index that has the document already, whatever day it is. */
import type { Client } from './client.ts';
import { actionOf, documentOf, type Items, itemCount, itemsOf } from './items.ts';
import { ClusterError } from './send.ts';

/** A search gives no more by default. */
const MOST = 10_000;

interface Found {
  readonly hits?: { readonly hits?: readonly { readonly _id: string; readonly _index: string }[] };
}

/** The items with the indices that the cluster names for their ids, among those that fit `pattern`. @throws where it does not tell */
export async function withAffinity(
  items: Items,
  pattern: string,
  client: Pick<Client, 'request'>,
  signal: AbortSignal,
): Promise<Items> {
  const count = itemCount(items);
  const ids = Array.from({ length: count }, (_, i) => idOf(actionOf(items, i)));
  const known = [...new Set(ids.filter((id) => id !== undefined))];
  const homes = new Map<string, string>();
  for (let from = 0; from < known.length; from += MOST)
    for (const [id, index] of await search(known.slice(from, from + MOST), pattern, client, signal))
      homes.set(id, index);
  if (homes.size === 0) return items;
  const lines = ids.map((id, i) => {
    const index = id === undefined ? undefined : homes.get(id);
    const action = actionOf(items, i);
    return `${index === undefined ? action : moved(action, index)}\n${documentOf(items, i)}\n`;
  });
  return itemsOf(Buffer.from(lines.join(''), 'latin1'));
}

/** `action`: a byte string, as `moved` gives one. */
function idOf(action: string): string | undefined {
  const parsed = JSON.parse(Buffer.from(action, 'latin1').toString()) as Record<string, { readonly _id?: unknown }>;
  const id = Object.values(parsed)[0]?._id;
  return id === undefined ? undefined : String(id);
}

function moved(action: string, index: string): string {
  const text = Buffer.from(JSON.stringify(index)).toString('latin1');
  return action.replace(/"_index":"(?:[^"\\]|\\.)*"/, () => `"_index":${text}`);
}

/** Where a document is in more than one index the oldest counts: it comes last. */
async function search(
  ids: readonly string[],
  pattern: string,
  client: Pick<Client, 'request'>,
  signal: AbortSignal,
): Promise<[string, string][]> {
  const query = { query: { ids: { values: ids } }, size: MOST, _source: false, sort: [{ _index: { order: 'desc' } }] };
  const answer = await client.request(
    ...(['POST', `/${encodeURIComponent(pattern)}/_search`, Buffer.from(JSON.stringify(query))] as const),
    { 'content-type': 'application/json' },
    signal,
  );
  if (answer.status !== 200)
    throw new ClusterError(`could not look for the documents' indices: [${answer.status}]`, answer);
  const { hits } = JSON.parse(answer.body.toString()) as Found;
  return (hits?.hits ?? []).map(({ _id, _index }) => [_id, _index]);
}
