/**
 * `@type s3`: each chunk becomes an object.
 *
 * With `check_object` (the default) no object is written over: the key is looked for first, and the store itself is told to refuse a key that is
 * taken (If-None-Match), so that two agents that find the same key free do not lose a chunk. Every error is tried again by the buffer. What
 * Fluentd checks at start (credentials, bucket, lifecycle) is checked at start and, where that failed, before each chunk until it succeeds.
 */
import os from 'node:os';
import type { ConfigOf } from '../../../config/schema.ts';
import { compileInject } from '../../codec/inject.ts';
import { PluginConfigError, SluiceError } from '../../core/errors.ts';
import { needPackages } from '../../io/package.ts';
import {
  type BufferedOutput,
  defineBufferedOutput,
  type OutputHost,
  type ReadyChunk,
  type Render,
} from '../../plugin.ts';
import { connection } from '../aws/connection.ts';
import { CREDENTIAL_PACKAGES, credentials } from '../aws/credentials.ts';
import { Bucket, type ObjectOptions } from './bucket.ts';
import { type Compressor, compressorOf } from './compress.ts';
import { checkKeyFormat, type KeyOptions, objectKey, sliceFormat, withIndex } from './key.ts';
import { schema } from './schema.ts';
import { credentialSource } from './source.ts';

type Config = ConfigOf<typeof schema>;

const KEY_WITHOUT_CHECK = '%{path}/%{time_slice}_%{hms_slice}.%{file_extension}';
const UNIQUE = ['${chunk_id}', '%{uuid_flush}', '%{hex_random}'];

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 's3',
  buffering: 'always',
  takesBytes: true,
  bufferDefaults: { $arg: 'time', timekey: '86400' },
  doc: 'Stores chunks as objects in S3.',
  schema,
  create: (config, host) => new S3Output(config, host),
});

class S3Output implements BufferedOutput {
  readonly #config: Config;
  readonly #host: OutputHost;
  readonly #region: string;
  readonly #compressor: Compressor;
  readonly #keys: KeyOptions;
  readonly #render: (tag: string) => Render;
  #bucket: Bucket | undefined;
  #isReady = false;
  /** Keys that are being written: free for the store, but not for others. */
  readonly #taken = new Set<string>();

