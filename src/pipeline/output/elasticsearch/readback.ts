/** Events read back from a chunk's items, for the error stream, `retry_tag` and `<secondary>`: records as they were to be stored. */
import { compileFreeTime } from '../../codec/free-time.ts';
import { LogEvent } from '../../core/event.ts';
import { decodeJson, type Hash, isHash } from '../../core/value.ts';
import { utcZone } from '../../core/zone.ts';
import type { ReadyChunk } from '../../plugin.ts';
import { documentOf, type Items } from './items.ts';

const parseTime = compileFreeTime(utcZone);

/** `isWrapped`: documents are bodies of updates. The event's time is its `@timestamp`, else that of the chunk. */
export function eventOf(items: Items, i: number, chunk: ReadyChunk, isWrapped: boolean): LogEvent {
  const body = decodeJson(documentOf(items, i)) as Hash;
  const record = isWrapped ? unwrapped(body) : body;
  const time = { sec: Math.floor(chunk.createdAt / 1000), nsec: 0 };
  const written = record['@timestamp'];
  if (typeof written === 'string') parseTime(written, time);
  return LogEvent.from(time.sec, time.nsec, record);
}

function unwrapped(body: Hash): Hash {
  const record = body['upsert'] ?? body['doc'];
  return isHash(record) ? record : body;
}
