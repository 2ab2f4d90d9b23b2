/** What must be known and done at the cluster before the first document: its version, then the templates. */
import type { ConfigOf } from '../../../config/schema.ts';
import type { OutputHost } from '../../plugin.ts';
import { atStart, type Patience } from './patience.ts';
import type { schema } from './schema.ts';
import type { Server } from './server.ts';

type Config = ConfigOf<typeof schema>;

/** What an output wants at its cluster beside the documents. */
export interface Preparation {
  /** What needs no chunk; once. @throws to try again */
  installStatic(signal: AbortSignal): Promise<void>;
  /** Goes on without what could not be installed. */
  skipStatic(): void;
  /** Whether `installFor` wants the names of a chunk's indices. */
  readonly needsIndices: boolean;
  /** What a chunk needs. @throws to try again */
  installFor(resolve: (text: string) => string, indices: readonly string[], signal: AbortSignal): Promise<void>;
  /** `truncate_caches_interval`: what is known to be there is looked at again. */
  forget(): void;
}

export class Setup {
  readonly #config: Config;
  readonly #host: OutputHost;
  readonly #server: Server;
  readonly #preparation: Preparation;

  constructor(config: Config, host: OutputHost, server: Server, preparation: Preparation) {
    this.#config = config;
    this.#host = host;
    this.#server = server;
    this.#preparation = preparation;
  }

  /** @throws where the agent must not start */
  async start(signal: AbortSignal): Promise<void> {
    const c = this.#config;
    if (c.verify_es_version_at_startup) {
      const patience = this.#patience(c.max_retry_get_es_version, c.fail_on_detecting_es_version_retry_exceed);
      const outcome = await atStart(patience, signal, (limit) => this.#server.ask(limit));
      if (outcome === 'later') return;
      if (outcome === 'given up') this.#server.assume();
    }
    const patience = this.#patience(c.max_retry_putting_template, c.fail_on_putting_template_retry_exceed);
    const outcome = await atStart(patience, signal, (limit) => this.#preparation.installStatic(limit));
    if (outcome === 'given up') this.#preparation.skipStatic();
  }

  /** Before each flush; `indices` are those of its documents where `needsIndices` asks for them. @throws to try again later */
  async before(resolve: (text: string) => string, indices: readonly string[], signal: AbortSignal): Promise<void> {
    if (!this.#server.isKnown) {
      if (this.#config.verify_es_version_at_startup) await this.#server.ask(signal);
      else await this.#server.greet(signal);
    }
    await this.#preparation.installFor(resolve, indices, signal);
  }

  #patience(tries: number, fails: boolean): Patience {
    const { log, ports } = this.#host;
    return { tries, fails, catchAnswers: this.#config.catch_transport_exception_on_retry, clock: ports.clock, log };
  }
}
