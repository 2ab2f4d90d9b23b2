/** Parameters of the outputs kafka2 and kafka_buffered: all of fluent-plugin-kafka's. */
import type { SectionSpec } from '../../../config/schema.ts';
import { INJECT } from '../../codec/inject.ts';

const UNSUPPORTED = 'supported';

const common = {
  brokers: { type: 'array', default: 'localhost:9092', doc: 'host:port of some brokers.' },
  topic_key: {
    type: 'string',
    default: 'topic',
    doc: 'Field that names the topic; for kafka2 it must be a chunk key.',
  },
  default_topic: { type: 'string', doc: 'Topic where the field is missing; default the tag.' },
  message_key_key: { type: 'string', default: 'message_key', doc: 'Field that gives a message’s key.' },
  default_message_key: { type: 'string', doc: 'Key where that field is missing.' },
  partition_key_key: { type: 'string', default: 'partition_key', doc: 'Field whose hash chooses the partition.' },
  default_partition_key: { type: 'string', doc: 'What is hashed where that field is missing; then the key is.' },
  partition_key: { type: 'string', default: 'partition', doc: 'Field that holds the partition’s number.' },
  default_partition: { type: 'integer', doc: 'Partition where that field is missing.' },
  partitioner_hash_function: {
    type: 'enum',
    values: ['crc32', 'murmur2'],
    default: 'crc32',
    doc: 'Hash that chooses partitions; murmur2 is that of Java’s client.',
  },
  idempotent: { type: 'bool', default: 'false', doc: 'The broker knows messages that it got already.' },
  exclude_partition_key: { type: 'bool', default: 'false', doc: 'partition_key_key’s field leaves the record.' },
  exclude_partition: { type: 'bool', default: 'false', doc: 'partition_key’s field leaves the record.' },
  exclude_message_key: { type: 'bool', default: 'false', doc: 'message_key_key’s field leaves the record.' },
  exclude_topic_key: { type: 'bool', default: 'false', doc: 'topic_key’s field leaves the record.' },
  use_event_time: { type: 'bool', default: 'false', doc: 'Messages have the event’s time, not the current one.' },
  get_kafka_client_log: { type: 'bool', default: 'false', doc: 'No effect.', fluentd: 'ignored' },
  active_support_notification_regex: { type: 'string', doc: 'No effect.', fluentd: 'ignored' },
  max_send_retries: { type: 'integer', default: '2', doc: 'Tries of a request before the buffer tries again.' },
  required_acks: {
    type: 'integer',
    default: '-1',
    doc: 'Who must have a message: -1 all in sync, 1 the leader, 0 nobody.',
  },
  ack_timeout: { type: 'time', doc: 'Seconds that the leader waits for the others; default 5.' },
  compression_codec: { type: 'string', doc: 'Compression of messages: gzip, snappy, lz4, zstd.' },
  max_send_limit_bytes: {
    type: 'size',
    doc: 'Larger messages go to the error stream.',
    fluentd: 'they are lost',
  },
  discard_kafka_delivery_failed: { type: 'bool', default: 'false', doc: 'What cannot be delivered is dropped.' },
  sasl_over_ssl: { type: 'bool', default: 'true', doc: 'SASL only over TLS.' },
  principal: { type: 'string', doc: 'Kerberos is not supported.', fluentd: UNSUPPORTED },
  keytab: { type: 'string', doc: 'Kerberos is not supported.', fluentd: UNSUPPORTED },
  username: { type: 'string', doc: 'User for SASL.' },
  password: { type: 'string', secret: true, doc: 'Password for SASL.' },
  scram_mechanism: { type: 'string', doc: 'SCRAM instead of PLAIN: sha256, sha512.' },
  ssl_ca_cert: { type: 'array', doc: 'Files of authorities (PEM).' },
  ssl_client_cert: { type: 'string', doc: 'Own certificate (PEM).' },
  ssl_client_cert_key: { type: 'string', doc: 'Its key (PEM).' },
  ssl_client_cert_key_password: { type: 'string', secret: true, doc: 'Passphrase of the key.' },
  ssl_client_cert_chain: { type: 'string', doc: 'Its chain (PEM).' },
  ssl_ca_certs_from_system: { type: 'bool', default: 'false', doc: 'TLS with the system’s authorities.' },
  ssl_verify_hostname: { type: 'bool', default: 'true', doc: 'Check that the certificate is the broker’s.' },
} as const satisfies SectionSpec['params'];

