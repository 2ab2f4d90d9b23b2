/// <reference lib="dom" />
/** Following a job's lines: on or off, paused while somebody reads further up, waiting while the cluster is away. */
import { count, h } from './dom.ts';

export class Following {
  isOn = false;
  isPaused = false;
  /** Why no lines come; undefined while they do. */
  away: string | undefined;
  /** Lines that came while paused. */
  #waiting = 0;
  readonly button: HTMLButtonElement;

  constructor(resume: () => void) {
    this.button = h('button', { type: 'button', class: 'new-lines', hidden: true, onclick: resume });
  }

  /** Whether what arrives is scrolled to. */
  get sticks(): boolean {
    return this.isOn && !this.isPaused;
  }

  begin(isOn: boolean): void {
    this.isOn = isOn;
    this.isPaused = false;
    this.#waiting = 0;
    this.#show();
  }

  pause(): void {
    this.isPaused = true;
    this.#show();
  }

  came(lines: number): void {
    if (this.isOn && this.isPaused) this.#waiting += lines;
    this.#show();
  }

  #show(): void {
    this.button.hidden = !this.isPaused || this.#waiting === 0;
    this.button.textContent = `↓ ${count(this.#waiting)} new lines`;
  }

  get text(): string {
    if (!this.isOn) return '';
    if (this.away !== undefined) return 'waiting for the cluster';
    return this.isPaused ? 'paused' : 'following';
  }
}
