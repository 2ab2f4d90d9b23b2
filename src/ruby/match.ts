/** Regexps from patterns, and the last match (`$~`, `$1`). Expressions run one at a time, so one last match is enough. */
import { MatchData, RRegexp, RubyError } from './objects.ts';

let last: RegExpExecArray | null = null;

export function setLastMatch(match: RegExpExecArray | null): void {
  last = match;
}

export function lastMatch(): MatchData | null {
  return last === null ? null : new MatchData(last);
}

export function lastGroup(n: number): string | null {
  return last?.[n] ?? null;
}

/** A pattern given as a string stands for itself. @throws RubyError TypeError */
export function regexpOf(pattern: unknown): RRegexp {
  if (pattern instanceof RRegexp) return pattern;
  if (typeof pattern !== 'string') {
    const name = pattern === null || pattern === undefined ? 'nil' : typeof pattern;
    throw new RubyError('TypeError', `wrong argument type ${name} (expected Regexp)`);
  }
  const escaped = pattern.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return new RRegexp(escaped, '', new RegExp(escaped));
}
