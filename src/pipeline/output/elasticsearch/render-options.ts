/** What the configuration says of how events become items, for one tag and chunk metadata. */
import type { ConfigOf } from '../../../config/schema.ts';
import { SluiceError } from '../../core/errors.ts';
import { LogEvent } from '../../core/event.ts';
import type { OutputHost } from '../../plugin.ts';
import type { TypeName } from './action.ts';
import type { RenderOptions } from './render.ts';
import type { schema } from './schema.ts';
import type { Server } from './server.ts';
import type { TimestampOptions } from './timestamp.ts';

type Config = ConfigOf<typeof schema>;
/** Replaces placeholders. */
export type Resolve = (text: string) => string;

export function renderOptions(
  c: Config,
  host: OutputHost,
  server: Server,
  tag: string,
  resolve: Resolve,
): RenderOptions {
  return {
    tag,
    index: c.logstash_format ? `${resolve(c.logstash_prefix)}${c.logstash_prefix_separator}` : resolve(c.index_name),
    type: resolvedType(server, resolve),
    typeFromRecord: server.takesTypes,
    operation: c.write_operation,
    pipeline: c.pipeline === undefined ? undefined : resolve(c.pipeline),
    logstash: c.logstash_format ? { dateformat: resolve(c.logstash_dateformat), utc: c.utc_index } : undefined,
    timestamp: c.logstash_format || c.include_timestamp ? timestampOptions(c, host, tag) : undefined,
    tagKey: c.include_tag_key ? c.tag_key : undefined,
    idKey: c.id_key,
    routingKey: c.routing_key,
    routingName: server.routingName,
    parentKey: c.parent_key,
    targetIndexKey: c.target_index_key,
    targetTypeKey: c.target_type_key,
    removeKeys: removeKeys(c),
    removeOnUpdate: c.remove_keys_on_update.split(',').filter((key) => key !== ''),
    removeOnUpdateKey: c.remove_keys_on_update_key,
    isBare: c.suppress_doc_wrap,
    flatten: c.flatten_hashes ? c.flatten_hashes_separator : undefined,
    stableIds: c.stable_ids,
    storeOrder: c.store_order,
    onMissingId: (event) => missingId(c, host, tag, event),
    onError: (event, error) => host.emitError(tag, event.clone(), error),
  };
}

export function removeKeys(config: Pick<Config, 'remove_keys'>): string[] {
  return (config.remove_keys ?? '').split(/\s*,\s*/).filter((key) => key !== '');
}

export function resolvedType(server: Server, resolve: Resolve): TypeName {
  const type = server.typeName();
  return typeof type === 'string' ? resolve(type) : type;
}

type TimeConfig = Pick<
  Config,
  'time_precision' | 'time_key' | 'time_key_format' | 'time_key_exclude_timestamp' | 'time_parse_error_tag'
>;

export function timestampOptions(c: TimeConfig, host: OutputHost, tag: string): TimestampOptions {
  return {
    precision: c.time_precision,
    timeKey: c.time_key,
    format: c.time_key_format,
    exclude: c.time_key_exclude_timestamp,
    rewrite: false,
    onError: ({ sec }, value) => {
      const record = { tag, time: sec, format: c.time_key_format ?? null, value };
      const event = LogEvent.from(Math.floor(host.ports.clock.now() / 1000), 0, record);
      host.emitError(c.time_parse_error_tag, event, new SluiceError('ERR_TIME', 'invalid date'));
    },
  };
}

function missingId(c: Config, host: OutputHost, tag: string, event: LogEvent): void {
  const message = `Missing '_id' field. Write operation is ${c.write_operation}`;
  if (c.emit_error_for_missing_id) host.emitError(tag, event.clone(), new SluiceError('ERR_MISSING_ID', message));
  else host.log.debug(`Dropping record: ${message}`);
}
