/**
 * Where the API server is and how to get in: address, certificates, token.
 *
 * Guarantees: files are read for each request (requests are rare), so that a service account token or a certificate that
 * rotates is used at once. Tokens appear in the Authorization header and nowhere else.
 */
import type { RequestOptions } from 'node:https';
import { isIPv6 } from 'node:net';
import { PluginConfigError } from '../../core/errors.ts';
import type { FsPort } from '../../core/ports.ts';

/** What a request to the API needs besides its path. */
export interface Access {
  /** As configured: `master_url` of the records. */
  readonly url: string;
  /** Address that ends in `/api`, without a final slash. */
  readonly base: URL;
  /** TLS options and headers for the next request. */
  options(): RequestOptions | Promise<RequestOptions>;
}

export interface FileAccessConfig {
  readonly client_cert: string | undefined;
  readonly client_key: string | undefined;
  readonly ca_file: string | undefined;
  readonly bearer_token_file: string | undefined;
  readonly secret_dir: string;
  readonly verify_ssl: boolean;
  readonly ssl_partial_chain: boolean;
}

/** The configured URL, else that of the cluster this process runs in, else undefined: no API is used. */
export function apiUrl(configured: string | undefined, env: Readonly<Record<string, string | undefined>>) {
  if (configured !== undefined && configured !== '') return configured;
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT;
  if (!host || !port) return undefined;
  return `https://${isIPv6(host) ? `[${host}]` : host}:${port}/api`;
}

/** `https://host/prefix` and `https://host/prefix/api` mean the same. @throws PluginConfigError */
export function apiBase(url: string): URL {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new PluginConfigError(`kubernetes_url '${url}' is not a URL`);
  const base = new URL(url);
  const path = base.pathname.replace(/\/+$/, '');
  base.pathname = path.endsWith('/api') ? path : `${path}/api`;
  return base;
}

/** Access by files: of a service account, or as configured. */
export class FileAccess implements Access {
  readonly url: string;
  readonly base: URL;
  readonly #config: FileAccessConfig;
  readonly #fs: FsPort;
  readonly #conceal: (secret: string) => void;

  /** `conceal` is told the token, which no log may tell. @throws PluginConfigError */
  constructor(url: string, config: FileAccessConfig, fs: FsPort, conceal: (secret: string) => void = () => undefined) {
    this.url = url;
    this.base = apiBase(url);
    this.#config = config;
    this.#fs = fs;
    this.#conceal = conceal;
  }

  /** Reads every configured file once. @throws PluginConfigError when one cannot be read. */
  check(): void {
    for (const name of ['client_cert', 'client_key', 'ca_file', 'bearer_token_file'] as const) {
      const path = this.#config[name];
      if (!path) continue;
      try {
        this.#fs.readFileSync(path);
      } catch (error) {
        throw new PluginConfigError(`${name}: cannot read '${path}': ${(error as NodeJS.ErrnoException).code}`);
      }
    }
  }

  options(): RequestOptions {
    const config = this.#config;
    const token = this.#optional(config.bearer_token_file || `${config.secret_dir}/token`)
      ?.toString('utf8')
      .trim();
    if (token) this.#conceal(token);
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    if (this.base.protocol === 'http:') return { headers };
    const ca = config.ca_file ? this.#fs.readFileSync(config.ca_file) : this.#optional(`${config.secret_dir}/ca.crt`);
    return {
      headers,
      rejectUnauthorized: config.verify_ssl,
      ...(ca === undefined ? {} : { ca }),
      ...(config.ssl_partial_chain ? { allowPartialTrustChain: true } : {}),
      ...(config.client_cert ? { cert: this.#fs.readFileSync(config.client_cert) } : {}),
      ...(config.client_key ? { key: this.#fs.readFileSync(config.client_key) } : {}),
    };
  }

  #optional(path: string): Buffer | undefined {
    try {
      return this.#fs.readFileSync(path);
    } catch {
      return undefined;
    }
  }
}
