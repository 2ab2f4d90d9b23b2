/**
 * Documents that were denied (401, 403) inside of an answer: credentials or rights that are wrong for a while, or an index that is never allowed?
 *
 * Guarantees: as long as nothing else is taken, nothing is refused: it may be the credentials, and they may be put right. Once other documents of the
 * same request were taken, or others while these were tried again and again, they are refused for good, so that a pod that names a forbidden index
 * does not hold up its node.
 */
import { LRUCache } from 'lru-cache';

/** Tries during which something else must have been taken. */
const TRIES = 3;

interface Denied {
  tries: number;
  /** Value of the counter when it was denied first. */
  readonly takenBefore: number;
}

export class Denials {
  readonly #chunks = new LRUCache<string, Denied>({ max: 1000 });
  /** Requests of which something was taken. */
  #taken = 0;

  taken(): void {
    this.#taken++;
  }

  /** Another request of the chunk came back with denied documents and none that was taken. */
  isLasting(chunkId: string): boolean {
    const known = this.#chunks.get(chunkId) ?? { tries: 0, takenBefore: this.#taken };
    known.tries++;
    this.#chunks.set(chunkId, known);
    return known.tries > TRIES && this.#taken > known.takenBefore;
  }
}
