/**
 * The one code path of page, API and command line: jobs, and readings of their containers' lines.
 *
 * Guarantees: what `mayRead` refuses is not listed, not counted and not found. Leaves authentication, HTTP and formats to others.
 */
import { LRUCache } from 'lru-cache';
import type { Cluster } from './cluster/index.ts';
import { notFound, ViewerError } from './errors.ts';
import { type Catalog, CatalogSource, type Container, type Job } from './jobs/catalog.ts';
import type { PlaceInJob } from './jobs/rules.ts';
import type { Source } from './read/entry.ts';
import { Follower, type FollowRequest } from './read/follow.ts';
import { Reading, type ReadRequest } from './read/reading.ts';

/** Tells whether somebody may read the logs of a namespace. */
export type MayRead = (namespace: string) => Promise<boolean>;

export const everybody: MayRead = async () => true;

export interface JobsQuery {
  readonly namespace?: string | undefined;
  readonly search?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Which containers of a job; absent means all. */
export interface Part {
  readonly role?: string | undefined;
  readonly pod?: string | undefined;
  readonly container?: string | undefined;
  readonly attempt?: number | undefined;
}

export class Viewer {
  readonly cluster: Cluster;
  readonly #place: PlaceInJob;
  readonly #catalog: CatalogSource;
  readonly #narrowed = new LRUCache<string, Viewer>({ max: 50 });

  constructor(cluster: Cluster, place: PlaceInJob) {
    this.cluster = cluster;
    this.#place = place;
    this.#catalog = new CatalogSource(cluster, place);
  }

  /** Reads a part of the indices only: prefixes by comma, each within one of its own. @throws ViewerError 400 */
  within(prefixes: string | undefined): Viewer {
    if (prefixes === undefined) return this;
    let viewer = this.#narrowed.get(prefixes);
    if (viewer === undefined) {
      viewer = new Viewer(this.cluster.within(prefixes.split(',')), this.#place);
      this.#narrowed.set(prefixes, viewer);
    }
    return viewer;
  }

  /** Newest first. */
  async jobs(query: JobsQuery, mayRead: MayRead): Promise<Catalog> {
    if (query.namespace !== undefined && !(await mayRead(query.namespace)))
      return { jobs: [], namespaces: [], missing: [], failedShards: 0 };
    const catalog = await this.#catalog.get({ namespace: query.namespace, from: query.from, to: query.to });
    const allowed = new Set<string>();
    await Promise.all(
      catalog.namespaces.map(async (namespace) => {
        if (await mayRead(namespace)) allowed.add(namespace);
      }),
    );
    const words = (query.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (job: Job) => {
      const text =
        `${job.id} ${job.containers.map((c) => `${c.pod} ${c.container} ${c.role}`).join(' ')}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return {
      ...catalog,
      namespaces: catalog.namespaces.filter((namespace) => allowed.has(namespace)),
      jobs: catalog.jobs.filter((job) => allowed.has(job.namespace) && fits(job)).sort((a, b) => b.last - a.last),
    };
  }

  /** `id`: namespace.name, or a name that is one job's only. @throws ViewerError 404, 409 */
  async job(id: string, mayRead: MayRead, namespace?: string): Promise<Job> {
    const dot = id.indexOf('.');
    const inNamespace = dot > 0 ? id.slice(0, dot) : undefined;
    if (namespace === undefined && inNamespace !== undefined && (await mayRead(inNamespace))) {
      // A job may have begun since the catalog was made.
      for (const isFresh of [false, true]) {
        const { jobs } = await this.#catalog.get({ namespace: inNamespace }, isFresh);
        const found = jobs.find((job) => job.id === id);
        if (found !== undefined) return found;
      }
    }
    const { jobs } = await this.jobs({ namespace }, mayRead);
    const found = jobs.filter((job) => job.name === id);
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new ViewerError(
        409,
        'ERR_AMBIGUOUS',
        `'${id}' is a job in several namespaces: ${found.map((job) => job.id).join(', ')}`,
      );
    throw notFound(`there is no job '${id}'`);
  }

  /** @throws ViewerError 404 */
  async pod(namespace: string, pod: string, mayRead: MayRead): Promise<readonly Container[]> {
    if (await mayRead(namespace)) {
      for (const isFresh of [false, true]) {
        const { jobs } = await this.#catalog.get({ namespace }, isFresh);
        const containers = jobs.flatMap((job) => job.containers).filter((container) => container.pod === pod);
        if (containers.length > 0) return containers;
      }
    }
    throw notFound(`there is no pod '${pod}' in namespace '${namespace}'`);
  }

  read(request: ReadRequest): Reading {
    return new Reading(this.cluster, request);
  }

  follow(request: FollowRequest): Follower {
    return new Follower(this.cluster, request);
  }
}

/** The containers of a part as sources. @throws ViewerError 404 where there are none */
export function sourcesOf(containers: readonly Container[], part: Part): Source[] {
  const found = containers.filter(
    (c) =>
      (part.role === undefined || c.role === part.role) &&
      (part.pod === undefined || c.pod === part.pod) &&
      (part.container === undefined || c.container === part.container) &&
      (part.attempt === undefined || c.attempt === part.attempt),
  );
  if (found.length === 0) {
    const wanted = Object.entries(part).filter(([, value]) => value !== undefined);
    throw notFound(`no container fits ${wanted.map(([name, value]) => `${name} ${value}`).join(', ') || 'the job'}`);
  }
  return found.map(({ namespace, pod, container, role, attempt }, index) => ({
    index,
    namespace,
    pod,
    container,
    role,
    attempt,
  }));
}