export const schema = {
  doc: 'Kafka output.',
  params: {
    ...common,
    topic: { type: 'string', doc: 'Topic; placeholders allowed.' },
    client_id: { type: 'string', default: 'fluentd', doc: 'Name that the brokers see.' },
    record_key: { type: 'string', doc: 'Record accessor of the part of the record that is sent.' },
    use_default_for_unknown_topic: {
      type: 'bool',
      default: 'false',
      doc: 'default_topic for topics that do not exist.',
    },
    exclude_fields: { type: 'array', default: '', doc: 'Record accessors of fields to remove.' },
    headers: { type: 'hash', default: '{}', doc: 'Headers of messages.' },
    headers_from_record: { type: 'hash', default: '{}', doc: 'Header → record accessor of its value.' },
    resolve_seed_brokers: {
      type: 'bool',
      default: 'false',
      doc: 'No effect: every address is tried.',
      fluentd: 'ignored',
    },
    ignore_exceptions: {
      type: 'array',
      default: '',
      doc: 'Errors that end a chunk: Kafka::DeliveryFailed, Kafka::UnknownTopicOrPartition, Kafka::ConnectionError.',
    },
    exception_backup: { type: 'bool', default: 'true', doc: 'Such a chunk is kept (secondary, backup), not dropped.' },
    connect_timeout: { type: 'integer', doc: 'Seconds that connecting may take; default 10.' },
    socket_timeout: { type: 'integer', doc: 'Seconds to wait for an answer; default 30.' },
    share_producer: { type: 'bool', default: 'false', doc: 'No effect: it always is.', fluentd: 'ignored' },
    sasl_aws_msk_iam_access_key_id: { type: 'string', secret: true, doc: 'Not supported.', fluentd: UNSUPPORTED },
    sasl_aws_msk_iam_secret_key_id: { type: 'string', secret: true, doc: 'Not supported.', fluentd: UNSUPPORTED },
    sasl_aws_msk_iam_aws_region: { type: 'string', doc: 'Not supported.', fluentd: UNSUPPORTED },
  },
  sections: {
    format: { doc: 'Formatter of messages; must be there.', params: {}, anyParam: true, plugin: 'formatter' },
    inject: INJECT,
  },
} as const satisfies SectionSpec;

export const bufferedSchema = {
  doc: 'Kafka output in the older spelling.',
  params: {
    ...common,
    client_id: { type: 'string', default: 'kafka', doc: 'Name that the brokers see.' },
    zookeeper: { type: 'string', doc: 'Not supported: name brokers.', fluentd: UNSUPPORTED },
    zookeeper_path: { type: 'string', default: '/brokers/ids', doc: 'Not supported.', fluentd: UNSUPPORTED },
    output_data_type: {
      type: 'string',
      default: 'json',
      doc: 'json, ltsv, msgpack, `attr:a,b` (values of fields) or a formatter.',
    },
    output_include_tag: { type: 'bool', default: 'false', doc: 'Field `tag` in the record.' },
    output_include_time: { type: 'bool', default: 'false', doc: 'Field `time` in the record.' },
    time_format: { type: 'string', doc: 'strftime of that time; default seconds since the epoch.' },
    field_separator: { type: 'string', doc: 'Between the values of `attr:`: SPACE, COMMA, SOH; default a tab.' },
    kafka_agg_max_bytes: { type: 'size', default: '4096', doc: 'No effect.', fluentd: 'bytes of a request' },
    kafka_agg_max_messages: { type: 'integer', doc: 'No effect.', fluentd: 'messages of a request' },
    ack_timeout_ms: { type: 'integer', deprecated: 'Use ack_timeout', doc: 'Milliseconds instead of seconds.' },
    monitoring_list: { type: 'array', default: '', doc: 'No effect.', fluentd: 'ignored' },
  },
} as const satisfies SectionSpec;
