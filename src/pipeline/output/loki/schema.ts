/** Parameters of the loki output: all of fluent-plugin-grafana-loki's. */
import type { SectionSpec } from '../../../config/schema.ts';

export const schema = {
  doc: 'Loki output.',
  params: {
    url: {
      type: 'string',
      default: 'https://logs-prod-us-central1.grafana.net',
      doc: 'Base URL of Loki; `/loki/api/v1/push` is added.',
    },
    username: { type: 'string', doc: 'User for basic authentication.' },
    password: { type: 'string', secret: true, doc: 'Password for basic authentication.' },
    bearer_token_file: { type: 'string', doc: 'File with a token for `Authorization: Bearer`, read once at start.' },
    cert: { type: 'string', doc: 'Own certificate (PEM); needs `key`.' },
    key: { type: 'string', doc: 'Key of that certificate (PEM).', fluentd: 'RSA and DSA keys only' },
    ca_cert: { type: 'string', doc: 'Authorities (PEM) instead of the system’s.' },
    ciphers: { type: 'string', doc: 'OpenSSL list of ciphers.' },
    min_version: { type: 'string', doc: 'Lowest TLS version: TLS1_2, TLS1_3.' },
    insecure_tls: { type: 'bool', default: 'false', doc: 'Do not check the server’s certificate.' },
    custom_headers: { type: 'hash', default: '{}', doc: 'Headers of each request.' },
    compress: { type: 'enum', values: ['gzip'], doc: 'Compress requests.' },
    tenant: { type: 'string', doc: 'Tenant (X-Scope-OrgID); placeholders of chunk keys allowed.' },
    extra_labels: { type: 'hash', default: '{}', doc: 'Labels of every stream; they win over those of records.' },
    line_format: {
      type: 'enum',
      values: ['json', 'key_value'],
      default: 'key_value',
      doc: 'How what is left of a record becomes a line.',
    },
    extract_kubernetes_labels: { type: 'bool', default: 'false', doc: 'The pod’s labels become labels of the stream.' },
    remove_keys: { type: 'array', default: '', doc: 'Fields to remove; record accessors allowed.' },
    drop_single_key: {
      type: 'bool',
      default: 'false',
      doc: 'Where one field is left its value alone is the line.',
      fluentd: 'a value that is no string makes a request that Loki refuses',
    },
    include_thread_label: {
      type: 'bool',
      default: 'true',
      doc: 'With flush_thread_count above 1: label `fluentd_thread`, so that no two writers share a stream.',
    },
  },
  sections: {
    label: {
      doc: 'Label → the field that gives its value and leaves the record; an empty value: the field of the same name.',
      params: {},
      anyParam: true,
      multi: true,
    },
  },
} as const satisfies SectionSpec;