  constructor(config: Config, host: OutputHost) {
    this.#config = config;
    this.#host = host;
    this.#region = config.s3_region ?? host.env['AWS_REGION'] ?? 'us-east-1';
    checkEndpoint(config.s3_endpoint);
    checkKeyFormat(config.s3_object_key_format, config.index_format, config.hex_random_length);
    this.#compressor = compressorOf({
      type: config.store_as,
      level: config.$sections.compress[0]?.level ?? 3,
      parameter: config.command_parameter,
      searchPath: host.env['PATH'] ?? '',
      warn: (message) => host.log.warn(message),
    });
    const formatter = host.formatter(config.$element.child('format'), 'out_file');
    const inject = compileInject(config.$sections.inject[0], host.workerId);
    this.#render = (tag) => {
      const add = inject?.(tag);
      return (event) => formatter.format(tag, add === undefined ? event : add(event));
    };
    const isGiven = config.$element.params.has('s3_object_key_format');
    this.#keys = {
      format: (config.check_object || isGiven ? config.s3_object_key_format : KEY_WITHOUT_CHECK).replaceAll(
        '%{hostname}',
        os.hostname(),
      ),
      path: config.path,
      extension: this.#compressor.extension,
      timeSlice: config.time_slice_format ?? sliceFormat(host.timekey),
      indexFormat: config.index_format,
      hexLength: config.hex_random_length,
      fill: (template, { meta, id }) => host.placeholders(template, meta, id),
      now: () => host.ports.clock.now(),
    };
    needPackages('s3', ['@aws-sdk/client-s3', ...CREDENTIAL_PACKAGES]);
  }

  async start(): Promise<void> {
    const config = this.#config;
    this.#warnOfKeys();
    const found = await credentials(credentialSource(config, this.#region, this.#host.env));
    this.#bucket = await Bucket.open(config.s3_bucket, {
      ...connection({
        region: this.#region,
        endpoint: config.s3_endpoint,
        proxy: config.proxy_uri,
        verify: config.ssl_verify_peer,
        ca: config.ssl_ca_bundle,
        caFolder: config.ssl_ca_directory,
      }),
      ...(found === undefined ? {} : { credentials: found }),
      forcePathStyle: config.force_path_style,
      useAccelerateEndpoint: config.enable_transfer_acceleration,
      useDualstackEndpoint: config.enable_dual_stack,
      ...(config.compute_checksums === false ? { requestChecksumCalculation: 'WHEN_REQUIRED' as const } : {}),
    });
    try {
      await this.#prepare(this.#bucket, AbortSignal.timeout(START_MS));
    } catch (error) {
      this.#host.log.error('the bucket is not ready; it is looked at again before each chunk', { error });
    }
  }

  stop(): void {
    this.#bucket?.close();
  }

  renderer(tag: string): Render {
    return this.#render(tag);
  }

  async write(chunk: ReadyChunk, signal: AbortSignal): Promise<void> {
    const bucket = this.#bucket!;
    await this.#prepare(bucket, signal);
    const body = await this.#compressor.pack(chunk.read());
    const key = this.#config.check_object
      ? await this.#putNew(bucket, chunk, body, signal)
      : await this.#put(bucket, chunk, body, 0, objectKey(this.#keys, chunk, 0), signal);
    const { warn_for_delay: delay } = this.#config;
    const { timekey } = chunk.meta;
    if (delay !== undefined && timekey !== undefined && timekey < this.#host.ports.clock.now() / 1000 - delay)
      this.#host.log.warn('delayed events were put', { object: `s3://${this.#config.s3_bucket}/${key}` });
  }

  /** Nothing of a chunk can be stored alone: the store is asked whether it is there. */
  async probe(_chunk: ReadyChunk, signal: AbortSignal): Promise<boolean> {
    await this.#bucket!.reach(signal);
    return false;
  }

  /** Counts the index up until a key is free. */
  async #putNew(bucket: Bucket, chunk: ReadyChunk, body: Buffer, signal: AbortSignal): Promise<string> {
    let before: string | undefined;
    for (let index = 0; ; index++) {
      const key = objectKey(this.#keys, chunk, index);
      if (key === before) {
        if (!this.#config.overwrite)
          throw new SluiceError(
            'ERR_S3_KEY',
            `duplicated path is generated. use %{index} in s3_object_key_format: path = ${key}`,
          );
        this.#host.log.warn('the object already exists, but will be overwritten', { key });
        return this.#put(bucket, chunk, body, index, key, signal);
      }
      before = key;
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      try {
        if (await bucket.has(key, signal)) continue;
        if (await bucket.put(key, body, this.#options(chunk, index), true, signal)) return key;
      } finally {
        this.#taken.delete(key);
      }
    }
  }

  async #put(
    bucket: Bucket,
    chunk: ReadyChunk,
    body: Buffer,
    index: number,
    key: string,
    signal: AbortSignal,
  ): Promise<string> {
    await bucket.put(key, body, this.#options(chunk, index), false, signal);
    return key;
  }

  async #prepare(bucket: Bucket, signal: AbortSignal): Promise<void> {
    if (this.#isReady) return;
    const config = this.#config;
    const { log } = this.#host;
    if (config.check_apikey_on_start) await bucket.tryCredentials(config.path, signal);
    if (config.check_bucket && !(await bucket.exists(signal))) {
      if (!config.auto_create_bucket)
        throw new SluiceError('ERR_S3_BUCKET', `The specified bucket does not exist: bucket = ${config.s3_bucket}`);
      log.info('creating the bucket', { bucket: config.s3_bucket });
      await bucket.create(signal);
    }
    const rules = config.$sections.bucket_lifecycle_rule.map(({ id, prefix, expiration_days: days }) => ({
      ...{ id, prefix, days },
    }));
    if (rules.length > 0 && (await bucket.setLifecycle(rules, signal)))
      log.info('the lifecycle of the bucket was set', { bucket: config.s3_bucket });
    this.#isReady = true;
  }

  #options(chunk: ReadyChunk, index: number): ObjectOptions {
    const config = this.#config;
    const metadata = Object.entries(config.s3_metadata ?? {}).map(([name, value]) => [
      name,
      withIndex(this.#host.placeholders(String(value), chunk.meta, chunk.id), config.index_format, index),
    ]);
    const options = {
      ContentType: this.#compressor.contentType,
      StorageClass: config.reduced_redundancy ? 'REDUCED_REDUNDANCY' : config.storage_class,
      ServerSideEncryption: config.use_server_side_encryption,
      SSEKMSKeyId: config.ssekms_key_id,
      SSECustomerAlgorithm: config.sse_customer_algorithm,
      SSECustomerKey: config.sse_customer_key,
      SSECustomerKeyMD5: config.sse_customer_key_md5,
      ACL: config.acl,
      GrantFullControl: config.grant_full_control,
      GrantRead: config.grant_read,
      GrantReadACP: config.grant_read_acp,
      GrantWriteACP: config.grant_write_acp,
      ChecksumAlgorithm: config.checksum_algorithm,
      Tagging: config.tagging,
      Metadata: metadata.length === 0 ? undefined : Object.fromEntries(metadata),
    };
    // The client checks no enums: what it does not know may be known to the store.
    return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as ObjectOptions;
  }

  #warnOfKeys(): void {
    const { log } = this.#host;
    const config = this.#config;
    const isGiven = config.$element.params.has('s3_object_key_format');
    if (!config.check_object)
      log.warn(
        isGiven
          ? 'check_object is false: keys must differ for each chunk, else objects are overwritten'
          : `check_object is false and s3_object_key_format is not set: ${KEY_WITHOUT_CHECK} is used`,
      );
    const threads = Number(this.#host.element.child('buffer')?.text('flush_thread_count') ?? 1);
    if (!config.check_object && threads > 1 && !UNIQUE.some((name) => this.#keys.format.includes(name)))
      log.warn(`several chunks are written at once: ${UNIQUE.join(', ')} in s3_object_key_format keeps keys apart`);
  }
}

const START_MS = 20_000;

/** A URL of AWS itself is what s3_region is for, but for endpoints inside of a network and of governments. */
function checkEndpoint(endpoint: string | undefined): void {
  if (endpoint === undefined || !endpoint.endsWith('amazonaws.com') || endpoint.endsWith('vpce.amazonaws.com')) return;
  if (endpoint.includes('fips') || endpoint.includes('gov')) return;
  throw new PluginConfigError(
    's3_endpoint parameter is not supported for S3, use s3_region instead. This parameter is for S3 compatible services',
  );
}
