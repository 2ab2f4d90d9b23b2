/** Parameters of a request: query strings and form bodies. Names and values are byte strings, so that records keep their bytes. */

export type Params = Map<string, string>;

/** Of several values of a name the first one wins, as in Fluentd; it replaces one that `into` has. */
export function parseQuery(text: string, into: Params): void {
  const pairs = text.split(/[&;]/).filter((pair) => pair !== '');
  for (const pair of pairs.reverse()) {
    const at = pair.indexOf('=');
    into.set(bytesOf(at < 0 ? pair : pair.slice(0, at)), at < 0 ? '' : bytesOf(pair.slice(at + 1)));
  }
}

/** `+` and `%41` → bytes. */
function bytesOf(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** `multipart/form-data`: fields with a name, files included. */
export function parseMultipart(body: string, boundary: string, into: Params): void {
  for (const part of `\r\n${body}`.split(`\r\n--${boundary}`).slice(1)) {
    if (part.startsWith('--')) return;
    const end = part.indexOf('\r\n\r\n');
    const name = /^content-disposition:.*[;\s]name="?([^";\r\n]*)"?/im.exec(part.slice(0, end))?.[1];
    if (end >= 0 && name !== undefined) into.set(name, part.slice(end + 4));
  }
}

export function boundaryOf(contentType: string): string | undefined {
  return /^multipart\/form-data;\s*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
}
