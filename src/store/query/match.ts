/** Words in a text: all or some of them, or one behind the other. */
import { marksFor } from '../document/marks.ts';
import { wordsOf } from '../document/text.ts';
import { type Json, type JsonObject, numberOf, stringOf } from '../json.ts';
import { fieldOf, NONE, onValues, type Query } from './node.ts';
import { term } from './term.ts';

export function match(name: string, value: Json | undefined, options: JsonObject): Query {
  const field = fieldOf(name);
  const words = [...new Set(wordsOf(stringOf(value, 'match')))];
  const all = String(options['operator'] ?? 'or').toLowerCase() === 'and';
  const wanted = all ? words.length : numberOf(options['minimum_should_match'], 'minimum_should_match', 1);
  const exact = term(name, value);
  const isText = onValues(field, (found, type) => {
    if (type !== 'text' || words.length === 0) return false;
    // Most lines hold none of the words: a look for the words' letters costs less than cutting the line.
    const text = String(found);
    const lower = text.toLowerCase();
    if (!words.some((word) => lower.includes(word))) return false;
    const there = new Set(wordsOf(text));
    return words.filter((word) => there.has(word)).length >= wanted;
  });
  const marks = wanted < 1 ? undefined : marksFor(words);
  return { ...forText(name, isText, exact), marks };
}

export function phrase(name: string, text: string, lastIsPrefix: boolean): Query {
  const words = wordsOf(text);
  if (words.length === 0) return NONE;
  const isText = onValues(
    fieldOf(name),
    (found, type) => type === 'text' && holdsPhrase(wordsOf(String(found)), words, lastIsPrefix),
  );
  return forText(name, isText, term(name, text));
}

function holdsPhrase(there: readonly string[], words: readonly string[], lastIsPrefix: boolean): boolean {
  const last = words.length - 1;
  for (let at = 0; at + words.length <= there.length; at++) {
    const fits = words.every((word, i) => {
      const found = there[at + i]!;
      return found === word || (lastIsPrefix && i === last && found.startsWith(word));
    });
    if (fits) return true;
  }
  return false;
}

/** By words where the index has the field as a text, else by the exact value. */
function forText(name: string, isText: Query, exact: Query): Query {
  const field = fieldOf(name);
  const pick = (types: ReadonlyMap<string, string>) =>
    !field.exact && types.get(field.path) === 'text' ? isText : exact;
  return {
    group: (group) => pick(group.index.types).group(group),
    test: (doc) => pick(doc.group.index.types).test(doc),
  };
}
