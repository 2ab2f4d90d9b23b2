/**
 * `@type elasticsearch_genid`: an id for each record, to be its `_id`. Made of the record (`use_record_as_seed`) it is the same when the record is
 * sent twice; else it is random.
 */
import { createHash, randomUUID } from 'node:crypto';
import { rubyToS } from '../../ruby/to-s.ts';
import { fieldText } from '../codec/field-text.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { LogEvent } from '../core/event.ts';
import { toBytes } from '../core/value.ts';
import { defineFilter } from '../plugin.ts';

export const plugin = defineFilter({
  kind: 'filter',
  type: 'elasticsearch_genid',
  doc: 'Gives each record an id.',
  schema: {
    doc: 'Elasticsearch id filter.',
    params: {
      hash_id_key: { type: 'string', default: '_hash', doc: 'Field that takes the id.' },
      include_tag_in_seed: { type: 'bool', default: 'false', doc: 'The tag is part of what is hashed.' },
      include_time_in_seed: { type: 'bool', default: 'false', doc: 'The time, in whole seconds, is part of it.' },
      use_record_as_seed: { type: 'bool', default: 'false', doc: 'Hash the record; else ids are random.' },
      use_entire_record: { type: 'bool', default: 'false', doc: 'Hash all fields.' },
      record_keys: { type: 'array', default: '', doc: 'Fields that are hashed.' },
      separator: { type: 'string', default: '_', doc: 'Between the parts that are hashed.' },
      hash_type: {
        type: 'enum',
        values: ['md5', 'sha1', 'sha256', 'sha512'],
        default: 'sha1',
        doc: 'Which hash.',
      },
    },
  },
  create(config) {
    const { use_record_as_seed: hashed, use_entire_record: entire, record_keys: keys, hash_id_key: key } = config;
    if (hashed && !entire && keys.length === 0)
      throw new PluginConfigError('When using record as hash seed, users must specify `record_keys`.');
    const separator = toBytes(config.separator);
    const body = entire
      ? entireRecord
      : (event: LogEvent) => keys.map((name) => joined(event, name, separator)).join(separator);
    return {
      plan(tag) {
        const head = config.include_tag_in_seed ? toBytes(tag) + separator : '';
        const idOf = (event: LogEvent) => {
          if (!hashed) return Buffer.from(randomUUID()).toString('base64');
          const time = config.include_time_in_seed ? event.sec + separator : '';
          const seed = Buffer.from(head + time + body(event), 'latin1');
          return createHash(config.hash_type).update(seed).digest('base64');
        };
        return (stream) => {
          for (const event of stream.events) event.setSlot(key, `"${idOf(event)}"`);
          return stream;
        };
      },
    };
  },
});

/** Keys in the order of their bytes. */
function entireRecord(event: LogEvent): string {
  return event
    .keys()
    .map((key) => ({ bytes: toBytes(key), key }))
    .sort((a, b) => (a.bytes < b.bytes ? -1 : 1))
    .map(({ bytes, key }) => `|${bytes}|${fieldText(event, key)}`)
    .join('');
}

/** Ruby's join takes the items of an array as items of its own. */
function joined(event: LogEvent, key: string, separator: string): string {
  const value = event.get(key);
  return Array.isArray(value)
    ? value
        .flat(Infinity)
        .map((item) => toBytes(rubyToS(item)))
        .join(separator)
    : fieldText(event, key);
}
