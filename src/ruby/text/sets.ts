/** Sets of characters as `tr`, `delete`, `count` and `squeeze` have them: `a-z`, `^…`, `\-`. */
import { RubyError } from '../objects.ts';

interface Spec {
  readonly chars: string[];
  readonly negated: boolean;
}

export function parseSet(spec: string): Spec {
  const all = [...spec];
  const negated = all.length > 1 && all[0] === '^';
  const out: string[] = [];
  for (let i = negated ? 1 : 0; i < all.length; i++) {
    if (all[i] === '\\' && i + 1 < all.length) {
      out.push(all[++i]!);
      continue;
    }
    if (all[i + 1] === '-' && i + 2 < all.length) {
      const last = all[i + 2] === '\\' && i + 3 < all.length ? all[i + 3]! : all[i + 2]!;
      out.push(...between(all[i]!, last));
      i += last === all[i + 2] ? 2 : 3;
    } else out.push(all[i]!);
  }
  return { chars: out, negated };
}

function between(first: string, last: string): string[] {
  const [from, to] = [first.codePointAt(0)!, last.codePointAt(0)!];
  if (from > to) throw new RubyError('ArgumentError', `invalid range "${first}-${last}" in string transliteration`);
  return Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i));
}

/** Tells whether a character is in all of the sets. */
export function matcher(specs: readonly string[]): (char: string) => boolean {
  const sets = specs.map(parseSet).map(({ chars, negated }) => ({ chars: new Set(chars), negated }));
  return (char) => sets.every(({ chars, negated }) => chars.has(char) !== negated);
}

export function tr(text: string, from: string, to: string, squeeze: boolean): string {
  const source = parseSet(from);
  const target = parseSet(to).chars;
  if (to.startsWith('^') && to.length > 1) target.unshift('^');
  const map = new Map<string, string>();
  source.chars.forEach((char, i) => {
    if (!map.has(char)) map.set(char, target[i] ?? target.at(-1) ?? '');
  });
  let out = '';
  let last: string | undefined;
  for (const char of text) {
    const hit = source.negated ? (map.has(char) ? undefined : (target.at(-1) ?? '')) : map.get(char);
    if (hit === undefined) out += char;
    else if (!squeeze || hit !== last) out += hit;
    last = hit;
  }
  return out;
}

/** Runs of one character become one; of all characters, or those of the sets. */
export function squeeze(text: string, specs: readonly string[]): string {
  const wanted = specs.length === 0 ? () => true : matcher(specs);
  let out = '';
  let last = '';
  for (const char of text) {
    if (char !== last || !wanted(char)) out += char;
    last = char;
  }
  return out;
}
