/** Parameters of the http output: all of Fluentd's. */
import type { SectionSpec } from '../../../config/schema.ts';

const VERSION = ['TLSv1_1', 'TLSv1_2', 'TLSv1_3', 'TLS1_1', 'TLS1_2', 'TLS1_3'] as const;

export const schema = {
  doc: 'HTTP output.',
  params: {
    endpoint: { type: 'string', required: true, doc: 'URL; placeholders allowed.' },
    http_method: { type: 'enum', values: ['put', 'post'], default: 'post', doc: 'Method.' },
    proxy: { type: 'string', doc: 'URL of a proxy; default HTTP_PROXY of the environment.' },
    content_type: { type: 'string', doc: 'Content-Type; default by the formatter.' },
    json_array: { type: 'bool', default: 'false', doc: 'One JSON array per request instead of lines.' },
    headers: { type: 'hash', doc: 'Headers of each request.' },
    headers_from_placeholders: { type: 'hash', doc: 'Headers whose values have placeholders.' },
    open_timeout: { type: 'integer', doc: 'Seconds that connecting may take; default 60.' },
    read_timeout: { type: 'integer', doc: 'Seconds to wait for the answer; default 60.' },
    ssl_timeout: { type: 'integer', doc: 'Part of open_timeout.', fluentd: 'ignored' },
    tls_ca_cert_path: { type: 'string', doc: 'Authorities (PEM).' },
    tls_client_cert_path: { type: 'string', doc: 'Own certificate (PEM, with its chain).' },
    tls_private_key_path: { type: 'string', doc: 'Its key (PEM).' },
    tls_private_key_passphrase: { type: 'string', secret: true, doc: 'Passphrase of the key.' },
    tls_verify_mode: {
      type: 'enum',
      values: ['none', 'peer'],
      default: 'peer',
      doc: 'Check the server’s certificate.',
    },
    tls_version: { type: 'enum', values: VERSION, doc: 'The one TLS version; default 1.2 and 1.3.' },
    tls_ciphers: { type: 'string', doc: 'OpenSSL list of ciphers.' },
    error_response_as_unrecoverable: {
      type: 'bool',
      default: 'true',
      doc: 'An error answer that is not retryable gives the chunk up; false: it is logged and counts as done.',
    },
    retryable_response_codes: {
      type: 'array',
      of: 'integer',
      default: '503',
      doc: 'Statuses after which a chunk is sent again.',
    },
  },
  sections: {
    format: { doc: 'Formatter; default `json`.', params: {}, anyParam: true, plugin: 'formatter' },
    auth: {
      doc: 'Authentication.',
      params: {
        method: { type: 'enum', values: ['basic'], default: 'basic', doc: 'Method.' },
        username: { type: 'string', default: '', doc: 'User.' },
        password: { type: 'string', default: '', secret: true, doc: 'Password.' },
      },
    },
  },
} as const satisfies SectionSpec;
