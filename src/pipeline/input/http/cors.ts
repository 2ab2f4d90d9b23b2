/** `cors_allow_origins`: which pages of other sites may post events. */

export interface Cors {
  /** Undefined: nothing is checked and no header is sent. */
  readonly origins: readonly string[] | undefined;
  readonly credentials: boolean;
}

/** Headers of an answer to `origin`; undefined where the origin is not allowed. */
export function corsHeaders(
  { origins, credentials }: Cors,
  origin: string | undefined,
): Record<string, string> | undefined {
  if (origins === undefined) return {};
  if (origins.includes('*')) return { 'access-control-allow-origin': '*' };
  if (origin === undefined || !allows(origins, origin)) return undefined;
  const headers: Record<string, string> = { 'access-control-allow-origin': origin };
  if (credentials) headers['access-control-allow-credentials'] = 'true';
  return headers;
}

/** `http://*.example.com`: one star stands for anything. */
function allows(origins: readonly string[], origin: string): boolean {
  if (origins.includes(origin)) return true;
  return origins.some((pattern) => {
    const star = pattern.indexOf('*');
    if (star < 0) return pattern !== '' && origin.startsWith(pattern);
    return origin.startsWith(pattern.slice(0, star)) && origin.endsWith(pattern.slice(star + 1));
  });
}
