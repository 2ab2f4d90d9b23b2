/// <reference lib="dom" />
/**
 * The lines of one view: columns instead of objects, so that a million of them fit; which are shown (levels, time range, folds), and where something is found.
 *
 * A stack trace belongs to the line it follows in its container: folded, only that line is shown. Leaves drawing to the list.
 */
import { continues, LEVELS } from '../read/level.ts';
import { plain } from './ansi.ts';
import type { Entry, Source } from './api.ts';

export interface Fold {
  count: number;
  cause: string;
}

/** Shorter traces are not worth folding. */
const FOLD_FROM = 2;

export class LogModel {
  readonly text: string[] = [];
  readonly id: string[] = [];
  readonly ms: number[] = [];
  readonly who: number[] = [];
  readonly level: number[] = [];
  /** The line that this one goes on with; -1 for a line of its own. */
  readonly head: number[] = [];
  readonly folds = new Map<number, Fold>();
  readonly sources: Source[] = [];
  readonly levelCounts: number[] = LEVELS.map(() => 0);
  /** Lines that are shown. */
  view: number[] = [];
  hidden = new Set<number>();
  range: { readonly from: number; readonly to: number } | undefined;
  /** Whether traces are folded unless opened, and those that differ. */
  folded = true;
  readonly differing = new Set<number>();
  readonly #lastHead = new Map<number, number>();
  readonly #unfinished = new Set<number>();

  get length(): number {
    return this.text.length;
  }

  addSource(source: Source): void {
    this.sources[source.index] = source;
  }

  add(entry: Entry): void {
    const ms = Date.parse(entry.time);
    const level = Math.max(0, LEVELS.indexOf(entry.level as (typeof LEVELS)[number]));
    const goesOn = this.#unfinished.has(entry.source);
    if (entry.partial === true) this.#unfinished.add(entry.source);
    else this.#unfinished.delete(entry.source);
    // Entries that hold several lines (joined by a filter) are shown as lines.
    const pieces = entry.text.includes('\n') ? entry.text.split('\n') : [entry.text];
    pieces.forEach((text, i) => {
      this.#push(entry, text, ms, level, i > 0 || goesOn || continues(text));
    });
  }

  #push(entry: Entry, text: string, ms: number, level: number, isMore: boolean): void {
    const at = this.text.length;
    const head = isMore ? (this.#lastHead.get(entry.source) ?? -1) : -1;
    this.text.push(text);
    this.id.push(entry.id);
    this.ms.push(ms);
    this.who.push(entry.source);
    this.level.push(level);
    this.head.push(head);
    this.levelCounts[level]!++;
    if (head < 0) this.#lastHead.set(entry.source, at);
    else {
      const fold = this.folds.get(head) ?? { count: 0, cause: '' };
      fold.count++;
      const cause = /^\s*(Caused by: .*)/.exec(text)?.[1];
      if (cause !== undefined || fold.count === 1)
        fold.cause = cause ?? (/^\s*at /.test(text) ? fold.cause : plain(text).trim());
      this.folds.set(head, fold);
    }
  }

  isFolded(head: number): boolean {
    const fold = this.folds.get(head);
    return fold !== undefined && fold.count >= FOLD_FROM && this.folded !== this.differing.has(head);
  }

  toggleFold(head: number): void {
    if (!this.differing.delete(head)) this.differing.add(head);
    this.rebuild();
  }

  canFold(head: number): boolean {
    return (this.folds.get(head)?.count ?? 0) >= FOLD_FROM;
  }

  #isShown(i: number): boolean {
    if (this.hidden.has(this.level[i]!)) return false;
    if (this.range !== undefined && (this.ms[i]! < this.range.from || this.ms[i]! >= this.range.to)) return false;
    const head = this.head[i]!;
    return head < 0 || !this.isFolded(head);
  }

  rebuild(): void {
    const view: number[] = [];
    for (let i = 0; i < this.text.length; i++) if (this.#isShown(i)) view.push(i);
    this.view = view;
  }

  /** After lines were added from `start` on. A fold that a new line made hides lines before it too. */
  extend(start: number): void {
    let from = start;
    for (let i = start; i < this.text.length; i++) {
      const head = this.head[i]!;
      if (head >= 0 && head < from && this.isFolded(head)) from = head;
    }
    if (from < start) {
      while (this.view.length > 0 && this.view.at(-1)! >= from) this.view.pop();
    }
    for (let i = from; i < this.text.length; i++) if (this.#isShown(i)) this.view.push(i);
  }

  /** Place in the view of a line, or of the nearest shown one after it. */
  placeOf(line: number): number {
    let low = 0;
    let high = this.view.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.view[middle]! < line) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, this.view.length - 1);
  }

  /** Makes a line visible: opens its fold, its level, the range. */
  reveal(line: number): void {
    const head = this.head[line]!;
    if (head >= 0 && this.isFolded(head)) this.toggleFold(head);
    this.hidden.delete(this.level[line]!);
    const { range } = this;
    if (range !== undefined && (this.ms[line]! < range.from || this.ms[line]! >= range.to)) this.range = undefined;
    this.rebuild();
  }
}

/** Words (all of them, whatever their case) or `/expression/`; undefined where there is nothing to find. @throws SyntaxError */
export function compileFind(
  text: string,
): { test(line: string): boolean; ranges(line: string): [number, number][] } | undefined {
  if (text.trim() === '') return undefined;
  const form = /^\/(.+)\/(i?)$/s.exec(text);
  const literal = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const words = text.trim().split(/\s+/).map(literal);
  const all = form === null ? words.map((word) => new RegExp(word, 'i')) : [new RegExp(form[1]!, form[2])];
  const any = form === null ? new RegExp(words.join('|'), 'gi') : new RegExp(form[1]!, `g${form[2]}`);
  return {
    test: (line) => all.every((expression) => expression.test(line)),
    ranges: (line) => [...line.matchAll(any)].filter((m) => m[0] !== '').map((m) => [m.index, m.index + m[0].length]),
  };
}
