/** A chunk's first document alone: enough to see whether a cluster that was away takes documents again, and nothing that it would not get anyway. */
import { SluiceError } from '../../core/errors.ts';
import type { ReadyChunk } from '../../plugin.ts';
import { itemBytes, itemCount, itemsOf } from './items.ts';

/** A cluster that needs longer for one document is not well. Milliseconds. */
const LIMIT_MS = 4000;

/** There was no answer in time. */
class SilentError extends SluiceError {
  readonly isHanging = true;
}

export class Probe {
  readonly #write: (chunk: ReadyChunk, signal: AbortSignal) => Promise<void>;
  /** The first document of the chunk that was looked at last: a large chunk is not read every few seconds. */
  #last: { readonly id: string; readonly count: number; readonly item: Buffer } | undefined;

  constructor(write: (chunk: ReadyChunk, signal: AbortSignal) => Promise<void>) {
    this.#write = write;
  }

  /** True when nothing is left of the chunk. @throws as `write` does */
  async send(chunk: ReadyChunk, signal: AbortSignal): Promise<boolean> {
    if (this.#last?.id !== chunk.id || this.#last.count !== chunk.count) {
      const first = itemBytes(itemsOf(chunk.read()), 0);
      this.#last = { id: chunk.id, count: chunk.count, item: Buffer.from(first) };
    }
    const { item } = this.#last;
    const limit = AbortSignal.timeout(LIMIT_MS);
    const { id, meta, createdAt, attempt } = chunk;
    const little = { ...{ id, meta, createdAt, attempt, count: 1 }, read: () => item, replace: () => undefined };
    try {
      await this.#write(little, AbortSignal.any([signal, limit]));
    } catch (error) {
      if (!limit.aborted) throw error;
      throw new SilentError('ERR_CLUSTER', `no answer to a single document within ${LIMIT_MS / 1000} s`, {
        cause: error,
      });
    }
    this.#last = undefined;
    const bytes = chunk.read();
    const rest = bytes.subarray(item.length);
    if (rest.length === 0) return true;
    chunk.replace(rest, itemCount(itemsOf(rest)));
    return false;
  }
}
