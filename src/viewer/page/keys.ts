/// <reference lib="dom" />
/** The keys of a job, and the list that `?` shows. */

export const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'find'],
  ['n  N', 'next match, match before'],
  ['e  E', 'next error, error before'],
  ['j  k', 'line down, line up'],
  ['Space', 'page down'],
  ['g  G', 'first line, last line'],
  ['1 … 9', 'tabs'],
  ['[  ]', 'attempts'],
  ['f', 'follow, pause'],
  ['o', 'open or fold a stack trace'],
  ['x', 'fold all, open all'],
  ['w', 'wrap'],
  ['c  C', 'copy the line, all shown'],
  ['l', 'copy a link to the line'],
  ['d', 'download all'],
  ['0', 'whole time'],
  ['u', 'UTC or local time'],
  ['t', 'dark or light'],
  ['b', 'back to the jobs'],
  ['?', 'this list'],
];

export interface KeyActions {
  find(): void;
  step(direction: 1 | -1): void;
  stepError(direction: 1 | -1): void;
  move(rows: number): void;
  end(): void;
  toggleFollow(): void;
  toggleWrap(): void;
  toggleFolds(): void;
  fold(): void;
  copyLine(): void;
  copyAll(): void;
  copyLink(): void;
  download(): void;
  stepAttempt(step: 1 | -1): void;
  tab(number: number): void;
  wholeTime(): void;
}

/** True when the key was taken; `page`: rows of a page. */
export function pressKey(key: string, page: number, to: KeyActions): boolean {
  if (/^[1-9]$/.test(key)) {
    to.tab(Number(key));
    return true;
  }
  const keys: Readonly<Record<string, () => void>> = {
    '/': () => to.find(),
    n: () => to.step(1),
    N: () => to.step(-1),
    e: () => to.stepError(1),
    E: () => to.stepError(-1),
    j: () => to.move(1),
    k: () => to.move(-1),
    ArrowDown: () => to.move(1),
    ArrowUp: () => to.move(-1),
    PageDown: () => to.move(page),
    PageUp: () => to.move(-page),
    ' ': () => to.move(page),
    g: () => to.move(Number.NEGATIVE_INFINITY),
    Home: () => to.move(Number.NEGATIVE_INFINITY),
    G: () => to.end(),
    End: () => to.end(),
    f: () => to.toggleFollow(),
    w: () => to.toggleWrap(),
    x: () => to.toggleFolds(),
    o: () => to.fold(),
    Enter: () => to.fold(),
    c: () => to.copyLine(),
    C: () => to.copyAll(),
    l: () => to.copyLink(),
    d: () => to.download(),
    '[': () => to.stepAttempt(-1),
    ']': () => to.stepAttempt(1),
    '0': () => to.wholeTime(),
  };
  if (!Object.hasOwn(keys, key)) return false;
  keys[key]!();
  return true;
}
