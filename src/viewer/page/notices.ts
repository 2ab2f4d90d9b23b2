/// <reference lib="dom" />
/** What the page says about its lines: the banner, the row below, and what went wrong in the job. */
import type { Stats, Summary } from './api.ts';
import { count, h, plural } from './dom.ts';
import type { LogModel } from './model.ts';

export class Banner {
  readonly element = h('div', { hidden: true });

  say(isBad: boolean, text: string, action?: { readonly name: string; run(): void }): void {
    const { element } = this;
    element.className = `banner${isBad ? ' bad' : ''}`;
    element.setAttribute('role', isBad ? 'alert' : 'status');
    element.hidden = false;
    element.replaceChildren(h('span', {}, text));
    if (action !== undefined) element.append(h('button', { type: 'button', onclick: () => action.run() }, action.name));
  }

  /** What an answer's end tells, where it is not all. */
  sum(summary: Summary): void {
    const texts = textsOf(summary);
    if (texts.length > 0) this.say(!summary.complete, texts.join(' '));
    else this.element.hidden = true;
  }
}

function textsOf(summary: Summary): string[] {
  const texts: string[] = [];
  const { cutBy } = summary;
  if (!summary.complete)
    texts.push(
      cutBy === 'shards'
        ? `Incomplete: ${summary.failedShards} shards failed (${summary.shardFailure ?? 'no reason given'}).`
        : `Cut by ${cutBy === 'limit' ? 'the limit of this page' : cutBy}: ${count(summary.lines)} of ${count(summary.available ?? 0)} lines. Choose a pod or an attempt, or download all.`,
    );
  if (summary.order !== 'exact')
    texts.push(
      `The order of lines with the same timestamp is not known for ${count(summary.unordered)} lines: their agent does not store it (store_order).`,
    );
  if (summary.missingIndices.length > 0) texts.push(`No index fits ${summary.missingIndices.join(', ')}.`);
  return texts;
}

export interface FootState {
  readonly isLoading: boolean;
  /** Lines that are expected while they are loaded. */
  readonly expected: number;
  readonly summary: Summary | undefined;
  /** Empty where the job is not followed. */
  readonly following: string;
}

export function drawFoot(model: LogModel, { isLoading, expected, summary, following }: FootState): HTMLElement[] {
  const shown = model.view.length === model.length ? '' : ` · ${count(model.view.length)} shown`;
  const state = isLoading
    ? `${count(model.length)} of ${count(Math.max(expected, model.length))} lines …`
    : `${count(model.length)} lines${shown}`;
  const order = summary === undefined || isLoading ? '' : summary.complete ? 'complete' : 'cut';
  return [
    h('span', { id: 'state', role: 'status' }, state),
    h('span', {}, order),
    h('span', { id: 'following' }, following === 'following' && h('span', { class: 'dot' }), following),
    h('span', { class: 'end' }, model.sources.length > 0 && plural(model.sources.length, 'container')),
  ];
}

/** First and last error, and the exceptions that came most often. */
export function drawTroubles(element: HTMLElement, stats: Stats, jumpTo: (id: string) => void): void {
  const { exceptions, firstError, lastError } = stats;
  element.hidden = exceptions.length === 0 && firstError === null;
  const button = (id: string, title: string, ...children: (Node | string)[]) =>
    h('button', { type: 'button', onclick: () => jumpTo(id), title }, ...children);
  const items: HTMLElement[] = [];
  if (firstError !== null) items.push(button(firstError.id, firstError.text, 'first error'));
  if (lastError !== null && lastError.id !== firstError?.id)
    items.push(button(lastError.id, lastError.text, 'last error'));
  for (const { signature, count: n, last } of exceptions.slice(0, 8))
    items.push(button(last.id, `${signature}: the last of ${n}`, h('b', {}, `${count(n)}× `), signature));
  element.replaceChildren(...items);
}
