/**
 * Certificates and keys of an output, read when they are needed and again when they have changed.
 *
 * Guarantees: a file that comes later is a retry, not a failed start; a certificate that was renewed on the disk (also behind a symbolic link, as in
 * mounted secrets) counts for the next connection. Requests that run on an old connection end there.
 */
import type https from 'node:https';
import type { SecureVersion } from 'node:tls';
import type { FsPort } from '../../core/ports.ts';
import { closeIdle } from '../../io/idle.ts';
import { nodeHttps } from '../../io/node-http.ts';

export interface TlsOptions {
  readonly verify: boolean;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly minVersion?: SecureVersion | undefined;
  readonly maxVersion?: SecureVersion | undefined;
}

/** The files are looked at this often at most. Milliseconds. */
const LOOK_MS = 1000;

export class TlsFiles {
  readonly #options: TlsOptions;
  readonly #fs: FsPort;
  readonly #now: () => number;
  #agent: https.Agent | undefined;
  #seen = '';
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: TlsOptions, fs: FsPort, now: () => number) {
    this.#options = options;
    this.#fs = fs;
    this.#now = now;
  }

  /** The agent for a new request. @throws what the disk throws */
  agent(): https.Agent {
    if (this.#agent !== undefined && this.#now() - this.#lookedAt < LOOK_MS) return this.#agent;
    const state = this.#state();
    this.#lookedAt = this.#now();
    if (this.#agent !== undefined && state === this.#seen) return this.#agent;
    let next: https.Agent;
    try {
      next = this.#read();
    } catch (error) {
      // A file that is just being put in its place: the next look finds it.
      if (this.#agent !== undefined) return this.#agent;
      throw error;
    }
    this.#retire();
    this.#agent = next;
    this.#seen = state;
    return next;
  }

  #read(): https.Agent {
    const { verify, ca, cert, key, passphrase, minVersion, maxVersion } = this.#options;
    return new nodeHttps.Agent({
      keepAlive: true,
      rejectUnauthorized: verify,
      ...(ca === undefined ? {} : { ca: this.#fs.readFileSync(ca) }),
      ...(cert === undefined ? {} : { cert: this.#fs.readFileSync(cert) }),
      ...(key === undefined ? {} : { key: this.#fs.readFileSync(key) }),
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(minVersion === undefined ? {} : { minVersion }),
      ...(maxVersion === undefined ? {} : { maxVersion }),
    });
  }

  closeIdle(): void {
    if (this.#agent !== undefined) closeIdle(this.#agent);
  }

  close(): void {
    this.#agent?.destroy();
  }

  /** What tells whether a file is another one; empty where there are no files. */
  #state(): string {
    const { ca, cert, key } = this.#options;
    return [ca, cert, key]
      .filter((file) => file !== undefined)
      .map((file) => {
        const found = this.#fs.statSync(file, { throwIfNoEntry: false });
        return `${found?.ino} ${found?.size} ${found?.mtimeMs}`;
      })
      .join();
  }

  /** Idle connections of the old agent go; busy ones end with their request. */
  #retire(): void {
    if (this.#agent === undefined) return;
    this.#agent.maxFreeSockets = 0;
    closeIdle(this.#agent);
  }
}
