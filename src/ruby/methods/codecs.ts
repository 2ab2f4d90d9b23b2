/** Base64, Digest, URI and CGI. Bytes that are no UTF-8 show as U+FFFD. */
import { createHash } from 'node:crypto';
import { text as need } from '../arguments.ts';
import { Constant, RubyError } from '../objects.ts';
import { rubyToS } from '../to-s.ts';
import { define, type Method, noMethod } from './dispatch.ts';

const encode = (value: unknown) => Buffer.from(need(value)).toString('base64');
/** Base64 asks the string to unpack itself. */
const packed = (value: unknown) => {
  if (typeof value !== 'string') throw noMethod(value, 'unpack1');
  return value;
};
const decode: Method = (_s, [value]) => Buffer.from(packed(value).replace(/[-_]/g, ''), 'base64').toString('utf8');

function strictDecode(value: unknown): string {
  const text = packed(value);
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    throw new RubyError('ArgumentError', 'invalid base64');
  return Buffer.from(text, 'base64').toString('utf8');
}

define('Base64.', {
  encode64: (_s, [value]) => encode(value).replace(/.{1,60}/g, '$&\n'),
  strict_encode64: (_s, [value]) => encode(value),
  urlsafe_encode64: (_s, [value]) => encode(value).replaceAll('+', '-').replaceAll('/', '_'),
  decode64: decode,
  strict_decode64: (_s, [value]) => strictDecode(value),
  urlsafe_decode64: (_s, [value]) => Buffer.from(need(value), 'base64url').toString('utf8'),
});

for (const name of ['MD5', 'SHA1', 'SHA256', 'SHA384', 'SHA512']) {
  const digest =
    (encoding: 'hex' | 'base64'): Method =>
    (_s, [value]) =>
      createHash(name.toLowerCase()).update(need(value)).digest(encoding);
  define(`Digest::${name}.`, { hexdigest: digest('hex'), base64digest: digest('base64') });
}
Constant.of('Digest');

/** What a form's value may hold as it is. */
const formEncode = (value: unknown) =>
  encodeURIComponent(rubyToS(value)).replace(/[!'()~]|%20/g, (c) =>
    c === '%20' ? '+' : `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function formDecode(value: unknown): string {
  const text = need(value);
  if (/%(?![0-9a-fA-F]{2})/.test(text)) throw new RubyError('ArgumentError', `invalid %-encoding (${text})`);
  return decodePercent(text.replaceAll('+', ' '));
}

function decodePercent(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}

define('URI.', {
  encode_www_form_component: (_s, [value]) => formEncode(value),
  decode_www_form_component: (_s, [value]) => formDecode(value),
  encode_uri_component: (_s, [value]) => formEncode(value).replaceAll('+', '%20'),
  decode_uri_component: (_s, [value]) => decodePercent(need(value)),
});

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
define('CGI.', {
  escape: (_s, [value]) => formEncode(need(value)).replaceAll('%7E', '~').replaceAll('*', '%2A'),
  unescape: (_s, [value]) => decodePercent(need(value).replaceAll('+', ' ')),
  escapeHTML: (_s, [value]) => need(value).replace(/[&<>"']/g, (c) => ENTITIES[c]!),
});
