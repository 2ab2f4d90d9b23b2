/// <reference lib="dom" />
/**
 * A list of a million rows: only those in sight are elements.
 *
 * The scroll position stands for a place in the list (row and part of it), so rows may be of any height (wrapping) and the list longer than a
 * browser's longest element. Leaves what a row looks like to `draw`.
 */
import { h } from './dom.ts';

const ROW = 20;
/** Browsers end elements between 17 and 33 million pixels. */
const TALLEST = 8_000_000;

export class VirtualList {
  readonly element: HTMLElement;
  readonly #space = h('div', { class: 'space' });
  readonly #rows = h('div', { class: 'rows' });
  readonly #draw: (index: number) => HTMLElement;
  #count = 0;
  #pending = false;
  /** Where `to` scrolled, which the browser rounds to its pixels, and the place that this stands for. */
  #told = { top: 0, place: 0 };
  /** Told when the first row in sight changes. */
  onMove: (first: number, atEnd: boolean) => void = () => undefined;

  constructor(draw: (index: number) => HTMLElement) {
    this.#draw = draw;
    this.#space.append(this.#rows);
    this.element = h('div', { class: 'log', tabindex: 0, role: 'region', 'aria-label': 'Log lines' }, this.#space);
    this.element.addEventListener('scroll', () => this.redraw());
    new ResizeObserver(() => this.redraw()).observe(this.element);
  }

  get wrap(): boolean {
    return this.element.classList.contains('wrap');
  }

  set wrap(on: boolean) {
    const first = this.first;
    const atEnd = this.atEnd;
    this.element.classList.toggle('wrap', on);
    this.#layout();
    if (atEnd) this.toEnd();
    else this.to(first);
  }

  get #viewHeight(): number {
    return this.element.clientHeight;
  }

  /** Pixels of scrolling that stand for one row. */
  get #pixels(): number {
    return Math.min(ROW, TALLEST / Math.max(1, this.#count));
  }

  /** The row at the top, and the part of it that is above. */
  get #place(): number {
    const top = this.element.scrollTop;
    return top === this.#told.top ? this.#told.place : top / this.#pixels;
  }

  set #place(place: number) {
    const wanted = place * this.#pixels;
    this.element.scrollTop = wanted;
    const top = this.element.scrollTop;
    const isRounded = Math.abs(top - wanted) < 1;
    // Otherwise it is the end of what can be scrolled.
    this.#told = { top, place: isRounded ? place : top / this.#pixels };
  }

  get first(): number {
    return Math.floor(this.#place);
  }

  get rowsInSight(): number {
    return Math.max(1, Math.floor(this.#viewHeight / ROW));
  }

  get atEnd(): boolean {
    return this.element.scrollTop + this.#viewHeight >= this.element.scrollHeight - 2 * ROW;
  }

  set count(count: number) {
    const [place, pixels] = [this.#place, this.#pixels];
    this.#count = count;
    this.#layout();
    // In the longest lists each row that is added leaves less pixels for all: the same rows stay in sight.
    if (this.#pixels !== pixels) this.#place = place;
    this.redraw();
  }

  #layout(): void {
    // Wrapped rows are taller than they count: the last one must be able to stand at the top.
    const beyond = this.wrap || this.#pixels < ROW ? this.#viewHeight - ROW : 0;
    this.#space.style.height = `${Math.max(this.#count * this.#pixels + Math.max(0, beyond), 1)}px`;
  }

  to(index: number): void {
    this.#place = Math.max(0, index);
    this.redraw();
  }

  /** Moves as little as needed. */
  into(index: number): void {
    const { first, rowsInSight } = this;
    const isInSight = index > first && index < first + rowsInSight - 1 && (!this.wrap || this.#isDrawnInSight(index));
    if (!isInSight) this.to(index - Math.floor(rowsInSight / 3));
    else this.redraw();
  }

  #isDrawnInSight(index: number): boolean {
    const row = this.#rows.querySelector<HTMLElement>(`[data-at="${index}"]`);
    return row !== null && row.getBoundingClientRect().bottom <= this.element.getBoundingClientRect().bottom;
  }

  toEnd(): void {
    if (!this.wrap && this.#pixels === ROW) {
      this.element.scrollTop = this.element.scrollHeight;
      return this.redraw();
    }
    // Rows from the end backwards until they fill the view.
    let first = this.#count;
    for (let height = 0; first > 0 && height < this.#viewHeight; ) {
      first--;
      const row = this.#draw(first);
      this.#rows.append(row);
      height += row.offsetHeight;
      row.remove();
    }
    this.to(first + 1);
  }

  redraw(): void {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#paint();
    });
  }

  #paint(): void {
    const place = this.#place;
    const first = Math.min(Math.floor(place), Math.max(0, this.#count - 1));
    const rows: HTMLElement[] = [];
    const most = this.rowsInSight + 3;
    for (let i = first; i < this.#count && rows.length < most; i++) {
      const row = this.#draw(i);
      row.dataset['at'] = String(i);
      rows.push(row);
    }
    this.#rows.replaceChildren(...rows);
    const part = place - first;
    const height = rows[0]?.offsetHeight ?? ROW;
    this.#rows.style.transform = `translateY(${-Math.round(Math.min(part, 1) * height)}px)`;
    this.onMove(first, this.atEnd);
  }
}
