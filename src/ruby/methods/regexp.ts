/** Regexp and MatchData. */
import { int, text as need } from '../arguments.ts';
import { RHash } from '../hash.ts';
import { fromSource, lastMatch, matchOf, setLastMatch } from '../match.ts';
import { MatchData, RRegexp, Sym } from '../objects.ts';
import { toPoints, toUnits } from '../text/points.ts';
import { regexpToS } from '../to-s.ts';
import { define, truthy } from './dispatch.ts';

const groups = (self: MatchData) => [...self.match].map((item) => item ?? null);
const startOf = (self: MatchData, key: unknown): number | null => {
  const { match } = self;
  const indices = withIndices(match);
  const place =
    typeof key === 'string' || key instanceof Sym
      ? indices.groups?.[String(key instanceof Sym ? key.name : key)]
      : indices[int(key)];
  return place === undefined ? null : place[0];
};

/** Only the whole match says where it is; groups are found by matching again with indices. */
function withIndices(match: RegExpExecArray): RegExpIndicesArray {
  const source = (match as RegExpExecArray & { pattern?: RRegexp }).pattern;
  const again = source?.indices(match.input, match.index);
  return again ?? ([[match.index, match.index + match[0].length]] as unknown as RegExpIndicesArray);
}

define('MatchData', {
  '[]': (self: MatchData, [key, n]) =>
    n === undefined ? matchOf(self.match, key) : groups(self).slice(int(key), int(key) + int(n)),
  to_a: (self: MatchData) => groups(self),
  captures: (self: MatchData) => groups(self).slice(1),
  named_captures: (self: MatchData) =>
    RHash.of(Object.entries(self.match.groups ?? {}).map(([k, v]) => [k, v ?? null])),
  names: (self: MatchData) => Object.keys(self.match.groups ?? {}),
  values_at: (self: MatchData, keys) => keys.map((key) => matchOf(self.match, key)),
  pre_match: (self: MatchData) => self.match.input.slice(0, self.match.index),
  post_match: (self: MatchData) => self.match.input.slice(self.match.index + self.match[0].length),
  begin: (self: MatchData, [key]) => {
    const at = startOf(self, key);
    return at === null ? null : toPoints(self.match.input, at);
  },
  end: (self: MatchData, [key]) => {
    const at = startOf(self, key);
    return at === null ? null : toPoints(self.match.input, at + matchOf(self.match, key)!.length);
  },
  size: (self: MatchData) => self.match.length,
  length: (self: MatchData) => self.match.length,
  string: (self: MatchData) => self.match.input,
  to_s: (self: MatchData) => self.match[0],
});

function match(self: RRegexp, subject: unknown, from = 0): MatchData | null {
  const found = subject === null || subject === undefined ? null : self.exec(textOf(subject), from);
  setLastMatch(found);
  return found === null ? null : new MatchData(found);
}

const textOf = (subject: unknown) => (subject instanceof Sym ? subject.name : need(subject));

define('Regexp', {
  '=~': (self, [subject]) => {
    const found = match(self, subject);
    return found === null ? null : toPoints(found.match.input, found.match.index);
  },
  '===': (self, [subject]) => {
    const fits = typeof subject === 'string' || subject instanceof Sym;
    if (!fits) setLastMatch(null);
    return fits && match(self, subject) !== null;
  },
  match: (self, [subject, from = 0]) =>
    match(self, subject, typeof subject === 'string' ? toUnits(subject, int(from)) : 0),
  'match?': (self: RRegexp, [subject]) =>
    subject !== null && subject !== undefined && self.exec(textOf(subject)) !== null,
  source: (self: RRegexp) => self.source,
  to_s: (self: RRegexp) => regexpToS(self),
  names: (self: RRegexp) => [...self.source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map((found) => found[1]),
  options: (self: RRegexp) =>
    (self.flags.includes('i') ? 1 : 0) + (self.flags.includes('x') ? 2 : 0) + (self.flags.includes('m') ? 4 : 0),
});

/** Bits, `true` (ignore case) or letters. */
function flagsOf(options: unknown): string {
  if (typeof options === 'string') return options;
  if (typeof options === 'number')
    return (options & 1 ? 'i' : '') + (options & 2 ? 'x' : '') + (options & 4 ? 'm' : '');
  return truthy(options) ? 'i' : '';
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\f': '\\f',
  '\v': '\\v',
  ' ': '\\ ',
};
const quote = (text: unknown) =>
  need(text instanceof Sym ? text.name : text).replace(/[\\^$.*+?()[\]{}|#\s-]/g, (c) => ESCAPES[c] ?? `\\${c}`);

define('Regexp.', {
  new: (_s, [source, options]) => (source instanceof RRegexp ? source : fromSource(need(source), flagsOf(options))),
  escape: (_s, [text]) => quote(text),
  quote: (_s, [text]) => quote(text),
  last_match: (_s, [n]) =>
    n === undefined ? lastMatch() : lastMatch() === null ? null : matchOf(lastMatch()!.match, n),
  union: (_s, args) => {
    const parts = args.flat(1);
    const source = parts.map((part: unknown) =>
      part instanceof RRegexp ? (parts.length === 1 ? part.source : regexpToS(part)) : quote(part),
    );
    return fromSource(parts.length === 0 ? '(?!)' : source.join('|'), '');
  },
});
