/** How Kafka's client is set up: brokers, TLS, SASL, partitions. Loads the client's code when a producer is made. */
import fs from 'node:fs';
import tls from 'node:tls';
import { crc32 } from 'node:zlib';
import type { Producer, ProducerOptions } from '@platformatic/kafka';
import { PluginConfigError } from '../../core/errors.ts';

export interface KafkaOptions {
  readonly clientId: string;
  readonly brokers: readonly string[];
  readonly idempotent: boolean;
  readonly acks: 0 | 1 | -1;
  readonly retries: number;
  readonly hash: 'crc32' | 'murmur2';
  readonly compression: string | undefined;
  /** Seconds. */
  readonly ackTimeout: number | undefined;
  readonly connectTimeout: number | undefined;
  readonly socketTimeout: number | undefined;
  readonly sasl: { readonly username: string; readonly password: string; readonly mechanism: string } | undefined;
  readonly tls: TlsFiles | undefined;
}

export interface TlsFiles {
  readonly ca: readonly string[];
  readonly cert: string | undefined;
  readonly chain: string | undefined;
  readonly key: string | undefined;
  readonly passphrase: string | undefined;
  readonly fromSystem: boolean;
  readonly verifyHostname: boolean;
}

const CONNECT_SECONDS = 10;
const SOCKET_SECONDS = 30;
const ACK_SECONDS = 5;
const PORT = 9092;

/** What the partitioner knows of a message beside its key. */
export interface Choice {
  readonly partitionKey: string | null;
  /** Chooses the partition where nothing else does. */
  readonly turn: number;
}

export type BytesProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

/** Reads certificates. */
export async function openProducer(options: KafkaOptions): Promise<BytesProducer> {
  const kafka = await import('@platformatic/kafka');
  const hash =
    options.hash === 'crc32' ? (bytes: Buffer) => crc32(bytes) : (bytes: Buffer) => kafka.murmur2(bytes) & 0x7fffffff;
  const settings: ProducerOptions<Buffer, Buffer, Buffer, Buffer> = {
    clientId: options.clientId,
    bootstrapBrokers: options.brokers.map(brokerOf),
    autocreateTopics: true,
    idempotent: options.idempotent,
    retries: options.retries,
    timeout: (options.ackTimeout ?? ACK_SECONDS) * 1000,
    connectTimeout: (options.connectTimeout ?? CONNECT_SECONDS) * 1000,
    requestTimeout: (options.socketTimeout ?? SOCKET_SECONDS) * 1000,
    partitioner: ({ metadata }, key) => {
      const { partitionKey, turn } = metadata as Choice;
      const chooser = partitionKey === null ? key : Buffer.from(partitionKey, 'latin1');
      return chooser === undefined ? turn : hash(chooser);
    },
    ...(options.compression === undefined ? {} : { compression: options.compression as 'gzip' }),
    ...(options.tls === undefined ? {} : { tls: tlsOf(options.tls), tlsServerName: true }),
    ...(options.sasl === undefined ? {} : { sasl: { ...options.sasl, mechanism: options.sasl.mechanism as 'PLAIN' } }),
  };
  return new kafka.Producer(settings);
}

function brokerOf(text: string): { host: string; port: number } {
  const found = /^(?:[\w+]+:\/\/)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(text.trim());
  if (found === null) throw new PluginConfigError(`'${text}' is no broker: host:port is expected`);
  return { host: found[1]!.replace(/^\[|\]$/g, ''), port: Number(found[2] ?? PORT) };
}

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'];

/** @throws PluginConfigError */
export function checkCodec(codec: string | undefined): void {
  if (codec !== undefined && !CODECS.includes(codec))
    throw new PluginConfigError(`Unknown compression codec: ${codec}; valid options are ${CODECS.join(',')}`);
}

/** @throws PluginConfigError */
export function checkBrokers(brokers: readonly string[]): void {
  if (brokers.length === 0) throw new PluginConfigError('No brokers specified. Need one broker at least.');
  for (const broker of brokers) brokerOf(broker);
}

function tlsOf(files: TlsFiles): tls.ConnectionOptions {
  const read = (file: string) => fs.readFileSync(file);
  const own = files.cert === undefined ? undefined : [files.cert, ...(files.chain === undefined ? [] : [files.chain])];
  const authorities = [...(files.fromSystem ? tls.getCACertificates('system') : []), ...files.ca.map(read)];
  return {
    ...(authorities.length === 0 ? {} : { ca: authorities }),
    ...(own === undefined ? {} : { cert: Buffer.concat(own.map(read)) }),
    ...(files.key === undefined ? {} : { key: read(files.key) }),
    ...(files.passphrase === undefined ? {} : { passphrase: files.passphrase }),
    ...(files.verifyHostname ? {} : { checkServerIdentity: () => undefined }),
  };
}
