/**
 * JSON that Fluentd's parser (Oj) takes though RFC 8259 does not: raw control characters in strings (a tab in a message), and escapes that are
 * none (`\x22` of nginx, `\'`), whose backslash goes.
 */

/** One without an end reaches to the end: no quote in it is looked at again. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)/gs;
const ESCAPE = /\\(.)|[\x01-\x1f]/gs;
const KNOWN = '"\\/bfnrtu';

/** Valid JSON for a line that looks like an object; undefined where nothing of it is to be mended. */
export function mendJson(line: string): string | undefined {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const mended = text.replace(STRING, (string) => string.replace(ESCAPE, mendCharacter));
  return mended === text ? undefined : mended;
}

function mendCharacter(found: string, escaped: string | undefined): string {
  const character = escaped ?? found;
  if (character < ' ') return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return KNOWN.includes(character) ? found : character;
}
