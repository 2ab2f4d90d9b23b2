/// <reference lib="dom" />
/** Lines by level over time; dragging (or arrow keys with Shift, then Enter) chooses a time range. */
import { LEVELS } from '../read/level.ts';
import { count, h } from './dom.ts';
import type { LogModel } from './model.ts';
import { dateAndTime } from './settings.ts';

const BARS = 160;
/** From bottom to top. */
const ORDER = ['other', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const COLOURS: Readonly<Record<(typeof ORDER)[number], string>> = {
  other: '--bar-other',
  trace: '--bar-other',
  debug: '--bar-other',
  info: '--bar-info',
  warn: '--warn',
  error: '--error',
  fatal: '--fatal',
};

export class Histogram {
  readonly element: HTMLElement;
  readonly #model: LogModel;
  readonly #canvas = h('canvas', { 'aria-hidden': 'true' });
  readonly #left = h('span', { class: 'span left' });
  readonly #right = h('span', { class: 'span right' });
  readonly #reset: HTMLButtonElement;
  readonly #onRange: (range: { from: number; to: number } | undefined) => void;
  #from = 0;
  #to = 1;
  /** Bars chosen: where it began and where it is. */
  #drag: { a: number; b: number } | undefined;

  constructor(model: LogModel, onRange: (range: { from: number; to: number } | undefined) => void) {
    this.#model = model;
    this.#onRange = onRange;
    this.#reset = h('button', { type: 'button', onclick: () => onRange(undefined) }, 'Whole time');
    this.element = h(
      'div',
      { class: 'histogram', tabindex: 0, role: 'group', 'aria-label': 'Lines over time' },
      ...[this.#canvas, this.#left, this.#right, this.#reset],
    );
    this.element.addEventListener('pointerdown', (event) => this.#down(event));
    this.element.addEventListener('pointermove', (event) => this.#move(event));
    this.element.addEventListener('pointerup', () => this.#choose());
    this.element.addEventListener('keydown', (event) => this.#key(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  draw(): void {
    const { ms, level, range, hidden } = this.#model;
    this.#reset.hidden = range === undefined;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    this.#canvas.width = width * ratio;
    this.#canvas.height = height * ratio;
    const context = this.#canvas.getContext('2d')!;
    context.scale(ratio, ratio);
    if (ms.length === 0) return;
    let [from, to] = [Number.POSITIVE_INFINITY, 0];
    for (const t of ms) {
      if (t < from) from = t;
      if (t > to) to = t;
    }
    if (range !== undefined) [from, to] = [Math.max(range.from, from), Math.min(range.to - 1, to)];
    this.#from = from;
    this.#to = to + 1;
    const bars = Array.from({ length: BARS }, () => new Float64Array(LEVELS.length));
    const step = (this.#to - from) / BARS;
    for (let i = 0; i < ms.length; i++) {
      if (ms[i]! < from || ms[i]! >= this.#to || hidden.has(level[i]!)) continue;
      bars[Math.floor((ms[i]! - from) / step)]![level[i]!]!++;
    }
    const most = Math.max(1, ...bars.map((bar) => bar.reduce((a, b) => a + b, 0)));
    const style = getComputedStyle(document.documentElement);
    const barWidth = width / BARS;
    bars.forEach((bar, i) => {
      let y = height;
      for (const name of ORDER) {
        const n = bar[LEVELS.indexOf(name)]!;
        if (n === 0) continue;
        // Few errors among many lines must stay visible.
        const tall = Math.max(
          (n / most) * (height - 20),
          name === 'error' || name === 'fatal' || name === 'warn' ? 2 : 1,
        );
        y -= tall;
        context.fillStyle = style.getPropertyValue(COLOURS[name]);
        context.fillRect(i * barWidth, y, Math.max(1, barWidth - 1), tall);
      }
    });
    if (this.#drag !== undefined) {
      const [a, b] = this.#chosen();
      context.fillStyle = style.getPropertyValue('--accent');
      context.globalAlpha = 0.3;
      context.fillRect(a * barWidth, 0, (b - a) * barWidth, height);
    }
    this.#left.textContent = dateAndTime(from);
    this.#right.textContent = dateAndTime(to);
    this.element.setAttribute(
      'aria-label',
      `${count(ms.length)} lines from ${dateAndTime(from)} to ${dateAndTime(to)}. Arrow keys with Shift choose a range, Enter shows it.`,
    );
  }

  #barAt(event: PointerEvent): number {
    const box = this.element.getBoundingClientRect();
    return Math.max(0, Math.min(BARS, ((event.clientX - box.left) / box.width) * BARS));
  }

  #down(event: PointerEvent): void {
    if (event.target instanceof HTMLButtonElement) return;
    this.element.setPointerCapture(event.pointerId);
    const at = this.#barAt(event);
    this.#drag = { a: at, b: at };
  }

  #move(event: PointerEvent): void {
    if (this.#drag === undefined || event.buttons === 0) return;
    this.#drag.b = this.#barAt(event);
    this.draw();
  }

  #chosen(): [number, number] {
    const { a, b } = this.#drag!;
    return [Math.min(a, b), Math.max(a, b)];
  }

  #choose(): void {
    if (this.#drag === undefined) return;
    const [a, b] = this.#chosen();
    this.#drag = undefined;
    const step = (this.#to - this.#from) / BARS;
    if (b - a > 0.8) this.#onRange({ from: Math.floor(this.#from + a * step), to: Math.ceil(this.#from + b * step) });
    else this.draw();
  }

  #key(event: KeyboardEvent): void {
    const move = event.key === 'ArrowRight' ? 2 : event.key === 'ArrowLeft' ? -2 : 0;
    if (move !== 0) {
      const at = Math.max(0, Math.min(BARS, (this.#drag?.b ?? BARS / 2) + move));
      this.#drag = event.shiftKey && this.#drag !== undefined ? { a: this.#drag.a, b: at } : { a: at, b: at + 0.5 };
      this.draw();
    } else if (event.key === 'Enter' && this.#drag !== undefined) this.#choose();
    else if (event.key === 'Escape' && this.#model.range !== undefined) this.#onRange(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
