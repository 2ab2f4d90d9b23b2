/** Entries → text. */
import type { Entry } from './entry.ts';

/**
 * Joins entries as their containers wrote them. Where containers are merged, an unfinished line is ended before another container's text.
 */
export class TextJoiner {
  #open: Entry['source'] | undefined;

  join(entries: readonly Entry[]): string {
    let text = '';
    for (const entry of entries) {
      if (this.#open !== undefined && this.#open !== entry.source) text += '\n';
      text += entry.partial ? entry.text : `${entry.text}\n`;
      this.#open = entry.partial ? entry.source : undefined;
    }
    return text;
  }
}
