/** Mode `kubernetes`: a bearer token says who asks, SubjectAccessReview what they may read. */
import type { IncomingMessage } from 'node:http';
import { type Access, unauthorized, type Visitor } from './access.ts';
import type { Reviews } from './reviews.ts';

/** No token of Kubernetes comes near. */
const LONGEST_TOKEN = 32 * 1024;

export class KubernetesAccess implements Access {
  readonly mode = 'kubernetes';
  readonly #reviews: Reviews;

  constructor(reviews: Reviews) {
    this.#reviews = reviews;
  }

  async identify(request: IncomingMessage): Promise<Visitor> {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw unauthorized('a bearer token of Kubernetes is needed');
    const user = token.length > LONGEST_TOKEN ? undefined : await this.#reviews.user(token);
    if (user === undefined)
      throw unauthorized('the token is not valid here: expired, revoked, or made for another audience');
    return { name: user.username, mayRead: (namespace) => this.#reviews.mayRead(user, namespace) };
  }
}
