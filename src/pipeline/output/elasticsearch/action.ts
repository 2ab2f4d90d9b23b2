/** Action lines of bulk requests: the constant part is made once per index and type, ids and routing come from the event. */
import { Accessor } from '../../core/accessor.ts';
import type { LogEvent } from '../../core/event.ts';
import { encodeJson, type Value } from '../../core/value.ts';
import { stableId } from './stable-id.ts';

export interface ActionOptions {
  readonly operation: 'index' | 'create' | 'update' | 'upsert';
  readonly pipeline: string | undefined;
  readonly idKey: string | undefined;
  readonly parentKey: string | undefined;
  readonly routingKey: string | undefined;
  /** `_routing` before Elasticsearch 7. */
  readonly routingName: 'routing' | '_routing';
  readonly stableIds: boolean;
}

/** `_type`: null is written, undefined is left out. */
export type TypeName = string | null | undefined;

/** Undefined for a document without the id that its operation needs. */
export type Action = (event: LogEvent, index: string, type: TypeName) => string | undefined;

export function compileAction(options: ActionOptions): Action {
  const { operation, stableIds } = options;
  const name = operation === 'upsert' ? 'update' : stableIds && operation === 'index' ? 'create' : operation;
  const needsId = operation !== 'index';
  const fields = metaFields(options);
  const pipeline = options.pipeline === undefined ? '' : `,"pipeline":${encodeJson(options.pipeline)}`;
  let knownIndex = '';
  let knownType: TypeName;
  let text = '';
  return (event, index, type) => {
    if (index !== knownIndex || type !== knownType || text === '') {
      knownIndex = index;
      knownType = type;
      const typeText = type === undefined ? '' : `,"_type":${encodeJson(type)}`;
      text = `{"${name}":{"_index":${encodeJson(index)}${typeText}${pipeline}`;
    }
    if (fields.length === 0 && !stableIds) return needsId ? undefined : `${text}}}`;
    let hasId = false;
    let extra = '';
    for (const { accessor, meta } of fields) {
      const value = accessor.get(event);
      if (value === undefined || value === null || value === false) continue;
      extra += `,"${meta}":${encodeJson(value as Value)}`;
      hasId ||= meta === '_id';
    }
    if (stableIds && !hasId && event.origin !== undefined) {
      extra += `,"_id":"${stableId(event.origin.id, event.position)}"`;
      hasId = true;
    }
    if (needsId && !hasId) return undefined;
    // Events without a file (the agent's own log) have no id, and servers before 7.5 take no create without one.
    if (name === 'create' && operation === 'index' && event.origin === undefined)
      return `{"index"${text.slice('{"create"'.length)}${extra}}}`;
    return `${text}${extra}}}`;
  };
}

function metaFields(options: ActionOptions): { accessor: Accessor; meta: string }[] {
  const { idKey, parentKey, routingKey, routingName } = options;
  const pairs: [string | undefined, string][] = [
    [idKey, '_id'],
    [parentKey, '_parent'],
    [routingKey, routingName],
  ];
  return pairs.flatMap(([key, meta]) => (key === undefined ? [] : [{ accessor: new Accessor(nestedKey(key)), meta }]));
}

/** `meta.id` means a nested field in these parameters, also without the `$.` of record accessors. */
function nestedKey(key: string): string {
  return key.includes('.') && !key.startsWith('$.') && !key.startsWith('$[') ? `$.${key}` : key;
}
