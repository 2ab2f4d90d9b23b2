/** Headers that every request carries: `custom_headers`, and who sends it. */
import type { ConfigOf } from '../../../config/schema.ts';
import { typedValue } from '../../../config/types.ts';
import type { OutputHost } from '../../plugin.ts';
import { formEncoded, hostsOf } from './host-list.ts';
import { schema } from './schema.ts';

type Config = ConfigOf<typeof schema>;

/** Parameters that hold credentials. */
const SECRET = ['user', 'password', 'api_key', 'cloud_auth', 'hosts'] as const;

/**
 * Headers of requests, made anew at each call: Ruby inside of the parameters (`"#{File.read('/etc/es/password').strip}"`) is evaluated again, so that
 * credentials that were renewed on the disk count. Names are lower case.
 */
export function credentials(
  config: Config,
  host: Pick<OutputHost, 'conceal' | 'log'>,
): (url: URL) => Record<string, string> {
  const { params } = config.$element;
  return (url) => {
    const fresh: Partial<Record<(typeof SECRET)[number], string>> = {};
    let headers = config.custom_headers;
    try {
      for (const name of SECRET) {
        const value = params.get(name)?.again?.();
        if (value !== undefined) fresh[name] = value;
      }
      const again = params.get('custom_headers')?.again?.();
      if (again !== undefined) headers = typedValue(again, schema.params.custom_headers) as typeof headers;
    } catch (error) {
      host.log.warn('credentials could not be read again: the old ones are used', { error });
    }
    const whole = { ...config, ...fresh };
    const named = hostsOf(whole).find((one) => one.url.href === url.href);
    const made = { ...stringHash(headers), ...authorization(whole, named?.auth) };
    for (const text of [fresh.password, fresh.api_key, fresh.cloud_auth, made['authorization']])
      if (text !== undefined) host.conceal(text);
    return made;
  };
}

function stringHash(hash: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(hash).map(([name, value]) => [name.toLowerCase(), headerText(value)]));
}

/** Headers are sent as bytes of UTF-8. */
function headerText(value: unknown): string {
  return Buffer.from(String(value)).toString('latin1');
}

function authorization(config: Config, fromUrl: string | undefined): Record<string, string> {
  if (config.api_key !== undefined) {
    return { authorization: `ApiKey ${Buffer.from(config.api_key).toString('base64')}` };
  }
  const pair = fromUrl ?? ownPair(config);
  return pair === undefined ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** `cloud_auth` stands above user and password. */
function ownPair({ cloud_auth: cloud, user, password = '' }: Config): string | undefined {
  if (cloud === undefined) return user === undefined ? undefined : `${encoded(user)}:${encoded(password)}`;
  const [name = '', ...secret] = cloud.split(':');
  return `${encoded(name)}:${encoded(secret.join(':'))}`;
}

/** `%{…}` is URL-encoded, as the plugin does it. */
function encoded(text: string): string {
  const found = /^%\{(.*)\}$/s.exec(text);
  return found === null ? text : formEncoded(found[1]!);
}
