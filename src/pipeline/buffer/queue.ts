/** Chunks that wait to be written, and those that are being written. Chunks of different metadata take turns: a loud tag's queue does not hold up quiet ones. */
import { LRUCache } from 'lru-cache';
import type { Chunk } from './chunk.ts';
import { metaKey } from './metadata.ts';

export class Queue {
  readonly #chunks: Chunk[] = [];
  readonly #inFlight = new Set<Chunk>();
  /** Metadata → number of its last turn. */
  readonly #turns = new LRUCache<string, number>({ max: 4096 });
  #turn = 0;

  get length(): number {
    return this.#chunks.length;
  }

  get bytes(): number {
    let total = 0;
    for (const chunk of this.#chunks) total += chunk.size;
    return total;
  }

  /** How many are being written. */
  get writing(): number {
    return this.#inFlight.size;
  }

  all(): Chunk[] {
    return [...this.#chunks];
  }

  /** Chunks that nobody writes yet. */
  *waiting(): Iterable<Chunk> {
    for (const chunk of this.#chunks) if (!this.#inFlight.has(chunk)) yield chunk;
  }

  push(...chunks: readonly Chunk[]): void {
    this.#chunks.push(...chunks);
  }

  remove(chunk: Chunk): void {
    const i = this.#chunks.indexOf(chunk);
    if (i >= 0) this.#chunks.splice(i, 1);
  }

  /** The oldest chunk of the metadata that waited longest for a turn; it is being written until it is `landed`. */
  take(): Chunk | undefined {
    let found: Chunk | undefined;
    let foundTurn = Number.POSITIVE_INFINITY;
    for (const chunk of this.waiting()) {
      const turn = this.#turns.get(metaKey(chunk.meta)) ?? 0;
      if (turn >= foundTurn) continue;
      found = chunk;
      foundTurn = turn;
      if (turn === 0) break;
    }
    if (found === undefined) return undefined;
    this.#turns.set(metaKey(found.meta), ++this.#turn);
    this.#inFlight.add(found);
    return found;
  }

  landed(chunk: Chunk): void {
    this.#inFlight.delete(chunk);
  }
}
