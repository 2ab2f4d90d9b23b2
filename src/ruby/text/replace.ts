/** `sub`, `gsub`, `scan`, `split`. */
import { int, text as need } from '../arguments.ts';
import { RHash } from '../hash.ts';
import { regexpOf, setLastMatch } from '../match.ts';
import type { Block } from '../methods/dispatch.ts';
import { RRegexp, RubyError } from '../objects.ts';
import { rubyToS } from '../to-s.ts';
import { isWide } from './points.ts';

/** Replacement text: `\1`, `\0`, `\k<name>`, `\\`, `` \` ``, `\'`. */
function expand(template: string, match: RegExpExecArray): string {
  if (!template.includes('\\')) return template;
  return template.replace(/\\(?:([0-9&])|k<(\w+)>|(\\)|([`']))/g, (_all, digit, name, slash, around) => {
    if (slash !== undefined) return '\\';
    if (digit !== undefined) return match[digit === '&' ? 0 : Number(digit)] ?? '';
    if (around !== undefined)
      return around === '`' ? match.input.slice(0, match.index) : match.input.slice(match.index + match[0].length);
    if (match.groups === undefined || !Object.hasOwn(match.groups, name))
      throw new RubyError('IndexError', `undefined group name reference: ${name}`);
    return match.groups[name] ?? '';
  });
}

/** Where to look on after a match: an empty one must not be found again. */
function after(self: string, match: RegExpExecArray): number {
  const end = match.index + match[0].length;
  if (match[0] !== '') return end;
  return end + (isWide(self.slice(end, end + 2)) && self.codePointAt(end)! > 0xffff ? 2 : 1);
}

export function replace(
  self: string,
  pattern: unknown,
  args: readonly unknown[],
  block: Block | undefined,
  all: boolean,
): { text: string; changed: boolean } {
  const regexp = regexpOf(pattern);
  if (all && typeof args[0] === 'string' && !args[0].includes('\\') && !regexp.compiled.sticky)
    return replaceAll(self, regexp, args[0]);
  const by = replacer(args, block);
  let out = '';
  let at = 0;
  let last: RegExpExecArray | null = null;
  for (let from = 0; from <= self.length; ) {
    const match = regexp.exec(self, from);
    if (match === null) break;
    last = match;
    out += self.slice(at, match.index) + by(match);
    at = match.index + match[0].length;
    from = after(self, match);
    if (!all) break;
  }
  setLastMatch(last);
  return last === null ? { text: self, changed: false } : { text: out + self.slice(at), changed: true };
}

/** Every match by the same text: V8 does it without telling of each, so the last one (`$~`) is looked for when somebody asks. */
function replaceAll(self: string, regexp: RRegexp, by: string): { text: string; changed: boolean } {
  const text = regexp.replaceAll(self, by);
  const changed = text !== self || regexp.exec(self) !== null;
  setLastMatch(changed ? () => lastIn(self, regexp) : null);
  return { text, changed };
}

function lastIn(self: string, regexp: RRegexp): RegExpExecArray | null {
  let last: RegExpExecArray | null = null;
  for (let from = 0; from <= self.length; from = after(self, last)) {
    const match = regexp.exec(self, from);
    if (match === null) break;
    last = match;
  }
  return last;
}

function replacer(args: readonly unknown[], block: Block | undefined): (match: RegExpExecArray) => string {
  if (args.length === 0) {
    return (match) => {
      setLastMatch(match);
      return rubyToS(block!(match[0]));
    };
  }
  const [by] = args;
  if (typeof by === 'object' && by !== null) {
    const hash = by instanceof RHash ? by : RHash.of(Object.entries(by));
    return (match) => rubyToS(hash.at(match[0]));
  }
  const template = need(by);
  return (match) => expand(template, match);
}

export function scan(self: string, pattern: unknown, block: Block | undefined): unknown {
  const regexp = regexpOf(pattern);
  const found: unknown[] = [];
  let last: RegExpExecArray | null = null;
  for (let from = 0; from <= self.length; ) {
    const match = regexp.exec(self, from);
    if (match === null) break;
    last = match;
    const item = match.length > 1 ? match.slice(1).map((group) => group ?? null) : match[0];
    if (block === undefined) found.push(item);
    else {
      setLastMatch(match);
      block(item);
    }
    from = after(self, match);
  }
  setLastMatch(last);
  return block === undefined ? found : self;
}

/** Without a pattern (or with one space) at white space, leading white space left out. */
export function split(self: string, [by, limit]: readonly unknown[]): string[] {
  const max = limit === undefined ? 0 : int(limit);
  if (self === '') return [];
  if (max === 1) return [self];
  let parts: string[];
  if (by === undefined || by === null || by === ' ') parts = words(self, max);
  else if (by === '') parts = characters(self, max);
  else parts = splitBy(self, regexpOf(by), max, by instanceof RRegexp);
  if (max === 0) while (parts.length > 0 && parts.at(-1) === '') parts.pop();
  return parts;
}

const BLANK = new RRegexp('[ \\t-\\r\\0]+', '', /[ \t-\r\0]+/);

function words(self: string, max: number): string[] {
  const rest = self.replace(/^[ \t-\r\0]+/, '');
  if (rest === '') return max === 0 ? [] : [''];
  return max === 0 ? rest.split(BLANK.compiled) : splitBy(rest, BLANK, max, false);
}

function characters(self: string, max: number): string[] {
  const all = [...self];
  if (max <= 0) return max < 0 ? [...all, ''] : all;
  return all.length < max ? [...all, ''] : [...all.slice(0, max - 1), all.slice(max - 1).join('')];
}

function splitBy(self: string, regexp: RRegexp, max: number, groups: boolean): string[] {
  const out: string[] = [];
  let at = 0;
  let pieces = 1;
  for (let from = 0; from <= self.length && !(max > 0 && pieces >= max); ) {
    const match = regexp.exec(self, from);
    if (match === null) break;
    from = after(self, match);
    if (match[0] === '' && (match.index >= self.length || match.index === at)) {
      // An empty match splits between characters, never before the first or after the last.
      if (match.index >= self.length) break;
      continue;
    }
    out.push(self.slice(at, match.index));
    if (groups) out.push(...match.slice(1).filter((group) => group !== undefined));
    pieces++;
    at = match.index + match[0].length;
  }
  out.push(self.slice(at));
  return out;
}
