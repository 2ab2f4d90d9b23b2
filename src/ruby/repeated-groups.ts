/**
 * Named groups inside of a repeated one: `^(?<time>\S+) AUDIT:(?: (?:id="(?<id>[^"]*)"|user="(?<user>[^"]*)"))*`.
 *
 * In Ruby a group keeps what it matched last, whichever round that was; in JavaScript each round forgets the groups of the rounds before. So the
 * repeated part is matched as a whole, and then once more round by round. Only a part that stands by itself (not inside of
 * another group) is taken apart; rounds are found from left to right, as a match without going back would.
 */

import type { LineRegexp } from './line-regexp.ts';

export interface Repeated {
  /** The regexp with the repeated part in one group (`ALL`), its inner groups without names. */
  readonly outer: string;
  /** One round, from the beginning of what is left. */
  readonly round: string;
}

/** Name of the group that holds all rounds. */
export const ALL = 'all_rounds_of_the_repeated_part';

const NAMED = /\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?<[A-Za-z_]\w*>/gs;

/** Undefined where nothing is repeated that has named groups. */
export function takeApart(source: string): Repeated | undefined {
  const found = repeatedPart(source);
  if (found === undefined) return undefined;
  const { start, end, quantifier } = found;
  const body = source.slice(start, end);
  const bare = body.replace(NAMED, (part) => (part.startsWith('(?<') ? '(?:' : part));
  return {
    outer: `${source.slice(0, start)}(?<${ALL}>${bare}${quantifier})${source.slice(end + quantifier.length)}`,
    round: `\\A${body}`,
  };
}

/** The first group of the outermost level that is repeated and has named groups inside. */
function repeatedPart(source: string): { start: number; end: number; quantifier: string } | undefined {
  const token = /\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(|\)/gs;
  let depth = 0;
  let start = 0;
  for (const { 0: text, index } of source.matchAll(token)) {
    if (text === '(' && depth++ === 0) start = index;
    if (text !== ')' || --depth > 0) continue;
    const end = index + 1;
    const quantifier = /^(?:[*+]|\{\d+,\d*\})(?![?+])/.exec(source.slice(end))?.[0];
    const body = source.slice(start, end);
    if (quantifier !== undefined && body.startsWith('(?:') && /\(\?<[A-Za-z_]/.test(body))
      return { start, end, quantifier };
  }
  return undefined;
}

/** A regexp taken apart, put together again: the values of all rounds, of each name the last. */
export class RoundsRegexp implements LineRegexp {
  readonly names: readonly string[];
  readonly #outer: LineRegexp;
  readonly #round: LineRegexp;
  readonly #all: number;

  constructor(outer: LineRegexp, round: LineRegexp) {
    this.#outer = outer;
    this.#round = round;
    this.#all = outer.names.indexOf(ALL);
    this.names = outer.names.flatMap((name) => (name === ALL ? round.names : [name]));
  }

  exec(line: string): readonly (string | undefined)[] | undefined {
    return this.execAt(line)?.values;
  }

  test(line: string): boolean {
    return this.#outer.test(line);
  }

  execAt(line: string): { values: readonly (string | undefined)[]; end: number } | undefined {
    const match = this.#outer.execAt(line);
    if (match === undefined) return undefined;
    const values = match.values.flatMap((value, i) => (i === this.#all ? this.#rounds(value ?? '') : [value]));
    return { values, end: match.end };
  }

  #rounds(text: string): (string | undefined)[] {
    const values: (string | undefined)[] = this.#round.names.map(() => undefined);
    for (let rest = text; rest !== ''; ) {
      const round = this.#round.execAt(rest);
      if (round === undefined || round.end === 0) break;
      round.values.forEach((value, i) => {
        if (value !== undefined) values[i] = value;
      });
      rest = rest.slice(round.end);
    }
    return values;
  }
}
