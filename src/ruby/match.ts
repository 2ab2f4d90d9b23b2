/** Regexps from patterns, and the last match (`$~`, `$1`). Expressions run one at a time, so one last match is enough. */
import { kindOf } from './arguments.ts';
import { MatchData, RRegexp, RubyError, Sym } from './objects.ts';
import { compileRegexp } from './regexp.ts';

/** A function where finding it costs something and few ask. */
let given: RegExpExecArray | null | (() => RegExpExecArray | null) = null;

export function setLastMatch(match: RegExpExecArray | null | (() => RegExpExecArray | null)): void {
  given = match;
}

function known(): RegExpExecArray | null {
  if (typeof given === 'function') given = given();
  return given;
}

export function lastMatch(): MatchData | null {
  const last = known();
  return last === null ? null : new MatchData(last);
}

export function lastGroup(n: number): string | null {
  return known()?.[n] ?? null;
}

/** `$&`, `` $` ``, `$'`, `$+`. */
export function lastPart(name: string): string | null {
  const last = known();
  if (last === null) return null;
  if (name === '$`') return last.input.slice(0, last.index);
  if (name === "$'") return last.input.slice(last.index + last[0].length);
  if (name === '$+') return [...last].slice(1).findLast((group) => group !== undefined) ?? null;
  return last[0];
}

/** A group by number or name. @throws RubyError IndexError for a name that the regexp does not have */
export function matchOf(match: RegExpExecArray, key: unknown): string | null {
  if (typeof key !== 'string' && !(key instanceof Sym)) return match.at(Number(key)) ?? null;
  const name = typeof key === 'string' ? key : key.name;
  if (match.groups === undefined || !Object.hasOwn(match.groups, name))
    throw new RubyError('IndexError', `undefined group name reference: ${name}`);
  return match.groups[name] ?? null;
}

export function escapeRegexp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** A pattern given as a string stands for itself, or (`match`) is a regexp's source. @throws RubyError TypeError */
export function regexpOf(pattern: unknown, asSource = false): RRegexp {
  if (pattern instanceof RRegexp) return pattern;
  if (pattern === undefined) throw new RubyError('ArgumentError', 'wrong number of arguments (given 0, expected 1)');
  if (typeof pattern !== 'string')
    throw new RubyError('TypeError', `wrong argument type ${kindOf(pattern)} (expected Regexp)`);
  if (asSource) return fromSource(pattern, '');
  const escaped = escapeRegexp(pattern);
  return new RRegexp(escaped, '', new RegExp(escaped));
}

/** @throws RubyError RegexpError */
export function fromSource(source: string, flags: string): RRegexp {
  try {
    return new RRegexp(source, flags, compileRegexp(source, flags));
  } catch (error) {
    throw new RubyError('RegexpError', (error as Error).message);
  }
}
