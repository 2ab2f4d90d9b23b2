/** What is known of the server: its version, and the type name that goes with it. */
import type { ConfigOf } from '../../../config/schema.ts';
import type { Logger } from '../../plugin.ts';
import type { TypeName } from './action.ts';
import { AnswerError } from './admin.ts';
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
  /** Whether documents may have a type: OpenSearch and data streams have none. */
  readonly hasTypes: boolean;
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
    const { config, hasTypes } = this.#options;
    if (!hasTypes || this.major >= 8) return undefined;
    if (this.major < 7) return config.type_name;
    return config.suppress_type_name ? null : '_doc';
  }

  /** Whether records may name their type: 6 takes one type an index. */
  get takesTypes(): boolean {
    return this.#options.hasTypes && this.major < 6;
  }

  /** `routing` is taken by every server; `_routing`, which the plugin sends to old ones, by those alone. */
  get routingName(): 'routing' | '_routing' {
    const isCertain = this.isKnown || !this.#options.config.verify_es_version_at_startup;
    return isCertain && this.#options.hasTypes && this.major < 7 ? '_routing' : 'routing';
  }

  /** @throws SluiceError for a server that cannot be reached or does not say */
  async ask(signal: AbortSignal): Promise<void> {
    const answer = await this.#options.client.request('GET', '/', undefined, {}, signal);
    if (answer.status >= 300) throw new AnswerError('GET /', answer);
    const version = versionIn(answer.body.toString('utf8'));
    const major = Number.parseInt(version?.number ?? '', 10);
    if (Number.isNaN(major)) return this.assume();
    // OpenSearch counts anew from 1; its APIs have no types.
    this.#major = version?.distribution === 'opensearch' ? 8 : major;
  }

  /** As the Ruby client does before its first request. What comes of it does not count: the version is configured. */
  async greet(signal: AbortSignal): Promise<void> {
    try {
      await this.ask(signal);
    } catch (error) {
      this.#options.log.warn('Could not communicate to Elasticsearch', { error });
    }
  }

  /** Goes by `default_elasticsearch_version`. */
  assume(): void {
    this.#major = this.#options.config.default_elasticsearch_version;
  }
}

function versionIn(text: string): { number?: string; distribution?: string } | undefined {
  try {
    return (JSON.parse(text) as { version?: { number?: string; distribution?: string } } | null)?.version;
  } catch {
    // A proxy's page, say: the server is there, and its version is the assumed one.
    return undefined;
  }
}
