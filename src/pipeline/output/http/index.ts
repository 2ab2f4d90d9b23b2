/**
 * `@type http`: each chunk is the body of one request.
 *
 * A 2xx answer is done; a status of `retryable_response_codes` and whatever the network does is tried again (a Retry-After is honoured); any other
 * answer gives the chunk up (secondary, backup) or, with `error_response_as_unrecoverable false`, is logged and counts as done.
 */
import type { ConfigOf } from '../../../config/schema.ts';
import { PluginConfigError, RetryableResponse, UnrecoverableError } from '../../core/errors.ts';
import type { FsPort } from '../../core/ports.ts';
import { Requester } from '../../io/request.ts';
import { versions } from '../../io/transport.ts';
import { defineBufferedOutput } from '../../plugin.ts';
import { schema } from './schema.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/x-ndjson',
  csv: 'text/csv',
  ...{ tsv: 'text/tab-separated-values', ltsv: 'text/tab-separated-values' },
  msgpack: 'application/x-msgpack',
  ...{ out_file: 'text/plain', single_value: 'text/plain', stdout: 'text/plain', hash: 'text/plain' },
};

type Config = ConfigOf<typeof schema>;

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'http',
  buffering: 'always',
  takesBytes: true,
  doc: 'Sends events over HTTP.',
  schema,
  create(config, host) {
    const format = config.$element.child('format');
    const type = format?.text('@type') ?? 'json';
    if (config.json_array && type !== 'json')
      throw new PluginConfigError('json_array option could be used with json formatter only');
    const contentType = config.content_type ?? (config.json_array ? 'application/json' : CONTENT_TYPES[type]);
    if (contentType === undefined)
      throw new PluginConfigError(
        "can't determine Content-Type from formatter type. Set content_type parameter explicitly",
      );
    const formatter = host.formatter(format, 'json');
    const fixed = { ...authorization(config), ...textHeaders(config.headers) };
    const retryable = new Set(config.retryable_response_codes);
    let requester: Requester | undefined;
    return {
      start() {
        const proxy = config.proxy ?? host.env['HTTP_PROXY'] ?? host.env['http_proxy'];
        requester = new Requester({
          net: host.ports.net,
          proxy: proxy === undefined || proxy === '' ? undefined : new URL(proxy),
          tls: tlsOptions(config, host.ports.fs),
          openTimeout: config.open_timeout === undefined ? DEFAULT_TIMEOUT_MS : config.open_timeout * 1000,
          readTimeout: config.read_timeout === undefined ? DEFAULT_TIMEOUT_MS : config.read_timeout * 1000,
        });
      },
      stop: () => requester?.close(),
      renderer(tag) {
        // The formatter's line ends stay inside of the array.
        const end = config.json_array ? ',' : '';
        return (event) => formatter.format(tag, event) + end;
      },
      async write(chunk, signal) {
        const fill = (template: string) => host.placeholders(template, chunk.meta, chunk.id);
        const own = Object.entries(textHeaders(config.headers_from_placeholders)).map(([name, value]) => [
          name,
          fill(value),
        ]);
        const headers = inBytes({ ...fixed, ...Object.fromEntries(own), 'content-type': contentType });
        const entries = chunk.read();
        const body = config.json_array ? Buffer.concat([OPEN, entries.subarray(0, -1), CLOSE]) : entries;
        const url = new URL(fill(config.endpoint ?? ''));
        const answer = await requester!.send(config.http_method.toUpperCase(), url, headers, body, signal);
        if (answer.status >= 200 && answer.status < 300) return;
        const message = `${answer.status} ${answer.reason} ${answer.text.trimStart()}`;
        if (retryable.has(answer.status)) throw new RetryableResponse(message, answer.retryAfter);
        if (config.error_response_as_unrecoverable) throw new UnrecoverableError(message);
        host.log.error(`got error response from '${config.http_method} ${url.origin}${url.pathname}'`, {
          error: message,
        });
      },
    };
  },
});

const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');

function textHeaders(headers: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** Headers are sent as bytes of UTF-8. */
function inBytes(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  );
}

function authorization(config: Config): Record<string, string> {
  const auth = config.$sections.auth[0];
  if (auth === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` };
}

function tlsOptions(config: Config, fs: FsPort) {
  const read = (name: string, file: string | undefined) => {
    if (file === undefined) return undefined;
    if (!fs.existsSync(file)) throw new PluginConfigError(`${name} is wrong: ${file}`);
    return fs.readFileSync(file);
  };
  return {
    ...versions(config.tls_version, undefined, undefined),
    ...(config.tls_ciphers === undefined ? {} : { ciphers: config.tls_ciphers }),
    ca: read('tls_ca_cert_path', config.tls_ca_cert_path),
    cert: read('tls_client_cert_path', config.tls_client_cert_path),
    key: read('tls_private_key_path', config.tls_private_key_path),
    passphrase: config.tls_private_key_passphrase,
    rejectUnauthorized: config.tls_verify_mode === 'peer',
  };
}
