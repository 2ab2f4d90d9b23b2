/**
 * The catalog: every container that left lines in the indices, and the jobs that the rules make of them.
 *
 * Guarantees: all containers are listed (composite aggregation, page by page), those of pods that are long gone too; containers that fit no rule
 * become a job of their own per pod with role `pod`. What a user may not see is left out by namespace before anything
 * is counted. Lists are kept for a moment and asked for once, however many ask at the same time.
 */
import { LRUCache } from 'lru-cache';
import type { Cluster } from '../cluster/index.ts';
import type { PlaceInJob, PodFacts } from './rules.ts';

export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly node: string | undefined;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** Documents. */
  readonly lines: number;
  /** Lines that hold a word such as ERROR, as the index finds it. */
  readonly errors: number;
  readonly job: string;
  readonly role: string;
  readonly attempt: number;
}

export interface Job {
  /** Namespace, a dot (which no namespace holds), name. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  /** False: a pod that fits no rule. */
  readonly isJob: boolean;
  readonly containers: readonly Container[];
  readonly first: number;
  readonly last: number;
  readonly lines: number;
  readonly errors: number;
}

export interface CatalogScope {
  readonly namespace?: string | undefined;
  /** Milliseconds since the epoch: only lines from … */
  readonly from?: number | undefined;
  /** … until before. */
  readonly to?: number | undefined;
}

export interface Catalog {
  readonly jobs: readonly Job[];
  readonly namespaces: readonly string[];
  /** Index patterns that match nothing. */
  readonly missing: readonly string[];
  readonly failedShards: number;
}

interface Bucket {
  readonly key: { readonly ns: string; readonly pod: string; readonly container: string };
  readonly doc_count: number;
  /** Null where no document has a time. */
  readonly first: { readonly value: number | null };
  readonly last: { readonly value: number | null };
  readonly errors: { readonly doc_count: number };
  readonly known: {
    readonly one: {
      readonly hits: { readonly hits: readonly { readonly _source: { readonly kubernetes?: Kubernetes } }[] };
    };
  };
}
interface Kubernetes {
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly host?: string;
}
interface CompositeAnswer {
  readonly _shards: { readonly failed: number };
  readonly aggregations?: {
    readonly containers: { readonly buckets: readonly Bucket[]; readonly after_key?: unknown };
  };
}

/** Sub-aggregations count as buckets: 7.4 allows 10 000 of them in an answer. */
const PAGE = 1000;
const KEEP_MS = 3000;
const FRESH_MS = 300;
/** Of one document that has them: those written while the agent could not ask the API server have names only. */
const METADATA = ['kubernetes.labels', 'kubernetes.host'];
const ERROR_WORDS = 'ERROR FATAL CRITICAL SEVERE';
export const UNPLACED = 'pod';

export class CatalogSource {
  readonly #cluster: Cluster;
  readonly #place: PlaceInJob;
  readonly #kept = new LRUCache<string, { readonly at: number; readonly catalog: Promise<Catalog> }>({
    max: 200,
    ttl: KEEP_MS,
  });

  constructor(cluster: Cluster, place: PlaceInJob) {
    this.#cluster = cluster;
    this.#place = place;
  }

  /** `isFresh`: not older than a moment, for what was not found in the one before. @throws ViewerError */
  get(scope: CatalogScope, isFresh = false): Promise<Catalog> {
    const key = JSON.stringify([scope.namespace, scope.from, scope.to]);
    const now = performance.now();
    const kept = this.#kept.get(key);
    if (kept !== undefined && (!isFresh || now - kept.at < FRESH_MS)) return kept.catalog;
    const catalog = this.#ask(scope);
    const asked = { at: now, catalog };
    this.#kept.set(key, asked);
    const forget = () => {
      if (this.#kept.peek(key) === asked) this.#kept.delete(key);
    };
    catalog.then(({ jobs }) => jobs.length === 0 && forget(), forget);
    return catalog;
  }

  async #ask(scope: CatalogScope): Promise<Catalog> {
    const fields = await this.#cluster.fields();
    const containers: Omit<Container, 'job' | 'role' | 'attempt'>[] = [];
    let failedShards = 0;
    // Before the first document there is no mapping to aggregate on.
    if (fields.has('kubernetes.pod_name')) {
      for (let after: unknown; ; ) {
        const answer = await this.#cluster.search<CompositeAnswer>(
          this.#query(scope, fields.exact, textField(fields.has), after),
        );
        failedShards = Math.max(failedShards, answer._shards.failed);
        const page = answer.aggregations?.containers;
        if (page === undefined || page.buckets.length === 0) break;
        containers.push(...page.buckets.map(containerOf));
        after = page.after_key;
        if (after === undefined || page.buckets.length < PAGE) break;
      }
    }
    return {
      jobs: makeJobs(containers, this.#place),
      namespaces: [...new Set(containers.map((c) => c.namespace))].sort(),
      missing: fields.missing,
      failedShards,
    };
  }

  #query(scope: CatalogScope, exact: (name: string) => string, text: string, after: unknown): unknown {
    const source = (name: string, field: string) => ({ [name]: { terms: { field: exact(`kubernetes.${field}`) } } });
    return {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: scopeFilter(scope, exact) } },
      aggs: {
        containers: {
          composite: {
            size: PAGE,
            sources: [source('ns', 'namespace_name'), source('pod', 'pod_name'), source('container', 'container_name')],
            ...(after === undefined ? {} : { after }),
          },
          aggs: {
            first: { min: { field: '@timestamp' } },
            last: { max: { field: '@timestamp' } },
            errors: { filter: { match: { [text]: { query: ERROR_WORDS, operator: 'or' } } } },
            known: {
              filter: { bool: { should: METADATA.map((field) => ({ exists: { field } })) } },
              aggs: { one: { top_hits: { size: 1, _source: METADATA } } },
            },
          },
        },
      },
    };
  }
}

