/** Events → items of a data stream: `create`, with the stream's name, which goes into the path when they are sent. */
import type { LogEvent } from '../../core/event.ts';
import { encodeJson, type Value } from '../../core/value.ts';
import type { Render } from '../../plugin.ts';
import { byColumns, type Prepare } from './by-columns.ts';
import { orderOf, stableId } from './stable-id.ts';
import { compileOwnTime } from './timestamp.ts';

export interface DataStreamRenderOptions {
  readonly tag: string;
  readonly stream: string;
  readonly tagKey: string | undefined;
  readonly idKey: string | undefined;
  readonly removeKeys: readonly string[];
  readonly stableIds: boolean;
  readonly storeOrder: boolean;
  /** Sets `@timestamp`; without it a record that has none gets the event's time. */
  readonly timestamp: ((event: LogEvent) => void) | undefined;
  readonly precision: number;
}

export function compileDataStreamRender(options: DataStreamRenderOptions): Render {
  const { tagKey, idKey, stableIds, storeOrder } = options;
  const ownTime = compileOwnTime(options.precision);
  const head = `{"create":{"_index":${encodeJson(options.stream)}`;
  const tag = encodeJson(options.tag);
  const timestamp =
    options.timestamp ??
    ((event: LogEvent) => {
      if (!event.has('@timestamp')) event.setSlot('@timestamp', ownTime(event));
    });
  const prepare: Prepare = (event) => {
    if (storeOrder && event.origin !== undefined) event.setSlot('sluice', orderOf(event, event.origin.id));
    if (tagKey !== undefined) event.setSlot(tagKey, tag);
    timestamp(event);
    let id = '';
    const own = idKey === undefined ? undefined : event.get(idKey);
    if (own !== undefined && own !== null && own !== false) id = `,"_id":${encodeJson(own as Value)}`;
    else if (stableIds && event.origin !== undefined) id = `,"_id":"${stableId(event.origin.id, event.position)}"`;
    for (const key of options.removeKeys) event.delete(key);
    return `${head}${id}}}`;
  };
  const render: Render = (event) => `${prepare(event)!}\n${event.toJson()}\n`;
  return stableIds || storeOrder ? render : byColumns(render, prepare);
}
