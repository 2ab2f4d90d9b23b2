/** Headers that every request carries: `custom_headers`, and who sends it. */
import type { ConfigOf } from '../../../config/schema.ts';
import type { schema } from './schema.ts';

type Config = ConfigOf<typeof schema>;

/** `fromUrl`: the credentials of a host's URL. Names are lower case. */
export function requestHeaders(config: Config, fromUrl: string | undefined): Record<string, string> {
  return { ...stringHash(config.custom_headers), ...authorization(config, fromUrl) };
}

function stringHash(hash: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(hash).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function authorization(config: Config, fromUrl: string | undefined): Record<string, string> {
  if (config.api_key !== undefined) {
    // `id:key` as it was given out, or encoded already.
    const key = config.api_key.includes(':') ? Buffer.from(config.api_key).toString('base64') : config.api_key;
    return { authorization: `ApiKey ${key}` };
  }
  const own = config.user === undefined ? undefined : `${encoded(config.user)}:${encoded(config.password ?? '')}`;
  const pair = own ?? fromUrl ?? config.cloud_auth;
  return pair === undefined ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** `%{…}` is URL-encoded, as the plugin does it. */
function encoded(text: string): string {
  const found = /^%\{(.*)\}$/s.exec(text);
  return found === null ? text : encodeURIComponent(found[1]!);
}
