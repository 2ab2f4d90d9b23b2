/** Buckets of time: fixed steps, or units of the calendar. */
import { addUnits, type DateUnit, startOf, toMs, zoneMinutes } from '../document/dates.ts';
import { illegalArgument, searchError } from '../errors.ts';
import { isObject, type JsonObject, numberOf, refuseUnknown, stringOf } from '../json.ts';
import { fieldOf } from '../query/node.ts';
import { dateText } from '../query/range.ts';
import { Bucket } from './bucket.ts';
import type { Kind } from './collector.ts';
import { numbersOf } from './metrics.ts';

const UNITS: Readonly<Record<string, DateUnit>> = {
  ...{
    second: 's',
    '1s': 's',
    minute: 'm',
    '1m': 'm',
    hour: 'h',
    '1h': 'h',
    day: 'd',
    '1d': 'd',
    week: 'w',
    '1w': 'w',
  },
  ...{ month: 'M', '1M': 'M', quarter: 'q', '1q': 'q', year: 'y', '1y': 'y' },
};
const FIXED_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MOST_BUCKETS = 65_536;

export const dateHistogram: Kind = (body, inner) => {
  refuseUnknown(
    body,
    [
      'field',
      'calendar_interval',
      'fixed_interval',
      'interval',
      'min_doc_count',
      'time_zone',
      'extended_bounds',
      'format',
      'order',
      'keyed',
    ],
    'date_histogram',
  );
  const field = fieldOf(stringOf(body['field'], 'field'));
  const shift =
    zoneMinutes(body['time_zone'] === undefined ? undefined : stringOf(body['time_zone'], 'time_zone')) * 60_000;
  if (Number.isNaN(shift))
    throw illegalArgument(`time zone [${String(body['time_zone'])}] is not supported by the embedded store`);
  const step = stepOf(body);
  const floor = (ms: number) => step.floor(ms + shift) - shift;
  const least = numberOf(body['min_doc_count'], 'min_doc_count', 0);
  return () => {
    const buckets = new Map<number, Bucket>();
    return {
      add(doc) {
        for (const ms of numbersOf(doc, field)) {
          const key = floor(ms);
          let bucket = buckets.get(key);
          if (bucket === undefined) buckets.set(key, (bucket = new Bucket(inner())));
          bucket.add(doc);
        }
      },
      result() {
        const bounds = isObject(body['extended_bounds']) ? body['extended_bounds'] : {};
        const ends = [bounds['min'], bounds['max']].flatMap((bound) =>
          bound === undefined ? [] : floor(Number(bound)),
        );
        const keys = [...buckets.keys(), ...(least === 0 ? ends : [])].sort((a, b) => a - b);
        const last = keys.at(-1);
        if (least === 0 && last !== undefined)
          for (let at = keys[0]!, n = 0; at < last; at = step.next(at + shift) - shift) {
            if (++n > MOST_BUCKETS)
              throw searchError(
                'too_many_buckets_exception',
                `Trying to create too many buckets. Must be less than or equal to: [${MOST_BUCKETS}] but this number of buckets was exceeded.`,
              );
            if (!buckets.has(at)) buckets.set(at, new Bucket(inner()));
          }
        const all = [...buckets].filter(([, { count }]) => count >= least).sort(([a], [b]) => a - b);
        return { buckets: all.map(([key, bucket]) => ({ key_as_string: dateText(key), key, ...bucket.shown() })) };
      },
    };
  };
};

function stepOf(body: JsonObject): { floor(ms: number): number; next(ms: number): number } {
  const name = stringOf(body['calendar_interval'] ?? body['interval'] ?? '', 'interval');
  const unit = body['fixed_interval'] === undefined ? UNITS[name] : undefined;
  if (unit !== undefined) {
    return {
      floor: (ms) => toMs(startOf(BigInt(ms) * 1_000_000n, unit)),
      next: (ms) => toMs(addUnits(BigInt(ms) * 1_000_000n, 1, unit)),
    };
  }
  if (body['calendar_interval'] !== undefined)
    throw illegalArgument(`The supplied interval [${name}] could not be parsed as a calendar interval.`);
  const fixed = stringOf(body['fixed_interval'] ?? body['interval'] ?? '', 'interval');
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(fixed);
  if (match === null || Number(match[1]) === 0)
    throw illegalArgument(
      `failed to parse setting [date_histogram.fixedInterval] with value [${fixed}] as a time value`,
    );
  const size = Number(match[1]) * FIXED_MS[match[2]!]!;
  return { floor: (ms) => Math.floor(ms / size) * size, next: (ms) => ms + size };
}
