/** The files of a tail: of each path the ones that are still to be read, and those that were replaced and may get late lines. */
import type { LineReader } from './lines.ts';
import type { PackedReader } from './packed.ts';
import type { Watcher } from './watcher.ts';

export interface Followed {
  readonly watcher: Watcher;
  readonly lines: LineReader;
  readonly tag: string;
  packed: PackedReader | undefined;
  /** Bytes of the head that are on record; -1: nothing is. */
  recorded: number;
  /** End of the block that is on its way into the pipeline. */
  sending: number | undefined;
  budgetAt: number;
  budget: number;
}

/** Files of one path, oldest first; only the first is read. */
export type Chain = Followed[];

export class Following {
  readonly chains = new Map<string, Chain>();
  /** Files that were read to their end and replaced: writers may be late. */
  late: Followed[] = [];

  all(): Followed[] {
    return [...this.late, ...[...this.chains.values()].flat()];
  }

  /** The file of its path whose position is kept; late lines of rotated files are read beside it. */
  isCurrent(followed: Followed): boolean {
    return this.chains.get(followed.watcher.path)?.[0] === followed;
  }

  /** The path itself leads to it. */
  isNewest(followed: Followed): boolean {
    return this.chains.get(followed.watcher.path)?.at(-1) === followed;
  }
}
