/// <reference lib="dom" />
/** One line as an element. */
import { LEVELS } from '../read/level.ts';
import { plain, render } from './ansi.ts';
import { count, h, openDialog, roleClass } from './dom.ts';
import type { Finder } from './finder.ts';
import type { LogModel } from './model.ts';
import { clock, dateAndTime } from './settings.ts';

/** Longer texts are shown on demand: a browser takes seconds to lay them out. */
const LONGEST = 5000;

const SHORT: Readonly<Record<string, string>> = { driver: 'DRV', jobmanager: 'JM', taskmanager: 'TM', executor: 'EX' };

export interface RowContext {
  readonly model: LogModel;
  readonly finder: Finder;
  readonly now: number;
  readonly showWho: boolean;
  linkTo(line: number): string;
  select(line: number): void;
  fold(line: number): void;
}

export function sourceLabel(model: LogModel, line: number): string {
  const source = model.sources[model.who[line]!];
  if (source === undefined) return '';
  const index = /-(\d+)-(\d+)$/.exec(source.pod);
  const name = SHORT[source.role] ?? source.role;
  return source.role === 'taskmanager' && index !== null
    ? `${name} ${index[1]}·${index[2]}`
    : `${name} ${source.attempt}`;
}

export function drawRow(line: number, context: RowContext): HTMLElement {
  const { model, finder } = context;
  const whole = model.text[line]!;
  const text = whole.length > LONGEST ? whole.slice(0, LONGEST) : whole;
  const source = model.sources[model.who[line]!];
  const isMore = model.head[line]! >= 0;
  const cell = h('span', { class: 'text' });
  render(cell, text, finder.compiled?.ranges(plain(text)) ?? []);
  const row = h(
    'div',
    {
      class: `row l-${LEVELS[model.level[line]!]}${isMore ? ' more-of' : ''}${line === context.now ? ' now' : ''}`,
      onclick: () => context.select(line),
    },
    h(
      'a',
      {
        class: 'time',
        href: context.linkTo(line),
        title: `${dateAndTime(model.ms[line]!)} · link to this line`,
        tabindex: -1,
      },
      clock(model.ms[line]!),
    ),
    context.showWho &&
      source !== undefined &&
      h(
        'span',
        {
          class: `who ${roleClass(source.role)}`,
          title: `${source.pod} / ${source.container}, attempt ${source.attempt}`,
        },
        sourceLabel(model, line),
      ),
    cell,
  );
  if (whole.length > text.length) row.append(wholeButton(whole));
  if (model.canFold(line)) row.append(foldButton(line, context));
  return row;
}

function wholeButton(text: string): HTMLElement {
  const show = (event: MouseEvent) => {
    event.stopPropagation();
    const pre = h('pre', { tabindex: 0 });
    pre.textContent = plain(text);
    openDialog(
      `One line of ${count(text.length)} characters`,
      pre,
      h('form', { method: 'dialog' }, h('button', {}, 'Close')),
    );
  };
  return h('button', { class: 'whole', type: 'button', onclick: show }, `… ${count(text.length)} characters`);
}

function foldButton(line: number, { model, fold }: RowContext): HTMLElement {
  const { count: lines, cause } = model.folds.get(line)!;
  const folded = model.isFolded(line);
  const toggle = (event: MouseEvent) => {
    event.stopPropagation();
    fold(line);
  };
  const label = folded ? `▸ ${lines} lines${cause === '' ? '' : ` · ${cause.slice(0, 120)}`}` : '▾ fold';
  return h(
    'button',
    { class: 'fold', type: 'button', 'aria-expanded': String(!folded), onclick: toggle, tabindex: -1 },
    label,
  );
}
