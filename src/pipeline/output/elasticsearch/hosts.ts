/**
 * Whose turn it is among the hosts of a cluster.
 *
 * Guarantees: live hosts take turns; one that cannot be reached is left out, at first for `resurrectAfter` and each time it fails again for twice
 * as long (32 times at most), as the Ruby client has it; there is always a host: where all are dead it is the one that failed least
 * often, and of those the one that was dead longest.
 */

const MAX_DOUBLINGS = 5;

interface State {
  readonly url: URL;
  failures: number;
  deadSince: number;
}

export class Hosts {
  readonly #hosts: readonly State[];
  readonly #now: () => number;
  readonly #resurrectAfter: number;
  #turn = 0;

  /** `now`: monotonic milliseconds; `resurrectAfter`: milliseconds. */
  constructor(urls: readonly URL[], now: () => number, resurrectAfter: number) {
    this.#hosts = urls.map((url) => ({ url, failures: 0, deadSince: 0 }));
    this.#now = now;
    this.#resurrectAfter = resurrectAfter;
  }

  /** The next host that is not in `tried`; undefined when there is none. */
  next(tried: ReadonlySet<URL> = new Set()): URL | undefined {
    const open = this.#hosts.filter(({ url }) => !tried.has(url));
    const live = open.filter((host) => this.#isLive(host));
    if (live.length > 0) return live[this.#turn++ % live.length]!.url;
    return open.toSorted((a, b) => a.failures - b.failures || a.deadSince - b.deadSince)[0]?.url;
  }

  /** Whether a host that is not in `tried` is expected to answer. */
  hasLive(tried: ReadonlySet<URL>): boolean {
    return this.#hosts.some((host) => !tried.has(host.url) && this.#isLive(host));
  }

  failed(url: URL): void {
    const host = this.#of(url);
    host.failures++;
    host.deadSince = this.#now();
  }

  succeeded(url: URL): void {
    this.#of(url).failures = 0;
  }

  #of(url: URL): State {
    return this.#hosts.find((host) => host.url === url)!;
  }

  #isLive({ failures, deadSince }: State): boolean {
    if (failures === 0) return true;
    return this.#now() >= deadSince + this.#resurrectAfter * 2 ** Math.min(failures - 1, MAX_DOUBLINGS);
  }
}
