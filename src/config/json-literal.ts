/** JSON arrays and hashes as values: where they end, and their compact text. `#` outside of strings starts a comment. */

/** Index behind the bracket that closes the one at `from`; undefined where none does. */
export function endOfJson(text: string, from: number): number | undefined {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') i = endOfQuote(text, i, c);
    else if (c === '#') i = endOfLine(text, i);
    else if (c === '[' || c === '{') depth++;
    else if ((c === ']' || c === '}') && --depth === 0) return i + 1;
  }
  return undefined;
}

/** Index of the quote that closes the one at `from`; the text's length where none does. */
export function endOfQuote(text: string, from: number, quote: string): number {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i;
  }
  return text.length;
}

/**
 * The JSON without white space and comments; undefined where it is not valid. Numbers keep their text, so that `1.0` stays a
 * Float and long integers keep their digits.
 */
export function compactJson(text: string): string | undefined {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"') {
      const end = endOfQuote(text, i, c);
      out += text.slice(i, end + 1).replace(/\\(.)/gs, asRuby);
      i = end;
    } else if (c === '#') i = endOfLine(text, i);
    // White space between two numbers must stay: it is a mistake to be found.
    else if (!/\s/.test(c)) out += c;
    else if (/[\w.]$/.test(out)) out += ' ';
  }
  try {
    JSON.parse(out);
  } catch {
    return undefined;
  }
  return out.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (token) =>
    token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : '',
  );
}

/** Ruby's JSON takes a back-slash before a letter that means nothing for the letter alone; `"sumologic\\.com"` is common. */
function asRuby(written: string, c: string): string {
  return /["\\/bfnrtu]/.test(c) ? written : c;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
