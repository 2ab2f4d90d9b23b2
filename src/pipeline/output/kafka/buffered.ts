/** `@type kafka_buffered`: the older spelling of kafka2. Topics come from the records, and the format from `output_data_type`. */
import type { Element } from '../../../config/element.ts';
import type { ConfigOf } from '../../../config/schema.ts';
import { fieldText } from '../../codec/field-text.ts';
import { encodeRecord } from '../../codec/msgpack-write.ts';
import { PluginConfigError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import { Plain } from '../../core/slot.ts';
import { compileStrftime } from '../../core/strftime.ts';
import { localZone } from '../../core/zone.ts';
import { needPackages } from '../../io/package.ts';
import { defineBufferedOutput, type OutputHost } from '../../plugin.ts';
import { compileMessage } from './message.ts';
import { kafkaOptions, placeOf } from './options.ts';
import { KafkaOutput, type Setup } from './output.ts';
import { bufferedSchema } from './schema.ts';

type Config = ConfigOf<typeof bufferedSchema>;

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'kafka_buffered',
  buffering: 'always',
  bufferDefaults: { $arg: 'tag' },
  doc: 'Sends events to Kafka (older spelling of kafka2).',
  schema: bufferedSchema,
  create(config, host) {
    if (config.zookeeper !== undefined) throw new PluginConfigError('zookeeper is not supported; name brokers');
    const milliseconds = config.ack_timeout_ms;
    const kafka = kafkaOptions(config, {
      ackTimeout: milliseconds === undefined ? config.ack_timeout : milliseconds / 1000,
    });
    needPackages('kafka_buffered', ['@platformatic/kafka']);
    return new KafkaOutput(
      {
        kafka,
        saslOverTls: config.sasl_over_ssl,
        message: messageMaker(config, host),
        topic: (meta) => config.default_topic ?? meta.tag,
        ignored: new Set(),
        backup: true,
        discardFailed: config.discard_kafka_delivery_failed,
      },
      host,
    );
  },
});

function messageMaker(config: Config, host: OutputHost): Setup['message'] {
  const value = valueMaker(config, host);
  const time = config.time_format === undefined ? undefined : compileStrftime(config.time_format, localZone);
  return (tag) => {
    const render = compileMessage({
      ...placeOf(config),
      topic: { key: config.topic_key, remove: config.exclude_topic_key, fallback: config.default_topic ?? tag },
      ...{ headers: [], headersFromRecord: [], removals: [] },
      useEventTime: config.use_event_time,
      maxSize: config.max_send_limit_bytes,
      value: value(tag),
    });
    return (event) => {
      if (config.output_include_time)
        event.setSlot('time', new Plain(time === undefined ? event.sec : time(event.sec, event.nsec)));
      if (config.output_include_tag) event.set('tag', tag);
      return render(event);
    };
  };
}

function valueMaker(config: Config, host: OutputHost): (tag: string) => (event: LogEvent) => string {
  const type = config.output_data_type;
  const attributes = /^attr:(.*)$/s.exec(type)?.[1];
  if (attributes !== undefined) return () => attributeText(attributes, config);
  if (type === 'json') return () => (event) => event.toJson();
  if (type === 'msgpack') return () => encodeRecord;
  const formatter = host.formatter(formatElement(config.$element, type));
  return (tag) => (event) => {
    const text = formatter.format(tag, event);
    return type === 'ltsv' ? text.replace(/\n$/, '') : text;
  };
}

function formatElement(element: Element, type: string): Element {
  return element.bare('format').withParam('@type', type);
}

function attributeText(names: string, config: Config): (event: LogEvent) => string {
  const fields = [
    ...(config.output_include_tag ? ['tag'] : []),
    ...(config.output_include_time ? ['time'] : []),
    ...names.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()])),
  ];
  const separator = separatorOf(config.field_separator ?? '');
  return (event) => fields.map((name) => fieldText(event, name)).join(separator);
}

function separatorOf(name: string): string {
  if (/SPACE/i.test(name)) return ' ';
  if (/COMMA/i.test(name)) return ',';
  return /SOH/i.test(name) ? '\x01' : '\t';
}
