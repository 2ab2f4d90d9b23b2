/** `<inject>`: fields that an output or the stdout filter adds to each record before it writes it. */
import os from 'node:os';
import type { ConfigOf, SectionSpec } from '../../config/schema.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { LogEvent } from '../core/event.ts';
import { Plain, Shared, type Slot } from '../core/slot.ts';
import { compileStrftime } from '../core/strftime.ts';
import { Float, type Value } from '../core/value.ts';
import { checkZone, localZone, parseZone, utcZone } from '../core/zone.ts';

export const INJECT = {
  doc: 'Fields to add to records when they are written.',
  params: {
    hostname_key: { type: 'string', doc: 'Field that takes the host name.' },
    hostname: { type: 'string', doc: 'Host name to use instead of the real one.' },
    worker_id_key: { type: 'string', doc: 'Field that takes the worker’s number.' },
    tag_key: { type: 'string', doc: 'Field that takes the tag.' },
    time_key: { type: 'string', doc: 'Field that takes the event time.' },
    time_type: {
      type: 'enum',
      values: ['float', 'unixtime', 'unixtime_millis', 'unixtime_micros', 'unixtime_nanos', 'string'],
      default: 'float',
      doc: 'How the time is written.',
    },
    time_format: { type: 'string', doc: 'With time_type string: strftime of the time; ISO 8601 by default.' },
    localtime: { type: 'bool', default: 'true', doc: 'Times in local time.' },
    utc: { type: 'bool', default: 'false', doc: 'Times in UTC.' },
    timezone: { type: 'string', doc: 'Times in this zone.' },
    time_format_fallbacks: { type: 'array', doc: 'No effect.', fluentd: 'ignored' },
  },
} as const satisfies SectionSpec;

export type InjectConfig = ConfigOf<typeof INJECT>;

/** Copies an event and adds the fields. The event that came in is left alone: other stores may hold it too. */
export type Inject = (event: LogEvent) => LogEvent;

/** Undefined where nothing is added. `chunkKeys` are those of the output's buffer: they cannot see injected fields. */
export function compileInject(
  config: InjectConfig | undefined,
  workerId: number,
  chunkKeys: readonly string[] = [],
): ((tag: string) => Inject) | undefined {
  if (config === undefined) return undefined;
  const { hostname_key: hostKey, worker_id_key: workerKey, tag_key: tagKey, time_key: timeKey } = config;
  if (hostKey !== undefined && chunkKeys.includes(hostKey))
    throw new PluginConfigError(
      "the key specified by 'hostname_key' in <inject> cannot be used in buffering chunk key.",
    );
  if (hostKey === undefined && workerKey === undefined && tagKey === undefined && timeKey === undefined)
    return undefined;
  const fixed: [string, Shared][] = [];
  if (hostKey !== undefined) fixed.push([hostKey, new Shared(config.hostname ?? os.hostname())]);
  if (workerKey !== undefined) fixed.push([workerKey, new Shared(workerId)]);
  const time = timeKey === undefined ? undefined : timeSlot(config);
  return (tag) => {
    const constants = tagKey === undefined ? fixed : [...fixed, [tagKey, new Shared(tag)] as [string, Shared]];
    return (event) => {
      const copy = event.clone();
      for (const [key, value] of constants) copy.setShared(key, value);
      if (time !== undefined) copy.setSlot(timeKey!, time(event.sec, event.nsec));
      return copy;
    };
  };
}

function timeSlot(config: InjectConfig): (sec: number, nsec: number) => Slot {
  checkZone(config.timezone);
  const plain = (value: (sec: number, nsec: number) => Value) => (sec: number, nsec: number) =>
    new Plain(value(sec, nsec));
  switch (config.time_type) {
    case 'float':
      return plain(microseconds);
    case 'unixtime':
      return plain((sec) => sec);
    case 'unixtime_millis':
      return plain((sec, nsec) => sec * 1000 + Math.floor(nsec / 1_000_000));
    case 'unixtime_micros':
      return plain((sec, nsec) => sec * 1_000_000 + Math.floor(nsec / 1000));
    case 'unixtime_nanos':
      return plain((sec, nsec) => BigInt(sec) * 1_000_000_000n + BigInt(nsec));
    default:
      return plain(timeText(config));
  }
}

function microseconds(sec: number, nsec: number): Value {
  const value = Number(`${sec}.${String(Math.floor(nsec / 1000)).padStart(6, '0')}`);
  return Number.isInteger(value) ? new Float(value) : value;
}

function timeText(config: InjectConfig): (sec: number, nsec: number) => string {
  const utc = config.utc || !config.localtime;
  const zone = config.timezone !== undefined ? parseZone(config.timezone) : utc ? utcZone : localZone;
  const iso = utc && config.timezone === undefined ? '%Y-%m-%dT%H:%M:%SZ' : '%Y-%m-%dT%H:%M:%S%:z';
  return compileStrftime(config.time_format ?? iso, zone);
}
