/**
 * The cluster as the viewer sees it: which indices and fields there are, counts, and all hits of a query.
 *
 * Guarantees: indices come from the configured prefixes only; nothing of a user's text becomes query language. What is known of the
 * cluster's kind is asked once, of its fields every FIELDS_MS.
 */
import { badRequest } from '../errors.ts';
import type { ClusterClient } from './client.ts';
import { detectFlavour, type Flavour } from './flavour.ts';
import { type Hit, INDEX_OPTIONS, type PagesRequest, pages } from './pages.ts';

export interface Fields {
  /** Index patterns that match no index. */
  readonly missing: readonly string[];
  readonly indices: readonly string[];
  /** Field to use in term queries and aggregations for a text field: `x.keyword` or `x`. */
  exact(name: string): string;
  has(name: string): boolean;
}

interface FieldCaps {
  readonly indices: readonly string[] | string;
  readonly fields: Readonly<Record<string, Readonly<Record<string, { readonly aggregatable: boolean }>>>>;
}

const FIELDS_MS = 10_000;

/** What may begin the name of an index, and is no pattern by itself. */
export const PREFIX = /^[a-z0-9][\w.@-]*$/;

export class Cluster {
  readonly client: ClusterClient;
  readonly patterns: readonly string[];
  readonly #prefixes: readonly string[];
  #flavour: Promise<Flavour> | undefined;
  #fields: { readonly at: number; readonly value: Promise<Fields> } | undefined;

  /** `prefixes`: what index names begin with. */
  constructor(client: ClusterClient, prefixes: readonly string[]) {
    this.client = client;
    this.#prefixes = prefixes;
    this.patterns = prefixes.map((prefix) => `${prefix}*`);
  }

  /** A part of its indices. @throws ViewerError 400 for others */
  within(prefixes: readonly string[]): Cluster {
    for (const prefix of prefixes)
      if (!PREFIX.test(prefix) || !this.#prefixes.some((own) => prefix.startsWith(own)))
        throw badRequest(
          `prefix '${prefix.slice(0, 100)}' is not within those that are read: ${this.#prefixes.join(', ')}`,
        );
    return new Cluster(this.client, prefixes);
  }

  get indices(): string {
    return this.patterns.map(encodeURIComponent).join(',');
  }

  flavour(): Promise<Flavour> {
    if (this.#flavour === undefined) {
      const asked = detectFlavour(this.client);
      this.#flavour = asked;
      asked.catch(() => {
        this.#flavour = undefined;
      });
    }
    return this.#flavour;
  }

  fields(): Promise<Fields> {
    const now = performance.now();
    if (this.#fields === undefined || now - this.#fields.at > FIELDS_MS) {
      const value = this.#askFields();
      const asked = { at: now, value };
      this.#fields = asked;
      const forget = () => {
        if (this.#fields === asked) this.#fields = undefined;
      };
      // Nothing is not kept: the first index is seen at once, and so is a cluster that is away.
      value.then(({ indices }) => indices.length === 0 && forget(), forget);
    }
    return this.#fields.value;
  }

  async #askFields(): Promise<Fields> {
    const names = 'kubernetes.*,sluice.*,@timestamp,log,message,stream,logtag,MESSAGE,msg';
    const path = `/${this.indices}/_field_caps?fields=${names}&${INDEX_OPTIONS}`;
    const caps = await this.client.json<FieldCaps>('GET', path);
    const indices = typeof caps.indices === 'string' ? [caps.indices] : caps.indices;
    const isExact = (name: string) => Object.values(caps.fields[name] ?? {}).some((type) => type.aggregatable);
    return {
      indices,
      missing: this.patterns.filter((pattern) => !indices.some((index) => index.startsWith(pattern.slice(0, -1)))),
      exact: (name) => (isExact(`${name}.keyword`) ? `${name}.keyword` : name),
      has: (name) => caps.fields[name] !== undefined,
    };
  }

  search<T>(body: unknown, signal?: AbortSignal): Promise<T> {
    return this.client.json<T>('POST', `/${this.indices}/_search?${INDEX_OPTIONS}`, body, { signal });
  }

  async *hits<S>(request: Omit<PagesRequest, 'indices'>): AsyncGenerator<Hit<S>[]> {
    yield* pages<S>(this.client, await this.flavour(), { ...request, indices: this.indices });
  }
}
