/** The keys that sign requests, asked for again before they expire. */
import type { ClockPort } from '../../core/ports.ts';
import { type CredentialSource, credentials } from './credentials.ts';
import type { SessionKeys } from './signature.ts';

/** Temporary keys are not used in their last minutes. Milliseconds. */
const MARGIN = 300_000;

export class KeyRing {
  readonly #source: CredentialSource | undefined;
  readonly #clock: ClockPort;
  /** Milliseconds after which keys are asked for again, whatever they say. */
  readonly #refresh: number;
  #keys: Promise<SessionKeys> | undefined;
  #until = 0;

  /** `source` undefined: the environment, files, the container's or the instance's role. */
  constructor(source: CredentialSource | undefined, clock: ClockPort, refresh: number) {
    this.#source = source;
    this.#clock = clock;
    this.#refresh = refresh;
  }

  keys(): Promise<SessionKeys> {
    if (this.#keys === undefined || this.#clock.now() >= this.#until) {
      this.#until = this.#clock.now() + this.#refresh;
      this.#keys = this.#ask();
      // What failed is asked for again.
      this.#keys.catch(() => this.forget());
    }
    return this.#keys;
  }

  forget(): void {
    this.#keys = undefined;
  }

  async #ask(): Promise<SessionKeys> {
    const provider =
      this.#source === undefined
        ? (await import('@aws-sdk/credential-providers')).fromNodeProviderChain()
        : await credentials(this.#source);
    const keys: SessionKeys = typeof provider === 'function' ? await provider() : provider!;
    if (keys.expiration !== undefined) this.#until = Math.min(this.#until, keys.expiration.getTime() - MARGIN);
    return keys;
  }
}
