/** What a line's origin gives a document (parameters of our own): an id that is the same whenever the line is sent, and an order. */
import { createHash } from 'node:crypto';
import type { LogEvent } from '../../core/event.ts';

/** Files whose hashes are kept; a node follows some hundreds. */
const MAX_FILES = 10_000;

/** Hash of the file's identity and the offset. */
export function stableId(origin: string, position: number): string {
  return `${originKey(origin)}${position.toString(36)}`;
}

/**
 * What `@timestamp`, a date of milliseconds in Elasticsearch, cannot tell: nanoseconds within its millisecond, the file, the offset.
 * All three are whole numbers that JSON readers keep exactly and that dynamic mapping makes sortable.
 */
export function orderOf(event: LogEvent, origin: string): string {
  return `{"nanos":${event.nsec % 1_000_000},"file":${fileNumber(origin)},"offset":${event.position}}`;
}

/** Keeps what `compute` gives for the last files. */
function remembered<T>(compute: (origin: string) => T): (origin: string) => T {
  const known = new Map<string, T>();
  return (origin) => {
    let value = known.get(origin);
    if (value === undefined) {
      value = compute(origin);
      if (known.size > MAX_FILES) known.clear();
      known.set(origin, value);
    }
    return value;
  };
}

const sha256 = (origin: string) => createHash('sha256').update(origin).digest();
/** 48 bits of the file identity's hash. */
const fileNumber = remembered((origin) => sha256(origin).readUIntBE(0, 6));
const originKey = remembered((origin) => `${sha256(origin).toString('base64url').slice(0, 22)}-`);
