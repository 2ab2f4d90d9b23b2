/**
 * `@type kafka2`: each event is a message.
 *
 * What a chunk's failed delivery leaves is tried again by the buffer without what was delivered. Events that can be no messages go to the error
 * stream when they are emitted; messages that are too large for their topic are given up alone (secondary, backup).
 */
import type { ConfigOf } from '../../../config/schema.ts';
import { rubyToS } from '../../../ruby/to-s.ts';
import { compileInject } from '../../codec/inject.ts';
import { Accessor } from '../../core/accessor.ts';
import { PluginConfigError, SluiceError } from '../../core/errors.ts';
import { LogEvent } from '../../core/event.ts';
import { encodeJson, isHash } from '../../core/value.ts';
import { needPackages } from '../../io/package.ts';
import { type ChunkMeta, defineBufferedOutput, type OutputHost } from '../../plugin.ts';
import { compileMessage } from './message.ts';
import { kafkaOptions, placeOf } from './options.ts';
import { KafkaOutput, type Setup } from './output.ts';
import { schema } from './schema.ts';

type Config = ConfigOf<typeof schema>;

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'kafka2',
  buffering: 'always',
  bufferDefaults: { $arg: 'topic' },
  doc: 'Sends events to Kafka.',
  schema,
  create(config, host) {
    const format = config.$element.child('format');
    if (format === undefined) throw new PluginConfigError('<format> section is required.');
    if (format.text('@type') === undefined) throw new PluginConfigError('format/@type is required.');
    if (config.default_topic === undefined && config.use_default_for_unknown_topic)
      throw new PluginConfigError('default_topic must be set when use_default_for_unknown_topic is true');
    if (config.sasl_aws_msk_iam_access_key_id !== undefined)
      throw new PluginConfigError('IAM authentication (sasl_aws_msk_iam_…) is not supported; use SCRAM');
    const kafka = kafkaOptions(config, {
      connectTimeout: config.connect_timeout,
      socketTimeout: config.socket_timeout,
      ackTimeout: config.ack_timeout,
    });
    needPackages('kafka2', ['@platformatic/kafka']);
    const topic = (meta: ChunkMeta, id?: string) => topicOf(config, meta, host, id);
    return new KafkaOutput(
      {
        kafka,
        saslOverTls: config.sasl_over_ssl,
        message: messageMaker(config, host, topic),
        topic,
        fallbackTopic: config.use_default_for_unknown_topic ? config.default_topic : undefined,
        ignored: new Set(config.ignore_exceptions),
        backup: config.exception_backup,
        discardFailed: config.discard_kafka_delivery_failed,
      },
      host,
    );
  },
});

/** `topic`, else the chunk key of `topic_key`, `default_topic`, the tag: the first that is there. */
function topicOf(config: Config, meta: ChunkMeta, host: OutputHost, chunkId?: string): string | undefined {
  if (config.topic !== undefined) return host.placeholders(config.topic, meta, chunkId);
  const own = meta.variables?.[config.topic_key];
  if (own !== undefined && own !== null && own !== false) return rubyToS(own);
  return config.default_topic ?? meta.tag;
}

function messageMaker(
  config: Config,
  host: OutputHost,
  topic: (meta: ChunkMeta) => string | undefined,
): Setup['message'] {
  const value = valueMaker(config, host);
  const inject = compileInject(config.$sections.inject[0], host.workerId);
  const pairs = (hash: Readonly<Record<string, unknown>>) =>
    Object.entries(hash).map(([name, text]) => [name, String(text)] as const);
  return (tag, meta) => {
    const add = inject?.(tag);
    const render = compileMessage({
      ...placeOf(config),
      topic: undefined,
      headers: pairs(config.headers),
      headersFromRecord: pairs(config.headers_from_record),
      removals: config.exclude_fields,
      useEventTime: config.use_event_time,
      maxSize: config.max_send_limit_bytes,
      value: value(tag),
    });
    const isKnown = topic(meta) !== undefined;
    return (event) => {
      if (!isKnown) throw new SluiceError('ERR_NO_TOPIC', 'neither the record nor the configuration names a topic');
      const own = add === undefined ? event : add(event);
      if (config.exclude_topic_key) own.delete(config.topic_key);
      return render(own);
    };
  };
}

/** JSON has no line end here, as in Fluentd's plugin; other formatters' texts are taken as they are. */
function valueMaker(config: Config, host: OutputHost): (tag: string) => (event: LogEvent) => string {
  const format = config.$element.child('format');
  const formatter = host.formatter(format);
  const isJson = format?.text('@type') === 'json';
  const isLtsv = format?.text('@type') === 'ltsv';
  const whole = (tag: string) => (event: LogEvent) => {
    if (isJson) return event.toJson();
    const text = formatter.format(tag, event);
    return isLtsv ? text.replace(/\n$/, '') : text;
  };
  if (config.record_key === undefined) return whole;
  const part = new Accessor(config.record_key);
  return (tag) => {
    const wholeOf = whole(tag);
    return (event) => {
      const value = part.get(event) ?? null;
      if (isHash(value)) return wholeOf(LogEvent.from(event.sec, event.nsec, value));
      if (isJson) return encodeJson(value);
      throw new SluiceError('ERR_RECORD_KEY', `${config.record_key} is no record that a formatter takes`);
    };
  };
}
