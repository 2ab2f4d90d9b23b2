/** What is known of the server: its version, and the type name that goes with it. */
import type { ConfigOf } from '../../../config/schema.ts';
import { SluiceError } from '../../core/errors.ts';
import type { Logger } from '../../plugin.ts';
import type { TypeName } from './action.ts';
import type { Client } from './client.ts';
import type { schema } from './schema.ts';

type Config = Pick<
  ConfigOf<typeof schema>,
  'suppress_type_name' | 'verify_es_version_at_startup' | 'default_elasticsearch_version' | 'type_name'
>;

export interface ServerOptions {
  readonly config: Config;
  readonly client: Client;
  readonly log: Logger;
  readonly isOpenSearch: boolean;
}

export class Server {
  readonly #options: ServerOptions;
  /** Major version of the server; undefined until it answered. */
  #major: number | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  get isKnown(): boolean {
    return this.#major !== undefined;
  }

  /** The version that counts: what the server said, else what is assumed. */
  get major(): number {
    const { verify_es_version_at_startup: isAsked, default_elasticsearch_version: assumed } = this.#options.config;
    return isAsked ? (this.#major ?? assumed) : assumed;
  }

  /** `_type`: the configured one before 7, `_doc` on 7 (null where it is suppressed), none from 8 on. */
  typeName(): TypeName {
    const { config, isOpenSearch } = this.#options;
    if (isOpenSearch || this.major >= 8) return undefined;
    if (this.major < 7) return config.type_name;
    return config.suppress_type_name ? null : '_doc';
  }

  /** Whether records may name their type: 6 takes one type an index. */
  get takesTypes(): boolean {
    return !this.#options.isOpenSearch && this.major < 6;
  }

  /** `routing` is taken by every server; `_routing`, which the plugin sends to old ones, by those alone. */
  get routingName(): 'routing' | '_routing' {
    const isCertain = this.isKnown || !this.#options.config.verify_es_version_at_startup;
    return isCertain && !this.#options.isOpenSearch && this.major < 7 ? '_routing' : 'routing';
  }

  /** `isNeeded`: a server that cannot be reached is an error; documents wait until their type is known. */
  async ask(signal: AbortSignal, isNeeded = false): Promise<void> {
    const { client, log } = this.#options;
    try {
      const answer = await client.request('GET', '/', undefined, {}, signal);
      if (answer.status >= 300) return;
      const { version } = JSON.parse(answer.body.toString('utf8')) as {
        version?: { number?: string; distribution?: string };
      };
      const major = Number.parseInt(version?.number ?? '', 10);
      // OpenSearch counts anew from 1; its APIs have no types.
      if (!Number.isNaN(major)) this.#major = version?.distribution === 'opensearch' ? 8 : major;
    } catch (error) {
      if (isNeeded && error instanceof SluiceError) throw error;
      log.warn('Could not communicate to Elasticsearch, resetting connection and trying again.', { error });
    }
  }
}
