/**
 * TokenReview and SubjectAccessReview of the Kubernetes API.
 *
 * Guarantees: an answer is kept for at most KEEP_MS (tokens: TOKEN_MS), questions that are open already are not asked twice; when the API cannot say, nobody
 * may read. Tokens are kept as hashes only.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Access as ApiAccess } from '../../pipeline/filter/kubernetes_metadata/access.ts';
import { nodeHttp, nodeHttps } from '../../pipeline/io/node-http.ts';
import { ViewerError } from '../errors.ts';

export interface User {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

interface TokenStatus {
  readonly authenticated?: boolean;
  readonly user?: { username?: string; uid?: string; groups?: string[]; extra?: Record<string, string[]> };
  readonly audiences?: readonly string[];
  readonly error?: string;
}

const KEEP_MS = 30_000;
const TOKEN_MS = 10_000;
const TIMEOUT_MS = 10_000;

export class Reviews {
  readonly #api: ApiAccess;
  readonly #audiences: readonly string[];
  readonly #users: LRUCache<string, Promise<User | undefined>>;
  readonly #grants: LRUCache<string, Promise<boolean>>;

  /** `audiences`: what tokens must be made for; none: the API server's own. */
  constructor(api: ApiAccess, audiences: readonly string[], keep = { tokens: TOKEN_MS, grants: KEEP_MS }) {
    this.#api = api;
    this.#audiences = audiences;
    this.#users = new LRUCache({ max: 1000, ttl: keep.tokens });
    this.#grants = new LRUCache({ max: 20_000, ttl: keep.grants });
  }

  /** The user of a token; undefined where it is not valid. @throws ViewerError 503 when the API does not answer */
  user(token: string): Promise<User | undefined> {
    const key = createHash('sha256').update(token).digest('base64');
    return kept(this.#users, key, async () => {
      const spec = { token, ...(this.#audiences.length === 0 ? {} : { audiences: this.#audiences }) };
      const status = await this.#review<TokenStatus>('authentication.k8s.io', 'TokenReview', spec);
      if (status.authenticated !== true || status.user?.username === undefined) return undefined;
      // A server that does not know audiences leaves them out: then the token was not made for this one.
      if (this.#audiences.length > 0 && !this.#audiences.some((name) => status.audiences?.includes(name)))
        return undefined;
      const { username, uid, groups, extra } = status.user;
      return {
        username,
        groups: groups ?? [],
        ...(uid === undefined ? {} : { uid }),
        ...(extra === undefined ? {} : { extra }),
      };
    });
  }

  /** Whether the user may `get pods/log` in the namespace. */
  mayRead(user: User, namespace: string): Promise<boolean> {
    const key = JSON.stringify([user.username, user.uid, user.groups, user.extra, namespace]);
    return kept(this.#grants, key, async () => {
      const { username, ...rest } = user;
      const resourceAttributes = { namespace, verb: 'get', version: 'v1', resource: 'pods', subresource: 'log' };
      const status = await this.#review<{ allowed?: boolean; denied?: boolean }>(
        'authorization.k8s.io',
        'SubjectAccessReview',
        { user: username, ...rest, resourceAttributes },
      );
      return status.allowed === true && status.denied !== true;
    });
  }

  async #review<T>(group: string, kind: string, spec: unknown): Promise<T> {
    const path = `/apis/${group}/v1/${kind.toLowerCase()}s`;
    const away = (why: string) =>
      new ViewerError(503, 'ERR_KUBERNETES_API', `the Kubernetes API cannot check permissions: ${why}`, 5);
    let options: Awaited<ReturnType<ApiAccess['options']>>;
    try {
      options = await this.#api.options();
    } catch (error) {
      throw away(`its credentials cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    }
    const { base } = this.#api;
    const body = Buffer.from(JSON.stringify({ apiVersion: `${group}/v1`, kind, spec }));
    const text = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(away(why));
      const request = (base.protocol === 'https:' ? nodeHttps : nodeHttp).request(
        {
          ...options,
          method: 'POST',
          hostname: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port || (base.protocol === 'https:' ? 443 : 80),
          path: base.pathname.replace(/\/api$/, '') + path,
          headers: { ...options.headers, 'content-type': 'application/json', 'content-length': body.length },
          timeout: TIMEOUT_MS,
        },
        (response) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            answer += part;
          });
          response.once('error', (error) => fail(error.message));
          response.once('end', () => {
            if (response.statusCode === 201) resolve(answer);
            else fail(`${kind} answered ${response.statusCode}`);
          });
        },
      );
      request.once('timeout', () => request.destroy(new Error('no answer in time')));
      request.once('error', (error) => fail(error.message));
      request.end(body);
    });
    return (JSON.parse(text) as { status?: T }).status ?? ({} as T);
  }
}

function kept<V extends object>(
  cache: LRUCache<string, Promise<V | undefined>>,
  key: string,
  ask: () => Promise<V | undefined>,
): Promise<V | undefined>;
function kept<V>(cache: LRUCache<string, Promise<V>>, key: string, ask: () => Promise<V>): Promise<V>;
function kept<V>(cache: LRUCache<string, Promise<V>>, key: string, ask: () => Promise<V>): Promise<V> {
  let answer = cache.get(key);
  if (answer === undefined) {
    answer = ask();
    cache.set(key, answer);
    // What could not be said is asked again at once.
    answer.catch(() => cache.delete(key));
  }
  return answer;
}
