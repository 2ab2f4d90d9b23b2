/**
 * Onigmo regexps (Ruby's) as JavaScript's. Ruby's `^` and `$` always match at lines, its `m` is JavaScript's `s`; what
 * JavaScript lacks (possessive quantifiers, atomic groups, `\h`, `\A`, POSIX classes …) is translated by oniguruma-to-es.
 */
import { LRUCache } from 'lru-cache';
import { toRegExp } from 'oniguruma-to-es';

const compiled = new LRUCache<string, RegExp>({ max: 500 });

/**
 * @param flags of Ruby: i, m, x
 * @throws SyntaxError for what is no Ruby regexp or cannot be translated
 */
export function compileRegexp(source: string, flags = ''): RegExp {
  const key = `${flags}/${source}`;
  let regexp = compiled.get(key);
  if (regexp === undefined) {
    regexp = isPlain(source) && !flags.includes('x') ? plain(source, flags) : translate(source, flags);
    compiled.set(key, regexp);
  }
  return regexp;
}

/** Text whose meaning is the same in both languages once the flags are mapped: no escapes but the common ones, no odd groups. */
function isPlain(source: string): boolean {
  return !/\\[^dwsDWSbB.\\/[\](){}|?*+^$"':;,#=@%&!~`<>_ntr-]|\(\?(?![:=!]|<[=!a-zA-Z])|[*+?}]\+|\[\[|&&|\[\^?\]|\$.|[^\x00-\x7f]|\{,|\\[ws]/i.test(
    source,
  );
}

function plain(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `m${flags.includes('i') ? 'i' : ''}${flags.includes('m') ? 's' : ''}`);
  } catch {
    return translate(source, flags);
  }
}

/** The translation of any Ruby regexp, simple or not; takes characters, not UTF-16 units. @throws SyntaxError */
export function translate(source: string, flags: string): RegExp {
  try {
    return toRegExp(source, { flags, rules: { asciiWordBoundaries: false } });
  } catch (error) {
    throw new SyntaxError(`invalid regexp /${source}/${flags}: ${(error as Error).message}`);
  }
}
