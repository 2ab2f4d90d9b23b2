/** Ranges of dates, numbers and strings. On `@timestamp` the index on time is used and no document is read. */
import { formatDate, parseQueryDate, toMs } from '../document/dates.ts';
import { SearchError } from '../errors.ts';
import { type Json, objectOf, onlyMember, refuseUnknown } from '../json.ts';
import { fieldOf, onValues, type Query } from './node.ts';
import { isNumeric } from './term.ts';

interface Bound {
  readonly value: Json;
  readonly inclusive: boolean;
}

export function range(body: Json, now: number): Query {
  const [name, given] = onlyMember(objectOf(body, 'range'), 'range');
  const options = objectOf(given, 'range');
  refuseUnknown(
    options,
    [
      'gte',
      'gt',
      'lte',
      'lt',
      'from',
      'to',
      'include_lower',
      'include_upper',
      'format',
      'time_zone',
      'boost',
      'relation',
    ],
    'range',
  );
  const bound = (open: string, closed: string): Bound | undefined => {
    const value = options[open] ?? options[closed];
    return value === undefined || value === null
      ? undefined
      : { value, inclusive: options[open] === undefined || options[open] === null };
  };
  return rangeOn(name, bound('gt', 'gte'), bound('lt', 'lte'), now);
}

export function rangeOn(name: string, low: Bound | undefined, high: Bound | undefined, now: number): Query {
  if (name === '@timestamp') return timeRange(low, high, now);
  const field = fieldOf(name);
  return onValues(field, (value, type) => {
    if (type === 'date') {
      const ms = msOf(value, now, false);
      return ms >= lowMs(low, now) && ms <= highMs(high, now);
    }
    const key = isNumeric(type) ? Number : String;
    const found = key(value);
    if (low !== undefined && !(low.inclusive ? found >= key(low.value) : found > key(low.value))) return false;
    return high === undefined || (high.inclusive ? found <= key(high.value) : found < key(high.value));
  });
}

function timeRange(low: Bound | undefined, high: Bound | undefined, now: number): Query {
  const [from, to] = [lowMs(low, now), highMs(high, now)];
  return {
    group: (group) => (group.paths.has('@timestamp') ? undefined : false),
    test: ({ row }) => row.ts !== null && row.ts >= from && row.ts <= to,
    from,
    to,
  };
}

/** Dates have milliseconds, so an open bound is the closed one beside it. */
function lowMs(bound: Bound | undefined, now: number): number {
  if (bound === undefined) return Number.MIN_SAFE_INTEGER;
  return bound.inclusive ? msOf(bound.value, now, false) : msOf(bound.value, now, true) + 1;
}

function highMs(bound: Bound | undefined, now: number): number {
  if (bound === undefined) return Number.MAX_SAFE_INTEGER;
  return bound.inclusive ? msOf(bound.value, now, true) : msOf(bound.value, now, false) - 1;
}

function msOf(value: Json, now: number, roundUp: boolean): number {
  const nanos = parseQueryDate(value, now, roundUp);
  if (nanos !== undefined) return toMs(nanos);
  const formats = 'strict_date_optional_time||epoch_millis';
  throw new SearchError(
    400,
    'parse_exception',
    `failed to parse date field [${String(value)}] with format [${formats}]`,
  );
}

/** What an answer shows for a date. */
export const dateText = (ms: number): string => formatDate(BigInt(ms) * 1_000_000n);
