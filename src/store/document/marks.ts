/**
 * Marks: one bit for each word that log readers look for all the time. A document whose bit is not set does not hold the word, whatever its field, so
 * that counting the errors of a million lines reads only the lines that may be some.
 */

const WORDS = ['error', 'fatal', 'critical', 'severe', 'warn', 'warning', 'exception'] as const;
const BITS = new Map<string, number>(WORDS.map((word, i) => [word, 1 << i]));

/** All bits: what is not known. */
export const ANY_MARK = (1 << WORDS.length) - 1;

/** Letters written as `\u0045` are not looked for: such a document may hold anything. */
const HIDDEN = /\\u00[4-7]/;

/** Of a document's JSON, as bytes: the words are ASCII. */
export function marksOf(source: Uint8Array): number {
  const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('latin1');
  if (text.includes('\\u00') && HIDDEN.test(text)) return ANY_MARK;
  const lower = text.toLowerCase();
  let marks = 0;
  for (let i = 0; i < WORDS.length; i++) if (lower.includes(WORDS[i]!)) marks |= 1 << i;
  return marks;
}

/** The bits of which a document that holds one of the words has at least one; undefined where a word has none. */
export function marksFor(words: readonly string[]): number | undefined {
  let marks = 0;
  for (const word of words) {
    const bit = BITS.get(word);
    if (bit === undefined) return undefined;
    marks |= bit;
  }
  return marks === 0 ? undefined : marks;
}
