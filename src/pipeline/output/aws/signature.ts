/** Signature Version 4 of AWS: the headers that make a request one of somebody's. */
import { createHash, createHmac } from 'node:crypto';

export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

export interface Signable {
  readonly method: string;
  /** As the request's first line has it: path, encoded once, and query. */
  readonly path: string;
  /** Names in lower case, `host` among them; all are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

export interface Scope {
  readonly region: string;
  readonly service: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const EMPTY = Buffer.alloc(0);

/** Headers to add to those of the request; `now`: milliseconds since the epoch. */
export function signature(request: Signable, keys: SessionKeys, scope: Scope, now: number): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const hash = hex(request.body ?? EMPTY);
  const added = {
    'x-amz-date': time,
    'x-amz-content-sha256': hash,
    ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
  };
  const { text, signed } = canonical(request, { ...request.headers, ...added }, hash);
  const place = `${day}/${scope.region}/${scope.service}/aws4_request`;
  const key = [day, scope.region, scope.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${keys.secretAccessKey}`,
  );
  const found = createHmac('sha256', key)
    .update([ALGORITHM, time, place, hex(text)].join('\n'))
    .digest('hex');
  const authorization = `${ALGORITHM} Credential=${keys.accessKeyId}/${place}, SignedHeaders=${signed}, Signature=${found}`;
  return { ...added, authorization };
}

function canonical(
  { method, path }: Signable,
  headers: Readonly<Record<string, string>>,
  hash: string,
): { text: string; signed: string } {
  const [way = '', query = ''] = split(path, '?');
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]!.trim().replace(/ +/g, ' ')}\n`);
  const signed = names.join(';');
  // All services but S3 have the path encoded once more.
  const twice = way.split('/').map(encoded).join('/');
  return { text: [method, twice, canonicalQuery(query), lines.join(''), signed, hash].join('\n'), signed };
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => split(pair, '=').map((text) => encoded(decodeURIComponent(text))));
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  pairs.sort(([a = '', x = ''], [b = '', y = '']) => compare(a, b) || compare(x, y));
  return pairs.map(([name, value = '']) => `${name}=${value}`).join('&');
}

function split(text: string, at: string): string[] {
  const i = text.indexOf(at);
  return i < 0 ? [text] : [text.slice(0, i), text.slice(i + 1)];
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hex(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
