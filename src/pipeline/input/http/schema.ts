/** Parameters of `@type http`: all of Fluentd's. */
import type { SectionSpec } from '../../../config/schema.ts';
import { TRANSPORT } from '../../io/transport.ts';

export const schema = {
  doc: 'HTTP input.',
  params: {
    bind: { type: 'string', default: '0.0.0.0', doc: 'Address to listen on.' },
    port: { type: 'integer', default: '9880', doc: 'Port to listen on.' },
    body_size_limit: { type: 'size', default: '32m', doc: 'Larger bodies are refused (413).' },
    keepalive_timeout: { type: 'time', default: '10', doc: 'Seconds an idle connection stays open.' },
    backlog: { type: 'integer', doc: 'Connections that wait to be accepted.' },
    add_http_headers: { type: 'bool', default: 'false', doc: 'Add the request’s headers as HTTP_… fields.' },
    add_remote_addr: { type: 'bool', default: 'false', doc: 'Add the client’s address as REMOTE_ADDR.' },
    add_query_params: { type: 'bool', default: 'false', doc: 'Add the query’s parameters as QUERY_… fields.' },
    blocking_timeout: { type: 'time', default: '0.5', doc: 'No effect.', fluentd: 'ignored' },
    cors_allow_origins: { type: 'array', doc: 'Origins whose pages may post; `*` for any.' },
    cors_allow_credentials: { type: 'bool', default: 'false', doc: 'Let pages send credentials.' },
    respond_with_empty_img: { type: 'bool', default: 'false', doc: 'Answer with a GIF of one pixel.' },
    use_204_response: { type: 'bool', default: 'false', doc: 'Answer 204 instead of 200.' },
    dump_error_log: { type: 'bool', default: 'true', doc: 'Log requests that fail.' },
  },
  sections: {
    parse: { doc: 'Parser of bodies; default: by content type.', params: {}, anyParam: true, plugin: 'parser' },
    transport: TRANSPORT,
  },
} as const satisfies SectionSpec;
