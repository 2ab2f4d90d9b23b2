// The words of a text as Elasticsearch's standard analyzer cuts them (Unicode's word boundaries, lower case), and the
// simpler pieces of words under which the full-text index finds candidates.

const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}]|[[\p{L}\p{N}\p{M}_]--[\p{sc=Han}\p{sc=Hiragana}]]+(?:(?:(?<=\p{L})[.:'’·](?=\p{L})|(?<=\p{N})[.,;'’](?=\p{N}))[[\p{L}\p{N}\p{M}_]--[\p{sc=Han}\p{sc=Hiragana}]]+)*/gv;

/** Words longer than this are cut, as the standard tokenizer does. */
const MAX_WORD = 255;

export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(WORD) ?? [];
  return words.some((word) => word.length > MAX_WORD) ? words.flatMap(cut) : words.filter(hasLetter);
}

function hasLetter(word: string): boolean {
  return word !== '_' && !/^_+$/.test(word);
}

function cut(word: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < word.length; at += MAX_WORD) parts.push(word.slice(at, at + MAX_WORD));
  return parts;
}

/**
 * The runs of ASCII letters and digits in a word, lower case. A document that holds the word holds all of them, so
 * they find every candidate (and some others) whatever the two sides think of punctuation and other scripts.
 */
export function piecesOf(word: string): string[] {
  return word.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

/** The text under which a document's JSON goes into the full-text index: escapes undone, nothing but ASCII. */
export function indexedText(source: string): string {
  const plain = source.includes('\\') ? source.replace(/\\(?:u([0-9a-fA-F]{4})|.)/g, unescapeHex) : source;
  return plain.replace(/[^\x20-\x7e]+/g, ' ');
}

function unescapeHex(_: string, hex: string | undefined): string {
  return hex === undefined ? ' ' : String.fromCharCode(Number.parseInt(hex, 16));
}
