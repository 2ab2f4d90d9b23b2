/** Parameters of the forward output: all of Fluentd's, less those of Windows. */
import type { SectionSpec } from '../../../config/schema.ts';

const VERSION = ['TLSv1_1', 'TLSv1_2', 'TLSv1_3', 'TLS1_1', 'TLS1_2', 'TLS1_3'] as const;

export const SERVER_PARAMS = {
  host: { type: 'string', required: true, doc: 'Address or host name.' },
  port: { type: 'integer', default: '24224', doc: 'Port.' },
  name: { type: 'string', doc: 'Name in logs, and in certificates where host is an address.' },
  weight: { type: 'integer', default: '60', doc: 'Share of the chunks among the servers.' },
  standby: { type: 'bool', default: 'false', doc: 'Used only while another server is away.' },
  shared_key: { type: 'string', secret: true, doc: 'Its own shared key.' },
  username: { type: 'string', default: '', doc: 'User to name.' },
  password: { type: 'string', default: '', secret: true, doc: 'Password of the user.' },
} as const;

export const schema = {
  doc: 'Forward output.',
  params: {
    transport: { type: 'enum', values: ['tcp', 'tls'], default: 'tcp', doc: 'Plain or encrypted.' },
    send_timeout: { type: 'time', default: '60', doc: 'Seconds that sending a chunk may take.' },
    connect_timeout: { type: 'time', doc: 'Seconds that connecting may take; default send_timeout.' },
    heartbeat_type: {
      type: 'enum',
      values: ['transport', 'tcp', 'udp', 'none'],
      default: 'transport',
      doc: 'How servers are looked after.',
    },
    heartbeat_interval: { type: 'time', default: '1', doc: 'Seconds between heartbeats.' },
    recover_wait: { type: 'time', default: '10', doc: 'Seconds of good heartbeats before a server is used again.' },
    hard_timeout: { type: 'time', default: '60', doc: 'Seconds without heartbeat after which a server is away.' },
    phi_threshold: { type: 'integer', default: '16', doc: 'Suspicion (phi) at which a server is away.' },
    phi_failure_detector: { type: 'bool', default: 'true', doc: 'Judge by phi.' },
    require_ack_response: { type: 'bool', default: 'false', doc: 'Servers must acknowledge chunks: at least once.' },
    ack_response_timeout: { type: 'time', default: '190', doc: 'Seconds until a chunk without ack is sent again.' },
    read_interval_msec: { type: 'integer', default: '50', doc: 'No effect.', fluentd: 'ignored' },
    read_length: { type: 'size', default: '512', doc: 'No effect.', fluentd: 'ignored' },
    expire_dns_cache: { type: 'time', doc: 'Names are looked up for each connection.', fluentd: 'ignored' },
    dns_round_robin: { type: 'bool', default: 'false', doc: 'Take any address of a name, not the first.' },
    ignore_network_errors_at_startup: {
      type: 'bool',
      default: 'false',
      doc: 'Names that cannot be looked up at start never stop the agent here.',
      fluentd: 'ignored',
    },
    verify_connection_at_startup: {
      type: 'bool',
      default: 'false',
      doc: 'Do not start where a server cannot be reached.',
    },
    compress: { type: 'enum', values: ['text', 'gzip'], default: 'text', doc: 'Compress what is sent.' },
    tls_version: { type: 'enum', values: VERSION, doc: 'The one TLS version; default 1.2 and 1.3.' },
    tls_ciphers: { type: 'string', doc: 'OpenSSL list of ciphers.' },
    tls_insecure_mode: { type: 'bool', default: 'false', doc: 'Check nothing.' },
    tls_allow_self_signed_cert: { type: 'bool', default: 'false', doc: 'Allow certificates that sign themselves.' },
    tls_verify_hostname: { type: 'bool', default: 'true', doc: 'The certificate must name the host.' },
    tls_ca_cert_path: { type: 'array', doc: 'Authorities (PEM).' },
    tls_cert_path: { type: 'array', doc: 'The same, older name.' },
    tls_client_cert_path: { type: 'string', doc: 'Own certificate (PEM).' },
    tls_client_private_key_path: { type: 'string', doc: 'Its key (PEM).' },
    tls_client_private_key_passphrase: { type: 'string', secret: true, doc: 'Passphrase of the key.' },
    keepalive: { type: 'bool', default: 'false', doc: 'Use connections again.' },
    keepalive_timeout: { type: 'time', doc: 'Seconds after which a connection is not used again.' },
  },
  sections: {
    server: { doc: 'A server.', multi: true, params: SERVER_PARAMS },
    security: {
      doc: 'Proof to the servers.',
      params: {
        self_hostname: { type: 'string', required: true, doc: 'Name of this agent.' },
        shared_key: { type: 'string', required: true, secret: true, doc: 'Key that the servers know.' },
      },
    },
    service_discovery: {
      doc: 'Where the servers are: `@type static` with <service> sections, `@type file` with a path, `@type srv` with a service in DNS.',
      multi: true,
      params: {
        '@type': {
          type: 'enum',
          values: ['static', 'file', 'srv'],
          required: true,
          alias: 'type',
          doc: 'Kind of discovery.',
        },
        path: { type: 'string', default: '/etc/fluent/sd.yaml', doc: 'File of `@type file`: YAML or JSON.' },
        conf_encoding: { type: 'string', default: 'utf-8', doc: 'No effect.', fluentd: 'ignored' },
        service: { type: 'string', doc: 'srv: the service, without underscore.' },
        proto: { type: 'string', default: 'tcp', doc: 'srv: the protocol, without underscore.' },
        hostname: { type: 'string', doc: 'srv: the name.' },
        dns_server_host: { type: 'string', doc: 'srv: address (and port) of the DNS server; default: the system’s.' },
        interval: { type: 'integer', default: '60', doc: 'srv: seconds between two questions.' },
        dns_lookup: { type: 'bool', default: 'true', doc: 'srv: look up the servers’ addresses there too.' },
        shared_key: SERVER_PARAMS.shared_key,
        username: SERVER_PARAMS.username,
        password: SERVER_PARAMS.password,
      },
      sections: { service: { doc: 'A server.', multi: true, params: SERVER_PARAMS } },
    },
  },
} as const satisfies SectionSpec;
