/**
 * Events → two lines of a bulk request each: the action and the document.
 *
 * Guarantees: constant parts are made once per tag and chunk metadata, dates once per second, the day's action line once a day; the document is
 * the record's JSON text with `@timestamp` and the tag put in before its last brace. JSON text never holds a raw line end, so
 * no record can end a line. A record that the configuration cannot handle goes to `onError` alone.
 */
import { Accessor } from '../../core/accessor.ts';
import type { LogEvent } from '../../core/event.ts';
import { compileStrftime } from '../../core/strftime.ts';
import { encodeJson, type Value } from '../../core/value.ts';
import { localZone, utcZone } from '../../core/zone.ts';
import type { Render } from '../../plugin.ts';
import { type ActionOptions, compileAction, type TypeName } from './action.ts';
import { byColumns } from './by-columns.ts';
import { compileDocument, type DocumentOptions } from './document.ts';
import type { Dynamic } from './dynamic.ts';
import { compileFlatten } from './flatten.ts';
import { orderOf } from './stable-id.ts';
import { compileTimestamp, type TimestampOptions } from './timestamp.ts';

export interface RenderOptions extends ActionOptions, DocumentOptions {
  readonly tag: string;
  /** Name of the index, or its prefix with logstash_format; placeholders are replaced. */
  readonly index: Dynamic;
  readonly type: TypeName;
  readonly logstash: { readonly dateformat: string; readonly utc: boolean } | undefined;
  readonly timestamp: TimestampOptions | undefined;
  readonly tagKey: string | undefined;
  readonly targetIndexKey: string | undefined;
  /** Field that names the type; it is removed, and counts where `type` allows it. */
  readonly targetTypeKey: string | undefined;
  readonly typeFromRecord: boolean;
  readonly removeKeys: readonly string[];
  /** Separator of flatten_hashes. */
  readonly flatten: string | undefined;
  /** Adds `sluice`: what sorts lines of one millisecond. */
  readonly storeOrder: boolean;
  /** A document without the id that its operation needs: it is left out. */
  readonly onMissingId: (event: LogEvent) => void;
  readonly onError: (event: LogEvent, error: unknown) => void;
}

export function compileRender(options: RenderOptions): Render {
  const indexOf = compileIndexName(options);
  const action = compileAction(options);
  const document = compileDocument(options);
  const flatten = options.flatten === undefined ? undefined : compileFlatten(options.flatten);
  const timestamp = options.timestamp === undefined ? undefined : compileTimestamp(options.timestamp);
  const tag = options.tagKey === undefined ? undefined : { key: options.tagKey, text: encodeJson(options.tag) };
  const targetIndex = pathAccessor(options.targetIndexKey);
  const targetType = pathAccessor(options.targetTypeKey);
  /** Makes the document of the event; gives its action line, undefined where the id is missing that it needs. */
  const prepare = (event: LogEvent): string | undefined => {
    flatten?.(event);
    // Ruby sees the record and its time as they came.
    const name = typeof options.index === 'string' ? options.index : options.index(event);
    const offset = timestamp?.(event);
    if (options.storeOrder && event.origin !== undefined) event.setSlot('sluice', orderOf(event, event.origin.id));
    const target = targetIndex === undefined ? undefined : take(targetIndex, event);
    const index = target === undefined ? indexOf(event, offset, name) : lowerCase(target);
    if (tag !== undefined) event.setSlot(tag.key, tag.text);
    const ownType = targetType === undefined ? undefined : take(targetType, event);
    const type = options.typeFromRecord && ownType !== undefined ? String(ownType) : options.type;
    const head = action(event, index, type);
    if (head === undefined) return undefined;
    for (const key of options.removeKeys) event.delete(key);
    return head;
  };
  const render: Render = (event) => {
    try {
      const head = prepare(event);
      if (head !== undefined) return `${head}\n${document(event)}\n`;
      options.onMissingId(event);
      return '';
    } catch (error) {
      options.onError(event, error);
      return '';
    }
  };
  // Ids and the like are each record's own.
  const isUniform =
    typeof options.index === 'string' && !options.stableIds && !options.storeOrder && options.operation === 'index';
  return isUniform ? byColumns(render, prepare) : render;
}

type IndexName = (event: LogEvent, offset: number | undefined, name: string) => string;

/** `name`: of the index, or what its date follows. */
function compileIndexName({ logstash }: RenderOptions): IndexName {
  const dateOf = logstash === undefined ? () => '' : compileIndexDate(logstash);
  let known = '';
  let date = '';
  let index = '';
  return (event, offset, name) => {
    const now = dateOf(event, offset);
    if (now !== date || name !== known) {
      date = now;
      known = name;
      index = (name + date).toLowerCase();
    }
    return index;
  };
}

/** The date in the name of an index; the same text for the same second. */
function compileIndexDate(
  logstash: NonNullable<RenderOptions['logstash']>,
): (event: LogEvent, offset: number | undefined) => string {
  const local = compileStrftime(logstash.dateformat, localZone);
  const wall = compileStrftime(logstash.dateformat, utcZone);
  let second = Number.NaN;
  let zone: number | undefined;
  let date = '';
  return (event, offset) => {
    // A time that was read from the record keeps the offset that it was written with.
    const shift = logstash.utc ? 0 : offset;
    if (event.sec !== second || shift !== zone) {
      second = event.sec;
      zone = shift;
      date = shift === undefined ? local(event.sec, 0) : wall(event.sec + shift, 0);
    }
    return date;
  };
}

/** `a.b` is the field b of the field a in these parameters. */
function pathAccessor(path: string | undefined): Accessor | undefined {
  if (path === undefined) return undefined;
  const steps = path.split('.').map((step) => `['${step}']`);
  return new Accessor(`$${steps.join('')}`);
}

/** Takes a field out of the record; one that is empty stays. */
function take(accessor: Accessor, event: LogEvent): Value | undefined {
  const value = accessor.get(event);
  if (value === undefined || value === null || value === false) return undefined;
  accessor.delete(event);
  return value;
}

/** @throws TypeError for a name that is no text */
function lowerCase(name: Value): string {
  if (typeof name !== 'string') throw new TypeError('the name of an index must be a text');
  return name.toLowerCase();
}
