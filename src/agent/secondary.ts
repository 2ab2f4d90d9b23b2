/** `<secondary>`: takes chunks that the primary output could not deliver, as bytes or, for another kind of output, as events. */
import { UnrecoverableError } from '../pipeline/core/errors.ts';
import type { BufferedOutput, ReadyChunk, Running } from '../pipeline/plugin.ts';
import type { DirectOutput } from './direct-output.ts';

type Target = { readonly raw: BufferedOutput } | { readonly output: DirectOutput };

export class SecondaryTarget implements Running {
  readonly #primary: BufferedOutput;
  readonly #target: Target;

  constructor(primary: BufferedOutput, target: Target) {
    this.#primary = primary;
    this.#target = target;
  }

  start = () => this.#plugin.start?.();
  stop = () => this.#plugin.stop?.();

  async write(chunk: ReadyChunk, signal: AbortSignal): Promise<void> {
    if ('raw' in this.#target) return this.#target.raw.write(chunk, signal);
    const streams = this.#primary.events?.(chunk);
    if (streams === undefined)
      throw new UnrecoverableError('the chunk cannot be read back into events for this <secondary>');
    const { output } = this.#target;
    for (const stream of streams)
      if (output.takesEvents) await output.emit(stream);
      else await output.write(stream, { ...chunk.meta, tag: stream.tag }, signal);
  }

  get #plugin(): Running {
    return 'raw' in this.#target ? this.#target.raw : this.#target.output;
  }
}
