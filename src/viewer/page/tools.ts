/// <reference lib="dom" />
/** The row of tools: find, levels, and buttons for what the keys do. */
import { LEVELS } from '../read/level.ts';
import { byId, count, h } from './dom.ts';
import type { Finder } from './finder.ts';
import type { LogModel } from './model.ts';

export interface ToolActions {
  find(text: string): void;
  /** Next or previous match. */
  step(direction: 1 | -1): void;
  leaveFind(): void;
  toggleLevel(level: number): void;
  toggleFollow(): void;
  toggleWrap(): void;
  toggleFolds(): void;
  copyAll(): void;
  download(): void;
}

export interface Pressed {
  readonly follow: boolean;
  readonly wrap: boolean;
  readonly fold: boolean;
}

export class Tools {
  readonly element = h('div', { class: 'tools' });
  readonly #levels = h('div', { class: 'levels', id: 'levels', role: 'group', 'aria-label': 'Levels' });
  readonly #actions: ToolActions;

  constructor(actions: ToolActions, pressed: Pressed) {
    this.#actions = actions;
    const button = (id: string, text: string, title: string, onclick: () => void, isPressed?: boolean) => {
      const state = isPressed === undefined ? {} : { 'aria-pressed': String(isPressed) };
      return h('button', { type: 'button', id, title, onclick, ...state }, text);
    };
    this.element.append(
      h(
        'div',
        { class: 'find', role: 'search' },
        this.#findBox(),
        h('output', { id: 'matches', for: 'find' }),
        button('previous', '↑', 'Match before (N)', () => actions.step(-1)),
        button('next', '↓', 'Next match (n)', () => actions.step(1)),
      ),
      this.#levels,
      button('follow', 'Follow', 'Show lines as they arrive (f)', () => actions.toggleFollow(), pressed.follow),
      button('wrap', 'Wrap', 'Wrap long lines (w)', () => actions.toggleWrap(), pressed.wrap),
      button('fold', 'Fold', 'Fold stack traces (x)', () => actions.toggleFolds(), pressed.fold),
      button('copy', 'Copy', 'Copy what is shown (C); this line: c', () => actions.copyAll()),
      button('download', 'Download', 'All lines as a file (d)', () => actions.download()),
    );
  }

  #findBox(): HTMLInputElement {
    const find = h('input', {
      type: 'search',
      id: 'find',
      placeholder: 'Find words or /regex/i   ( / )',
      'aria-label': 'Find',
      spellcheck: 'false',
    });
    find.addEventListener('input', () => this.#actions.find(find.value));
    find.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#actions.step(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') {
        find.value = '';
        this.#actions.find('');
        this.#actions.leaveFind();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return find;
  }

  press(id: keyof Pressed, isPressed: boolean): void {
    byId(id).setAttribute('aria-pressed', String(isPressed));
  }

  showLevels({ levelCounts, hidden }: LogModel): void {
    const shown = LEVELS.map((level, i) => ({ level, i, n: levelCounts[i]! })).filter(({ n }) => n > 0);
    const buttons = shown.map(({ level, i, n }) => {
      const known = this.#levels.querySelector<HTMLButtonElement>(`.l-${level}`);
      const toggle = () => this.#actions.toggleLevel(i);
      const button = known ?? h('button', { type: 'button', class: `l-${level}`, onclick: toggle });
      button.setAttribute('aria-pressed', String(!hidden.has(i)));
      button.title = `${count(n)} lines`;
      button.textContent = `${level} ${count(n)}`;
      return button;
    });
    // Taken out and put in again a button would lose the keyboard's focus.
    if (
      buttons.some((button, i) => this.#levels.children[i] !== button) ||
      this.#levels.children.length > buttons.length
    )
      this.#levels.replaceChildren(...buttons);
  }

  /** `now`: the line that is chosen; its number among the matches is told. */
  showMatches({ matches, compiled, error, isDone }: Finder, now: number, isLoading: boolean): void {
    const output = byId('matches');
    if (output === null) return;
    const at = matches.indexOf(now);
    const of = `${at >= 0 ? `${count(at + 1)} of ` : ''}${count(matches.length)}${isDone && !isLoading ? '' : ' …'}`;
    output.textContent = error !== '' ? 'not a regex' : compiled === undefined ? '' : of;
  }
}
