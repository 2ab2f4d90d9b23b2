/**
 * Events → two lines of a bulk request each: the action and the document.
 *
 * Guarantees: constant parts are made once per tag and chunk metadata, dates once per second, the day's action line once a day; the document is
 * the record's JSON text with `@timestamp` and the tag put in before its last brace. JSON text never holds a raw line end, so
 * no record can end a line.
 */
import { createHash } from 'node:crypto';
import { compileTimeParser, type TimeParser } from '../../codec/time.ts';
import { Accessor } from '../../core/accessor.ts';
import type { LogEvent } from '../../core/event.ts';
import { compileStrftime } from '../../core/strftime.ts';
import { encodeJson, type Value } from '../../core/value.ts';
import { localZone, utcZone } from '../../core/zone.ts';
import type { Render } from '../../plugin.ts';

export interface RenderOptions {
  readonly tag: string;
  /** Name of the index, or its prefix with logstash_format; placeholders are replaced. */
  readonly index: string;
  readonly type: string | undefined;
  readonly operation: 'index' | 'create' | 'update' | 'upsert';
  readonly pipeline: string | undefined;
  readonly logstash: { readonly dateformat: string; readonly utc: boolean } | undefined;
  readonly timestamp: boolean;
  readonly precision: number;
  readonly timeKey:
    | { readonly key: string; readonly format: string | undefined; readonly exclude: boolean }
    | undefined;
  readonly tagKey: string | undefined;
  readonly idKey: string | undefined;
  readonly routingKey: string | undefined;
  readonly parentKey: string | undefined;
  readonly targetIndexKey: string | undefined;
  readonly removeKeys: readonly string[];
  readonly stableIds: boolean;
  /** Adds `sluice`: what sorts lines of one millisecond. */
  readonly storeOrder: boolean;
  readonly onMissingId: ((event: LogEvent) => void) | undefined;
}

/** Field → metadata of the action. */
const META: readonly ['idKey' | 'routingKey' | 'parentKey', string][] = [
  ['idKey', '_id'],
  ['routingKey', 'routing'],
  ['parentKey', '_parent'],
];

export function compileRender(options: RenderOptions): Render {
  const indexOf = indexName(options);
  const action = actionLine(options);
  const timestamp = timestampField(options);
  const tag = options.tagKey === undefined ? undefined : { key: options.tagKey, text: encodeJson(options.tag) };
  const removals = options.removeKeys.map((key) => new Accessor(key));
  const target = options.targetIndexKey === undefined ? undefined : new Accessor(options.targetIndexKey);
  return (event) => {
    timestamp?.(event);
    if (options.storeOrder && event.origin !== undefined) event.setSlot('sluice', orderOf(event, event.origin.id));
    if (tag !== undefined) event.setSlot(tag.key, tag.text);
    const override = target?.get(event);
    target?.delete(event);
    const index = typeof override === 'string' ? override.toLowerCase() : indexOf(event);
    const head = action(event, index);
    if (head === undefined) return '';
    for (const accessor of removals) accessor.delete(event);
    return `${head}\n${document(event, options.operation)}\n`;
  };
}

function document(event: LogEvent, operation: RenderOptions['operation']): string {
  const json = event.toJson();
  if (operation === 'update') return `{"doc":${json}}`;
  return operation === 'upsert' ? `{"doc":${json},"doc_as_upsert":true}` : json;
}

function indexName(options: RenderOptions): (event: LogEvent) => string {
  const { logstash, index } = options;
  if (logstash === undefined) {
    const lower = index.toLowerCase();
    return () => lower;
  }
  const strftime = compileStrftime(logstash.dateformat, logstash.utc ? utcZone : localZone);
  let second = Number.NaN;
  let name = '';
  return (event) => {
    if (event.sec !== second) {
      second = event.sec;
      name = (index + strftime(event.sec, 0)).toLowerCase();
    }
    return name;
  };
}

