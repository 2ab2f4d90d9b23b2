/**
 * Values cut out of a document's JSON text as they stand there, without reading the rest of it.
 *
 * Guarantees: what is cut is what JSON.parse would find under that name; where the text holds something that this does not look through (an escape in a
 * name, bytes that are no JSON), nothing is given and the caller reads the whole.
 */

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const CLOSE = 125;

/** Texts of the wanted top-level members, by the order of `names`; undefined where the text cannot be cut. */
export function cutMembers(text: string, names: readonly string[]): (string | undefined)[] | undefined {
  const found: (string | undefined)[] = new Array(names.length);
  let left = names.length;
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== 123) return undefined;
  at = skipSpace(text, at + 1);
  while (left > 0 && text.charCodeAt(at) !== CLOSE) {
    if (text.charCodeAt(at) !== QUOTE) return undefined;
    const nameEnd = text.indexOf('"', at + 1);
    const name = text.slice(at + 1, nameEnd);
    if (nameEnd < 0 || name.includes('\\')) return undefined;
    at = skipSpace(text, nameEnd + 1);
    if (text.charCodeAt(at) !== COLON) return undefined;
    const start = skipSpace(text, at + 1);
    const end = endOfValue(text, start);
    if (end < 0) return undefined;
    const i = names.indexOf(name);
    if (i >= 0 && found[i] === undefined) {
      found[i] = text.slice(start, end);
      left--;
    }
    at = skipSpace(text, end);
    const next = text.charCodeAt(at);
    if (next === COMMA) at = skipSpace(text, at + 1);
    else if (next !== CLOSE) return undefined;
  }
  return found;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 32 || (code >= 9 && code <= 13); code = text.charCodeAt(++at));
  return at;
}

/** Where a value ends; -1 where it does not. */
function endOfValue(text: string, from: number): number {
  const code = text.charCodeAt(from);
  if (code === QUOTE) return endOfString(text, from);
  if (code === 123 || code === 91) return endOfNested(text, from);
  let at = from;
  for (let c = text.charCodeAt(at); c !== COMMA && c !== CLOSE && c > 32; c = text.charCodeAt(++at));
  return at === from || at >= text.length ? -1 : at;
}

function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return -1;
}

function endOfNested(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at) - 1;
      if (at < 0) return -1;
    } else if (code === 123 || code === 91) depth++;
    else if ((code === CLOSE || code === 93) && --depth === 0) return at + 1;
  }
  return -1;
}
