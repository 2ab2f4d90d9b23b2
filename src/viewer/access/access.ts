/** Who asks, and which namespaces they may read. One implementation per mode. */
import type { IncomingMessage } from 'node:http';
import { ViewerError } from '../errors.ts';
import type { MayRead } from '../viewer.ts';

export type AccessMode = 'local' | 'kubernetes' | 'proxy' | 'open';

export interface Visitor {
  /** For messages and the page; empty where nobody is asked for a name. */
  readonly name: string;
  readonly mayRead: MayRead;
}

export interface Access {
  readonly mode: AccessMode;
  /** @throws ViewerError 401 or 403 */
  identify(request: IncomingMessage): Promise<Visitor>;
}

export const unauthorized = (message: string): ViewerError => new ViewerError(401, 'ERR_UNAUTHORIZED', message);

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
}

/**
 * Whoever reaches 127.0.0.1 may read. A web site could reach it too, by a name of its own that leads to 127.0.0.1: requests
 * must name the host as one does on this machine.
 */
export class LocalAccess implements Access {
  readonly mode = 'local';

  async identify(request: IncomingMessage): Promise<Visitor> {
    if (!LOOPBACK.test(request.headers.host ?? ''))
      throw new ViewerError(403, 'ERR_HOST', 'this viewer answers only as localhost or 127.0.0.1');
    return { name: '', mayRead: async () => true };
  }
}

/** Everybody who reaches the address may read everything. */
export class OpenAccess implements Access {
  readonly mode = 'open';

  async identify(): Promise<Visitor> {
    return { name: '', mayRead: async () => true };
  }
}
