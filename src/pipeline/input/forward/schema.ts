/** Parameters of `@type forward`: all of Fluentd's. */
import type { SectionSpec } from '../../../config/schema.ts';
import { CLIENT_PARAMS } from '../../io/clients.ts';
import { TRANSPORT } from '../../io/transport.ts';

export const schema = {
  doc: 'Forward input.',
  params: {
    bind: { type: 'string', default: '0.0.0.0', doc: 'Address to listen on.' },
    port: { type: 'integer', default: '24224', doc: 'Port to listen on, TCP and (for heartbeats) UDP.' },
    backlog: { type: 'integer', doc: 'Connections that wait to be accepted.' },
    linger_timeout: { type: 'integer', doc: 'No effect.', fluentd: 'ignored' },
    blocking_timeout: { type: 'time', default: '0.5', doc: 'No effect.', fluentd: 'ignored' },
    resolve_hostname: { type: 'bool', doc: 'Ask for the sender’s host name.' },
    deny_keepalive: { type: 'bool', default: 'false', doc: 'Close a connection after its first message.' },
    send_keepalive_packet: { type: 'bool', default: 'false', doc: 'Send TCP keep-alive packets.' },
    chunk_size_warn_limit: { type: 'size', doc: 'Warn of larger messages.' },
    chunk_size_limit: { type: 'size', doc: 'Drop larger messages.' },
    skip_invalid_event: {
      type: 'bool',
      default: 'false',
      doc: 'Skip events without a time of their own too; those that are no hash are always skipped, with a warning.',
    },
    source_address_key: { type: 'string', doc: 'Field that takes the sender’s address.' },
    source_hostname_key: { type: 'string', doc: 'Field that takes the sender’s host name.' },
    tag: { type: 'string', doc: 'Tag instead of the sender’s.' },
    add_tag_prefix: { type: 'string', doc: 'Put in front of the tag.' },
  },
  sections: {
    transport: TRANSPORT,
    security: {
      doc: 'Who may send.',
      params: {
        self_hostname: { type: 'string', required: true, doc: 'Name of this server.' },
        shared_key: { type: 'string', required: true, secret: true, doc: 'Key that senders must know.' },
        user_auth: { type: 'bool', default: 'false', doc: 'Senders must name a user and its password.' },
        allow_anonymous_source: { type: 'bool', default: 'true', doc: 'Senders need not be among the clients.' },
      },
      sections: {
        user: {
          doc: 'A user.',
          multi: true,
          params: {
            username: { type: 'string', required: true, doc: 'Name.' },
            password: { type: 'string', required: true, secret: true, doc: 'Password.' },
          },
        },
        client: {
          doc: 'A sender.',
          multi: true,
          params: {
            ...CLIENT_PARAMS,
            shared_key: { type: 'string', secret: true, doc: 'Its own key.' },
            users: { type: 'array', default: '', doc: 'Users it may name.' },
          },
        },
      },
    },
  },
} as const satisfies SectionSpec;
