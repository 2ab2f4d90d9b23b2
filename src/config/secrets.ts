/**
 * Secrets of a configuration: which parameters are some, where they hide inside of other values (URLs, lists of hosts, headers), and their removal
 * from text that people read.
 *
 * Guarantees: what `masked` takes out of a value is told to `found`, so that the same text can be removed from logs and errors too, whatever way it
 * came there (an error of Node's, an answer of a server). Too much is masked rather than too little.
 */

export const MASK = 'xxxxxx';

/** Also parameters that no schema knows: a mistyped `passwort` is still a secret. */
const SECRET_NAME = /passw|passphrase|_pass$|secret|token|shared_key|api_?key|credential|private_key$|^cloud_auth$/i;
/** A path or a size that belongs to a secret is none. */
const NO_SECRET = /_(path|file|dir|length|size|ttl|seconds|interval)$/i;
const HEADER = 'auth|cookie|token|secret|api-?_?key|credential|passw|signature|session';
const SECRET_HEADER = new RegExp(HEADER, 'i');
/** `Authorization: …` in text that is not JSON: to the end of the line, since a comma does not tell where a secret ends. */
const HEADER_TEXT = new RegExp(
  `((?:^|[\\s,;"'{&?])[\\w-]*(?:authorization|${HEADER})[\\w-]*["']?\\s*[:=]\\s*)(\\S[^\\n]*)`,
  'gi',
);

export function looksSecretByName(name: string): boolean {
  return SECRET_NAME.test(name) && !NO_SECRET.test(name);
}

/** `user`: whose password it is, where it stands before it. */
type Found = (secret: string, user?: string) => void;

/** A value as people may see it. */
export function masked(value: string, found: Found = () => undefined): string {
  if (/^\s*[{[]/.test(value)) {
    try {
      return JSON.stringify(maskedJson(JSON.parse(value), found));
    } catch {
      // Not JSON: text like any other.
    }
  }
  const hide = (_all: string, before: string, secret: string) => {
    found(secret);
    return before + MASK;
  };
  return maskedUrls(value.replace(HEADER_TEXT, hide), found);
}

function maskedJson(value: unknown, found: Found): unknown {
  if (typeof value === 'string') return masked(value, found);
  if (Array.isArray(value)) return value.map((item) => maskedJson(item, found));
  if (typeof value !== 'object' || value === null) return value;
  const items = Object.entries(value).map(([name, item]: [string, unknown]) => {
    if (!SECRET_HEADER.test(name)) return [name, maskedJson(item, found)];
    found(typeof item === 'string' ? item : JSON.stringify(item));
    return [name, MASK];
  });
  return Object.fromEntries(items);
}

const SCHEME = '(?:[a-z][\\w+.-]*:\\/\\/)?';
/** One address of a list, with and without credentials. */
const WITH = new RegExp(`^(${SCHEME}[^:/@]*):([^:/@]+)(?=@[^:/@]+(:\\d+)?(/[^@]*)?$)`, 'i');
const WITHOUT = new RegExp(`^${SCHEME}[^:/@]*(:\\d+)?(/[^@]*)?$`, 'i');
const WHOLE = new RegExp(`(${SCHEME}[^\\s,/:@"']*):(?:(?<=//[^\\s,/:@"']*:)|(?!//))(\\S.*)(?=@)`, 'is');

/** `user:password@host`, with or without scheme, alone or in a list. */
function maskedUrls(value: string, found: Found): string {
  if (!value.includes('@')) return value;
  const hide = (_all: string, before: string, secret: string) => {
    found(secret, before.replace(/^.*\//, ''));
    return `${before}:${MASK}`;
  };
  const items = value.split(/([\s,]+)/);
  // A password with a comma, colon, slash or at sign: from the first colon behind the scheme to the last at sign.
  if (!items.every((item) => WITH.test(item) || WITHOUT.test(item))) return value.replace(WHOLE, hide);
  return items.map((item) => item.replace(WITH, hide)).join('');
}

/** Secrets shorter than that are not looked for in text: they are found in every other word. */
const SHORTEST = 3;
/** Shorter ones must stand alone: a password `elastic` is no part of the word Elasticsearch. */
const ANYWHERE = 8;

/** The secrets of the configurations of this process. */
export class Secrets {
  readonly #texts = new Set<string>();
  #pattern: RegExp | undefined;

  add(secret: string): void {
    for (const text of [secret, ...secret.trim().split(/\s+/).slice(-1)]) this.#addForms(text);
    const basic = /^basic\s+(\S+)$/i.exec(secret.trim())?.[1];
    const pair = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString('utf8');
    const colon = pair?.indexOf(':') ?? -1;
    if (pair !== undefined && colon >= 0) this.#addForms(pair.slice(colon + 1));
  }

  /** As a request carries it. */
  addPair(user: string, password: string): void {
    this.add(password);
    this.#addForms(Buffer.from(`${user}:${password}`).toString('base64'));
  }

  /** The forms in which a text may be met: as it is, inside of quotes, in a URL, in base64. */
  #addForms(text: string): void {
    const bare = /^%\{(.*)\}$/s.exec(text)?.[1] ?? text;
    if (bare.length < SHORTEST || bare === MASK || this.#texts.has(bare)) return;
    const quoted = JSON.stringify(bare).slice(1, -1);
    const base64 = Buffer.from(bare).toString('base64');
    for (const form of [text, bare, quoted, encoded(bare), decoded(bare), base64, base64.replace(/=+$/, '')])
      if (form.length >= SHORTEST) this.#texts.add(form);
    this.#pattern = undefined;
  }

  redact(text: string): string {
    if (this.#texts.size === 0) return text;
    if (this.#pattern === undefined) {
      // Longer ones first: one secret may begin like another.
      const texts = [...this.#texts].sort((a, b) => b.length - a.length);
      this.#pattern = new RegExp(texts.map(patternOf).join('|'), 'g');
    }
    return text.replace(this.#pattern, MASK);
  }
}

function patternOf(text: string): string {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  if (text.length >= ANYWHERE) return escaped;
  return `${/^\w/.test(text) ? '(?<![A-Za-z0-9_])' : ''}${escaped}${/\w$/.test(text) ? '(?![A-Za-z0-9_])' : ''}`;
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
