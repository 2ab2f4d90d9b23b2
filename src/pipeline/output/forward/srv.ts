/**
 * `<service_discovery> @type srv`: the servers are what DNS says of `_service._proto.hostname` (RFC 2782), asked again every `interval`.
 *
 * Guarantees: an answer that is empty or does not come changes nothing; of servers of several priorities all count, as in Fluentd.
 */
import { Resolver } from 'node:dns/promises';
import type { Service } from './service.ts';

export interface SrvOptions {
  readonly service: string;
  readonly proto: string;
  readonly hostname: string;
  readonly dns_server_host: string | undefined;
  /** Seconds. */
  readonly interval: number;
  readonly dns_lookup: boolean;
  readonly shared_key: string | undefined;
  readonly username: string;
  readonly password: string;
}

export class SrvSource {
  services: readonly Service[] = [];
  readonly #options: SrvOptions;
  readonly #resolver = new Resolver();
  readonly #target: string;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking = false;

  constructor(options: SrvOptions) {
    this.#options = options;
    this.#target = `_${options.service}._${options.proto}.${options.hostname}`;
    const server = options.dns_server_host;
    if (server !== undefined) this.#resolver.setServers([server]);
  }

  /** Asks when the interval is over (`now`: monotonic milliseconds); true where the servers changed. @throws what DNS says */
  async refresh(now: number): Promise<boolean> {
    if (this.#asking || now - this.#askedAt < this.#options.interval * 1000) return false;
    this.#askedAt = now;
    this.#asking = true;
    try {
      const found = await this.#ask();
      if (found.length === 0 || JSON.stringify(found) === JSON.stringify(this.services)) return false;
      this.services = found;
      return true;
    } finally {
      this.#asking = false;
    }
  }

  async #ask(): Promise<Service[]> {
    const records = await this.#resolver.resolveSrv(this.#target);
    // Answers come in any order; only a change of the servers is one.
    records.sort((a, b) => a.priority - b.priority || a.name.localeCompare(b.name) || a.port - b.port);
    const { shared_key, username, password } = this.#options;
    return Promise.all(
      records.map(async ({ name, port, weight }) => ({
        ...{ host: await this.#hostOf(name), port, name, weight, standby: false },
        ...{ shared_key, username, password },
      })),
    );
  }

  async #hostOf(name: string): Promise<string> {
    if (!this.#options.dns_lookup) return name;
    const addresses = await this.#resolver.resolve4(name).catch(() => this.#resolver.resolve6(name));
    return addresses.sort()[0] ?? name;
  }
}
