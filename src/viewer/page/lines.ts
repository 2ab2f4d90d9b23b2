/// <reference lib="dom" />
/** The lines of one view and the one that is chosen: list, histogram and finder over one model, and the ways from line to line. */
import { LEVELS } from '../read/level.ts';
import { toast } from './dom.ts';
import { Finder } from './finder.ts';
import { Histogram } from './histogram.ts';
import { VirtualList } from './list.ts';
import { LogModel } from './model.ts';
import { drawRow } from './row.ts';
import { settings } from './settings.ts';

export interface LinesEvents {
  /** What is shown of the lines is another. */
  changed(): void;
  /** Matches, or the chosen one among them, are others. */
  found(): void;
  chosen(line: number): void;
  scrolled(atEnd: boolean): void;
  linkTo(id: string): string;
}

const BAD = [LEVELS.indexOf('error'), LEVELS.indexOf('fatal')];

export class Lines {
  readonly model = new LogModel();
  readonly finder: Finder;
  readonly list: VirtualList;
  readonly histogram: Histogram;
  /** The chosen line; -1 for none. */
  now = -1;
  readonly #events: LinesEvents;

  constructor(events: LinesEvents) {
    const { model } = this;
    this.#events = events;
    model.folded = settings.folded;
    this.finder = new Finder(model, () => events.found());
    this.histogram = new Histogram(model, (range) => this.zoom(range));
    this.list = new VirtualList((at) =>
      drawRow(model.view[at]!, {
        ...{ model, finder: this.finder, now: this.now },
        showWho: model.sources.length > 1,
        linkTo: (line) => events.linkTo(model.id[line]!),
        select: (line) => this.choose(line, false),
        fold: (line) => this.fold(line),
      }),
    );
    this.list.onMove = (_, atEnd) => events.scrolled(atEnd);
    this.list.wrap = settings.wrap;
  }

  get text(): string {
    return this.model.text[this.now] ?? '';
  }

  get id(): string {
    return this.model.id[this.now] ?? '';
  }

  /** Lines were added from `start` on. */
  added(start: number): void {
    this.model.extend(start);
    this.list.count = this.model.view.length;
  }

  /** Shows again after what is shown of the model changed; the same lines stay in sight. */
  refresh(): void {
    const line = this.model.view[this.list.first];
    this.model.rebuild();
    this.list.count = this.model.view.length;
    if (line !== undefined) this.list.to(this.model.placeOf(line));
    this.histogram.draw();
    this.#events.changed();
  }

  choose(line: number, moves: boolean): void {
    this.now = line;
    this.#events.chosen(line);
    if (moves) this.list.into(this.model.placeOf(line));
    else this.list.redraw();
  }

  #reveal(line: number): void {
    this.model.reveal(line);
    this.list.count = this.model.view.length;
    this.choose(line, true);
    this.#events.changed();
  }

  /** False where no line has the id; `from`: where it may be. */
  seek(id: string, from = 0): boolean {
    const line = this.model.id.indexOf(id, from);
    if (line >= 0) this.#reveal(line);
    return line >= 0;
  }

  zoom(range: { from: number; to: number } | undefined): void {
    this.model.range = range;
    this.refresh();
    this.list.to(0);
  }

  toggleLevel(level: number): void {
    if (!this.model.hidden.delete(level)) this.model.hidden.add(level);
    this.refresh();
  }

  toggleFolds(): void {
    this.model.folded = settings.folded;
    this.model.differing.clear();
    this.refresh();
  }

  fold(line: number): void {
    const head = this.model.head[line]! >= 0 ? this.model.head[line]! : line;
    if (!this.model.canFold(head)) return;
    const top = this.list.first;
    this.model.toggleFold(head);
    this.list.count = this.model.view.length;
    this.list.to(top);
    this.#events.changed();
  }

  /** To the match behind or before. */
  step(direction: 1 | -1): void {
    const from = this.now >= 0 ? this.now : (this.model.view[this.list.first] ?? 0) - 1;
    const line = this.finder.step(from, direction);
    if (line === undefined) return;
    this.#reveal(line);
    this.#events.found();
  }

  /** To an error; a trace that belongs to one counts with it. */
  stepError(direction: 1 | -1): void {
    const { level, head, hidden } = this.model;
    for (let i = this.now + direction; i >= 0 && i < level.length; i += direction)
      if (BAD.includes(level[i]!) && head[i]! < 0 && !hidden.has(level[i]!)) return this.#reveal(i);
    toast(direction > 0 ? 'No further error' : 'No error before');
  }

  move(rows: number): void {
    const { view } = this.model;
    if (view.length === 0) return;
    const at = this.now >= 0 ? this.model.placeOf(this.now) + rows : this.list.first + Math.max(0, rows - 1);
    this.choose(view[Math.max(0, Math.min(view.length - 1, at))]!, true);
  }

  /** Chooses the last line; going there is left to the caller. */
  chooseLast(): void {
    const last = this.model.view.at(-1);
    if (last !== undefined) this.choose(last, false);
  }
}