/** The action line of an event; undefined where it must be left out. */
function actionLine(options: RenderOptions): (event: LogEvent, index: string) => string | undefined {
  const operation =
    options.operation === 'upsert'
      ? 'update'
      : options.stableIds && options.operation === 'index'
        ? 'create'
        : options.operation;
  const fields = META.flatMap(([name, meta]) =>
    options[name] === undefined ? [] : [{ accessor: new Accessor(nestedKey(options[name])), meta }],
  );
  const head = (index: string) => {
    const type = options.type === undefined ? '' : `,"_type":${encodeJson(options.type)}`;
    const pipeline = options.pipeline === undefined ? '' : `,"pipeline":${encodeJson(options.pipeline)}`;
    return `{"${operation}":{"_index":${encodeJson(index)}${type}${pipeline}`;
  };
  let known = '';
  let text = '';
  return (event, index) => {
    if (index !== known || text === '') {
      known = index;
      text = head(index);
    }
    if (fields.length === 0 && !options.stableIds) return `${text}}}`;
    let extra = '';
    for (const { accessor, meta } of fields) {
      const value = accessor.get(event);
      if (value !== undefined && value !== null) extra += `,"${meta}":${encodeJson(value as Value)}`;
      else if (meta === '_id' && options.onMissingId !== undefined) {
        options.onMissingId(event);
        return undefined;
      }
    }
    if (options.stableIds && event.origin !== undefined)
      extra += `,"_id":"${stableId(event.origin.id, event.position)}"`;
    // Events without a file (the agent's own log) have no id, and servers before 7.5 take no create without one.
    if (operation === 'create' && options.operation === 'index' && event.origin === undefined)
      return `{"index"${text.slice('{"create"'.length)}${extra}}}`;
    return `${text}${extra}}}`;
  };
}

/** `meta.id` means a nested field in these parameters, also without the `$.` of record accessors. */
function nestedKey(key: string): string {
  return key.includes('.') && !key.startsWith('$') ? `$.${key}` : key;
}

/** Hash of the file's identity and the offset: the same line has the same id whenever it is sent. */
function stableId(origin: string, position: number): string {
  const key = originKey(origin);
  return `${key}${position.toString(36)}`;
}

/**
 * What `@timestamp`, a date of milliseconds in Elasticsearch, cannot tell: nanoseconds within its millisecond, the file, the offset.
 * All three are whole numbers that JSON readers keep exactly and that dynamic mapping makes sortable.
 */
function orderOf(event: LogEvent, origin: string): string {
  return `{"nanos":${event.nsec % 1_000_000},"file":${fileNumber(origin)},"offset":${event.position}}`;
}

const fileNumbers = new Map<string, number>();
/** 48 bits of the file identity's hash. */
function fileNumber(origin: string): number {
  let number = fileNumbers.get(origin);
  if (number === undefined) {
    number = createHash('sha256').update(origin).digest().readUIntBE(0, 6);
    if (fileNumbers.size > 10_000) fileNumbers.clear();
    fileNumbers.set(origin, number);
  }
  return number;
}

const keys = new Map<string, string>();
function originKey(origin: string): string {
  let key = keys.get(origin);
  if (key === undefined) {
    key = `${createHash('sha256').update(origin).digest('base64url').slice(0, 22)}-`;
    if (keys.size > 10_000) keys.clear();
    keys.set(origin, key);
  }
  return key;
}

/** Sets `@timestamp` as the plugin does: from time_key, from an existing field, or from the event's time. */
function timestampField(options: RenderOptions): ((event: LogEvent) => void) | undefined {
  if (!options.timestamp) return undefined;
  const text = compileStrftime(
    `%Y-%m-%dT%H:%M:%S${options.precision > 0 ? `.%${options.precision}N` : ''}%:z`,
    localZone,
  );
  const { timeKey } = options;
  const parse: TimeParser | undefined =
    timeKey === undefined
      ? undefined
      : compileTimeParser({ time_type: 'string', time_format: timeKey.format, localtime: true });
  const target = { sec: 0, nsec: 0 };
  const free = compileTimeParser({ time_type: 'string', localtime: true });
  const numeric = compileTimeParser({ time_type: 'float' });
  return (event) => {
    if (event.has('@timestamp')) {
      const given = event.get('@timestamp')!;
      if ((typeof given === 'number' ? numeric : free)(given, target)) setTime(event, target);
      return;
    }
    if (timeKey !== undefined && parse !== undefined && event.has(timeKey.key)) {
      const value = event.get(timeKey.key)!;
      const isTime = parse(value, target);
      if (isTime) setTime(event, target);
      if (timeKey.exclude) return;
      // With a format the field is no date that the cluster would know: the date is written anew.
      if (isTime && timeKey.format !== undefined) event.setSlot('@timestamp', `"${text(target.sec, target.nsec)}"`);
      else event.setSlot('@timestamp', event.slot(timeKey.key)!);
      return;
    }
    event.setSlot('@timestamp', `"${text(event.sec, event.nsec)}"`);
  };
}

/** The document's time also chooses its index. */
function setTime(event: LogEvent, target: { sec: number; nsec: number }): void {
  event.sec = target.sec;
  event.nsec = target.nsec;
}
