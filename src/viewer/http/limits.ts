/** Bounds of what visitors may ask of the viewer and of the cluster behind it. */
import { ViewerError } from '../errors.ts';

export interface Limits {
  /** Answers with lines at the same time, followers not counted. */
  readonly reads: number;
  readonly followers: number;
  /** Milliseconds of one answer. */
  readonly time: number;
  /** Bytes of text of one answer. */
  readonly bytes: number;
  /** Milliseconds that counting may take. */
  readonly stats: number;
}

export const DEFAULT_LIMITS: Limits = { reads: 16, followers: 100, time: 600_000, bytes: 8 * 2 ** 30, stats: 20_000 };

/** Lets so many in at once; the others are told to come again. */
export class Gate {
  readonly #most: number;
  readonly #what: string;
  #inside = 0;

  constructor(most: number, what: string) {
    this.#most = most;
    this.#what = what;
  }

  /** Gives the function that leaves. @throws ViewerError 429 */
  enter(): () => void {
    if (this.#inside >= this.#most)
      throw new ViewerError(429, 'ERR_BUSY', `there are ${this.#most} ${this.#what} at the moment already`, 2);
    this.#inside++;
    let isInside = true;
    return () => {
      if (isInside) this.#inside--;
      isInside = false;
    };
  }
}
