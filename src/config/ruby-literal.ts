/** Where the Ruby of a `#{…}` ends. Fluentd asks Ruby's parser at each brace; here quotes and braces are counted. */
import { endOfQuote } from './json-literal.ts';

/**
 * Index of the `}` that closes the code beginning at `from`. A quote inside of a regexp (`/"/`) upsets the count of quotes, so
 * that where it finds no end on the line, braces alone decide; only then may the code go on over more lines.
 */
export function endOfRuby(text: string, from: number): number | undefined {
  const end = text.indexOf('\n', from);
  const line = end < 0 ? text : text.slice(0, end);
  return closing(line, from, true) ?? closing(line, from, false) ?? closing(text, from, true);
}

function closing(text: string, from: number, quotes: boolean): number | undefined {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    const c = text[i]!;
    if (quotes && (c === '"' || c === "'")) i = endOfQuote(text, i, c);
    else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return i;
  }
  return undefined;
}
