/** What the outputs kafka2 and kafka_buffered have in common: connection, and how an event becomes a message. */
import type { ConfigOf } from '../../../config/schema.ts';
import { PluginConfigError } from '../../core/errors.ts';
import { checkBrokers, checkCodec, type KafkaOptions } from './client.ts';
import type { MessageOptions } from './message.ts';
import type { bufferedSchema, schema } from './schema.ts';

export type CommonConfig = Pick<
  ConfigOf<typeof schema>,
  keyof typeof schema.params & keyof typeof bufferedSchema.params
>;

export interface OwnOptions {
  readonly connectTimeout?: number | undefined;
  readonly socketTimeout?: number | undefined;
  /** Seconds. */
  readonly ackTimeout?: number | undefined;
}

/** @throws PluginConfigError for what cannot work */
export function kafkaOptions(config: CommonConfig, own: OwnOptions): KafkaOptions {
  checkBrokers(config.brokers);
  checkCodec(config.compression_codec);
  const { required_acks: acks, username, password, scram_mechanism: scram } = config;
  if (acks !== 0 && acks !== 1 && acks !== -1) throw new PluginConfigError('required_acks is -1, 0 or 1');
  if (config.principal !== undefined || config.keytab !== undefined)
    throw new PluginConfigError('Kerberos (principal, keytab) is not supported; use username and password');
  const hasLogin = username !== undefined && password !== undefined;
  return {
    clientId: config.client_id,
    brokers: config.brokers,
    idempotent: config.idempotent,
    acks,
    retries: Math.max(0, config.max_send_retries),
    hash: config.partitioner_hash_function,
    compression: config.compression_codec,
    ackTimeout: own.ackTimeout,
    connectTimeout: own.connectTimeout,
    socketTimeout: own.socketTimeout,
    sasl: hasLogin ? { username, password, mechanism: mechanismOf(scram) } : undefined,
    tls: tlsFiles(config),
  };
}

function mechanismOf(scram: string | undefined): string {
  if (scram === undefined) return 'PLAIN';
  const bits = /^(?:scram-)?sha-?(256|512)$/i.exec(scram)?.[1];
  if (bits === undefined) throw new PluginConfigError(`scram_mechanism is sha256 or sha512, not ${scram}`);
  return `SCRAM-SHA-${bits}`;
}

function tlsFiles(config: CommonConfig): KafkaOptions['tls'] {
  const files = {
    ca: config.ssl_ca_cert ?? [],
    cert: given(config.ssl_client_cert),
    chain: given(config.ssl_client_cert_chain),
    key: given(config.ssl_client_cert_key),
  };
  const isWanted =
    files.ca.length > 0 || files.cert !== undefined || files.key !== undefined || config.ssl_ca_certs_from_system;
  if (!isWanted) return undefined;
  return {
    ...files,
    passphrase: config.ssl_client_cert_key_password,
    fromSystem: config.ssl_ca_certs_from_system,
    verifyHostname: config.ssl_verify_hostname,
  };
}

function given(path: string | undefined): string | undefined {
  return path === undefined || path.trim() === '' ? undefined : path;
}

/** The fields that say where a message goes. */
export function placeOf(config: CommonConfig): Pick<MessageOptions, 'partitionKey' | 'partition' | 'key'> {
  const partition = config.default_partition;
  return {
    partitionKey: {
      key: config.partition_key_key,
      remove: config.exclude_partition_key,
      fallback: config.default_partition_key,
    },
    partition: {
      key: config.partition_key,
      remove: config.exclude_partition,
      fallback: partition === undefined ? undefined : String(partition),
    },
    key: { key: config.message_key_key, remove: config.exclude_message_key, fallback: config.default_message_key },
  };
}
