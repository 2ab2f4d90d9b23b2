/** The hosts of a cluster as the configuration names them: `hosts`, else `cloud_id`, else `host` and `port`. */

export interface HostParams {
  readonly host: string;
  readonly port: number;
  readonly hosts: string | undefined;
  readonly scheme: string;
  readonly path: string | undefined;
  readonly cloud_id: string | undefined;
}

export interface NamedHost {
  /** Without credentials. */
  readonly url: URL;
  /** `user:password` of the URL that named it. */
  readonly auth: string | undefined;
}

/**
 * `name` and `name:port` take scheme and port of the other parameters, a URL has its own (80 or 443 where it names none). A host that is none
 * (empty, as of an environment variable that is not set) is left out: Fluentd starts with it, too.
 */
export function hostsOf(params: HostParams): NamedHost[] {
  if (params.cloud_id !== undefined) return cloudHost(params.cloud_id);
  const texts = params.hosts === undefined ? [`${bracketed(params.host)}:${params.port}`] : params.hosts.split(',');
  return texts.flatMap((text) => hostOf(text.trim(), params));
}

function hostOf(text: string, { scheme, port, path }: HostParams): NamedHost[] {
  if (text === '' || text.startsWith(':')) return [];
  const isUrl = /^\w+:\/\//.test(text);
  const [whole, auth] = withoutUser(isUrl ? withEncodedUser(text) : `${scheme}://${bracketed(text)}`);
  if (!URL.canParse(whole)) return [];
  const url = new URL(whole);
  // What was written `:80` or `:443` is no longer to be seen in the URL.
  if (!isUrl && url.port === '' && !/:\d+$/.test(text)) url.port = String(port);
  if (url.pathname === '/' && path !== undefined) url.pathname = path;
  return [{ url, auth }];
}

/** An address of IPv6 needs brackets before a port. */
function bracketed(host: string): string {
  return /^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host) ? `[${host}]` : host;
}

/** What stands in `%{…}` is sent URL-encoded. */
function withEncodedUser(text: string): string {
  return text.replace(
    /%\{(.*)\}:%\{(.*)\}@/,
    (_all, user: string, password: string) => `${formEncoded(user)}:${formEncoded(password)}@`,
  );
}

/** The URL, and `user:password` as they are written: the plugin decodes nothing of them. */
function withoutUser(url: string): [string, string | undefined] {
  const found = /^(\w+:\/\/)([^@/]+)@(.*)$/s.exec(url);
  if (found === null) return [url, undefined];
  const [, scheme = '', user = '', rest = ''] = found;
  return [scheme + rest, user.includes(':') ? user : `${user}:`];
}

/** As a form's value: a space is `+`, and only letters, digits and `*-._` stand for themselves. */
export function formEncoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `name:` and Base64 of `domain[:port]$cluster$kibana`. */
function cloudHost(id: string): NamedHost[] {
  const [domain = '', cluster = ''] = Buffer.from(id.slice(id.indexOf(':') + 1), 'base64')
    .toString()
    .split('$');
  const [name = '', port = '443'] = domain.split(':');
  const text = `https://${cluster}.${name}:${port}`;
  return cluster !== '' && URL.canParse(text) ? [{ url: new URL(text), auth: undefined }] : [];
}
