/**
 * Taps: somebody looks at the events of a running pipeline, before and after any stage.
 *
 * Guarantees: with nobody looking a stream costs one comparison per stage; who looks gets copies of what passes and changes nothing.
 */
import type { EventStream } from '../core/event.ts';

export interface Stage {
  /** `emit` is the top of a label; `before` and `after` are of a filter; `output` is what a match takes. */
  readonly at: 'emit' | 'before' | 'after' | 'output';
  readonly label: string;
  /** `@id` or type of the plugin; empty for `emit`. */
  readonly plugin: string;
}

export type Listener = (stage: Stage, stream: EventStream) => void;

export class Taps {
  readonly #listeners = new Set<Listener>();
  active = false;

  see(stage: Stage, stream: EventStream): void {
    for (const listener of this.#listeners) listener(stage, stream);
  }

  /** Gives what ends the listening. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.active = true;
    return () => {
      this.#listeners.delete(listener);
      this.active = this.#listeners.size > 0;
    };
  }
}
