/** What the cluster is and which way of reading pages without gaps it has. */
import type { ClusterClient } from './client.ts';

/**
 * `pit`: point in time whose hits have a tie-break of their own (Elasticsearch 7.12 and later, the embedded store); `opensearch`: OpenSearch's
 * point in time (2.4 and later), which needs a tie-break in the sort; `scroll`: everything older.
 */
export type Paging = 'pit' | 'opensearch' | 'scroll';

export interface Flavour {
  readonly name: string;
  /** What the version promises; a node without the module for it is found out when a point in time is opened. */
  paging: Paging;
  /** Whether documents can be sorted in the order in which their shard took them; segments may be read in any other. */
  readonly hasSequence: boolean;
}

export async function detectFlavour(client: ClusterClient, signal?: AbortSignal): Promise<Flavour> {
  const info = await client.json<{ name?: string; version?: { number?: string; distribution?: string } }>(
    'GET',
    '/',
    undefined,
    { signal },
  );
  if (info.name === 'sluice-store') return { name: 'embedded store', paging: 'pit', hasSequence: false };
  const number = info.version?.number ?? '0';
  const [major = 0, minor = 0] = number.split('.').map(Number);
  if (info.version?.distribution === 'opensearch') {
    const hasPit = major > 2 || (major === 2 && minor >= 4);
    return { name: `OpenSearch ${number}`, paging: hasPit ? 'opensearch' : 'scroll', hasSequence: true };
  }
  const hasPit = major > 7 || (major === 7 && minor >= 12);
  return { name: `Elasticsearch ${number}`, paging: hasPit ? 'pit' : 'scroll', hasSequence: true };
}
