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
  /** Files that were read to their end and replaced, of which something is still held: their paths' positions stay with them. */
  readonly #behind = new Map<string, Followed[]>();

  all(): Followed[] {
    return [...this.late, ...[...this.chains.values()].flat()];
  }

  /** The file of its path whose position is kept; late lines of rotated files are read beside it. */
  isCurrent(followed: Followed): boolean {
    return this.current(followed.watcher.path) === followed;
  }

  current(path: string): Followed | undefined {
    return this.#behind.get(path)?.[0] ?? this.chains.get(path)?.[0];
  }

  /** It was replaced; parts of its lines may still be held. */
  leaveBehind(followed: Followed): void {
    const { path, holds } = followed.watcher;
    if (holds.lowest === undefined && !this.#behind.has(path)) return;
    this.#behind.set(path, [...(this.#behind.get(path) ?? []), followed]);
  }

  /** Files before the first one of the path, of which something is held. */
  behind(path: string): readonly Followed[] {
    return this.#behind.get(path) ?? [];
  }

  /** What was held of them was refused with what came later: they are read again from there. */
  takeBack(path: string): void {
    const again: Followed[] = [];
    for (const followed of this.behind(path)) {
      const position = followed.watcher.holds.undo();
      if (position === undefined) continue;
      followed.watcher.advance(position);
      again.push(followed);
    }
    this.#behind.delete(path);
    if (again.length === 0) return;
    this.late = this.late.filter((followed) => !again.includes(followed));
    this.chains.set(path, [...again, ...(this.chains.get(path) ?? [])]);
  }

  /** Something of a path is not held any more. */
  released(path: string): void {
    const behind = this.#behind.get(path)?.filter(({ watcher }) => watcher.holds.lowest !== undefined) ?? [];
    if (behind.length > 0) this.#behind.set(path, behind);
    else this.#behind.delete(path);
  }
}
