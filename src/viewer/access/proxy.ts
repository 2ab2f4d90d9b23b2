/**
 * Mode `proxy`: an authenticating proxy in front says who asks. It proves itself with a shared secret; without it the headers
 * would be anybody's word.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Access, unauthorized, type Visitor } from './access.ts';
import type { Reviews } from './reviews.ts';

export interface ProxyHeaders {
  readonly secret: string;
  readonly user: string;
  readonly groups: string;
}

export const PROXY_HEADERS: ProxyHeaders = {
  secret: 'x-sluice-proxy-secret',
  user: 'x-forwarded-user',
  groups: 'x-forwarded-groups',
};

export class ProxyAccess implements Access {
  readonly mode = 'proxy';
  readonly #reviews: Reviews;
  readonly #secret: () => string;
  readonly #headers: ProxyHeaders;

  /** `secret` is asked for each request, so that its file may change. */
  constructor(reviews: Reviews, secret: () => string, headers: ProxyHeaders = PROXY_HEADERS) {
    this.#reviews = reviews;
    this.#secret = secret;
    this.#headers = headers;
  }

  async identify(request: IncomingMessage): Promise<Visitor> {
    const header = (name: string) => {
      const value = request.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(',') : value;
    };
    const secret = this.#secret();
    if (secret === '' || !same(header(this.#headers.secret) ?? '', secret))
      throw unauthorized('this viewer is reached through its proxy only');
    const username = header(this.#headers.user)?.trim() ?? '';
    if (username === '') throw unauthorized('the proxy gave no user');
    const groups = (header(this.#headers.groups) ?? '').split(',').map((group) => group.trim());
    // `system:` names are the cluster's own: whoever could set them would be its master.
    if ([username, ...groups].some((name) => name.startsWith('system:')))
      throw unauthorized('names that begin with system: are not taken from a proxy');
    const user = { username, groups: [...groups.filter(Boolean), 'system:authenticated'] };
    return { name: username, mayRead: (namespace) => this.#reviews.mayRead(user, namespace) };
  }
}

/** Compares in the same time whatever is given. */
function same(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
