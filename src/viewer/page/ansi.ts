/// <reference lib="dom" />
/** A line's text → nodes: ANSI colours, marks for what was found, control characters shown instead of obeyed. */

/** SGR is understood; every other sequence is left out. */
const ESCAPE = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

interface Span {
  readonly text: string;
  readonly style: string;
}

/** Text without sequences: what is searched and copied. */
export function plain(text: string): string {
  return text.includes('\x1b') ? text.replace(ESCAPE, '') : text;
}

function spans(text: string): Span[] {
  if (!text.includes('\x1b')) return [{ text, style: '' }];
  const found: Span[] = [];
  const styles = new Map<string, string>();
  let at = 0;
  const push = (end: number) => {
    if (end > at) found.push({ text: text.slice(at, end), style: [...styles.values()].join(' ') });
  };
  for (const match of text.matchAll(ESCAPE)) {
    push(match.index);
    at = match.index + match[0].length;
    if (match[2] !== 'm') continue;
    for (const code of (match[1] || '0').split(';').map(Number)) {
      if (code === 0) styles.clear();
      else if (code >= 1 && code <= 4) styles.set(`a${code}`, `a${code}`);
      else if (code === 22) for (const name of ['a1', 'a2']) styles.delete(name);
      else if (code === 39) styles.delete('f');
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) styles.set('f', `f${code % 10}`);
    }
  }
  push(text.length);
  return found;
}

/** Places of matches in the plain text: pairs of start and end. */
export type Ranges = readonly (readonly [number, number])[];

export function render(target: HTMLElement, text: string, ranges: Ranges): void {
  let at = 0;
  for (const span of spans(text)) {
    const end = at + span.text.length;
    let from = at;
    for (const [start, stop] of ranges) {
      if (stop <= from || start >= end) continue;
      append(target, span.text.slice(from - at, Math.max(start, from) - at), span.style, false);
      append(target, span.text.slice(Math.max(start, from) - at, Math.min(stop, end) - at), span.style, true);
      from = Math.min(stop, end);
    }
    append(target, span.text.slice(from - at), span.style, false);
    at = end;
  }
}

function append(target: HTMLElement, text: string, style: string, isMatch: boolean): void {
  if (text === '') return;
  let parent: HTMLElement = target;
  if (style !== '' || isMatch) {
    parent = document.createElement(isMatch ? 'mark' : 'span');
    if (style !== '') parent.className = style;
    target.append(parent);
  }
  let at = 0;
  for (const match of text.matchAll(CONTROL)) {
    if (match.index > at) parent.append(text.slice(at, match.index));
    const shown = document.createElement('span');
    shown.className = 'ctl';
    shown.textContent = `U+${match[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
    parent.append(shown);
    at = match.index + 1;
  }
  parent.append(at === 0 ? text : text.slice(at));
}