/** The field whose words are looked at. */
export function textField(has: (name: string) => boolean): string {
  return has('log') ? 'log' : 'message';
}

/** Conditions for namespace and time. */
export function scopeFilter(scope: CatalogScope, exact: (name: string) => string): unknown[] {
  const filters: unknown[] = [];
  if (scope.namespace !== undefined) filters.push({ term: { [exact('kubernetes.namespace_name')]: scope.namespace } });
  if (scope.from !== undefined || scope.to !== undefined) {
    const range: Record<string, unknown> = { format: 'epoch_millis' };
    if (scope.from !== undefined) range['gte'] = scope.from;
    if (scope.to !== undefined) range['lt'] = scope.to;
    filters.push({ range: { '@timestamp': range } });
  }
  return filters;
}

function containerOf(bucket: Bucket): Omit<Container, 'job' | 'role' | 'attempt'> {
  const kubernetes = bucket.known.one.hits.hits[0]?._source.kubernetes;
  return {
    namespace: bucket.key.ns,
    pod: bucket.key.pod,
    container: bucket.key.container,
    labels: kubernetes?.labels ?? {},
    node: kubernetes?.host,
    first: bucket.first.value ?? 0,
    last: bucket.last.value ?? 0,
    lines: bucket.doc_count,
    errors: bucket.errors.doc_count,
  };
}

function makeJobs(found: readonly Omit<Container, 'job' | 'role' | 'attempt'>[], place: PlaceInJob): Job[] {
  const byJob = new Map<string, { name: string; isJob: boolean; containers: Container[] }>();
  const roles = rolesOf(found, place);
  for (const facts of [...found].sort((a, b) => a.first - b.first)) {
    const placed = place(facts, (job, role) => roles.has(roleKey(facts.namespace, job, role)));
    const name = placed?.job ?? facts.pod;
    const id = `${facts.namespace}.${name}`;
    const group = byJob.get(id) ?? { name, isJob: false, containers: [] };
    byJob.set(id, group);
    group.isJob ||= placed !== undefined;
    const role = placed?.role ?? UNPLACED;
    const attempt = placed?.attempt ?? nextAttempt(group.containers, role, facts.pod);
    group.containers.push({ ...facts, job: name, role, attempt });
  }
  return [...byJob].map(([id, { name, isJob, containers }]) => ({
    ...{ id, name, isJob, containers, namespace: containers[0]!.namespace },
    first: Math.min(...containers.map((c) => c.first)),
    last: Math.max(...containers.map((c) => c.last)),
    lines: containers.reduce((sum, c) => sum + c.lines, 0),
    errors: containers.reduce((sum, c) => sum + c.errors, 0),
  }));
}

/** Roles of all jobs by rules that look at one container only. */
function rolesOf(found: readonly PodFacts[], place: PlaceInJob): ReadonlySet<string> {
  const roles = new Set<string>();
  for (const facts of found) {
    const placed = place(facts, () => false);
    if (placed !== undefined) roles.add(roleKey(facts.namespace, placed.job, placed.role));
  }
  return roles;
}

const roleKey = (namespace: string, job: string, role: string) => JSON.stringify([namespace, job, role]);

/** Where no rule tells the attempt: pods of one role in the order in which they appeared. */
function nextAttempt(known: readonly Container[], role: string, pod: string): number {
  const pods = new Set(known.filter((c) => c.role === role).map((c) => c.pod));
  return known.find((c) => c.role === role && c.pod === pod)?.attempt ?? pods.size + 1;
}
