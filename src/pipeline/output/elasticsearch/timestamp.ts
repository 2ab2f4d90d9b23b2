/**
 * `@timestamp`, and the time that chooses a document's index: of `@timestamp` where the record has one, else of `time_key`, else
 * the event's. A time that cannot be read is told to `onError`; the event's counts then.
 */
import { compileFreeTime } from '../../codec/free-time.ts';
import { compileStrptime, type Strptime, zoneOffset } from '../../codec/strptime.ts';
import { compileTimeParser } from '../../codec/time.ts';
import { Template, TimeText } from '../../core/columns.ts';
import type { LogEvent } from '../../core/event.ts';
import type { Slot } from '../../core/slot.ts';
import { type CompiledStrftime, compileStrftime } from '../../core/strftime.ts';
import { Float, type Value } from '../../core/value.ts';
import { localZone, utcZone } from '../../core/zone.ts';

export interface TimestampOptions {
  /** Digits of the fraction. */
  readonly precision: number;
  readonly timeKey: string | undefined;
  /** strptime of both fields. */
  readonly format: string | undefined;
  /** Whether time_key gives no `@timestamp`. */
  readonly exclude: boolean;
  /** Whether an `@timestamp` of the record is written anew, too. */
  readonly rewrite: boolean;
  readonly onError: (event: LogEvent, value: Value) => void;
}

/** Sets the event's time and its `@timestamp`; gives the offset that the time was written with, where it was read from the record. */
export function compileTimestamp(options: TimestampOptions): (event: LogEvent) => number | undefined {
  const ownTime = compileOwnTime(options.precision);
  const iso = compileIsoWithOffset(options.precision);
  const read = compileReader(options.format);
  const { timeKey, exclude, rewrite, onError } = options;
  return (event) => {
    if (event.has('@timestamp')) {
      if (event instanceof Template) throw new TypeError('each record has a time of its own');
      const given = event.get('@timestamp')!;
      const offset = read(given, event);
      if (offset === undefined) onError(event, given);
      if (rewrite) event.setSlot('@timestamp', `"${iso(event.sec, event.nsec, offset ?? localZone(event.sec))}"`);
      return offset;
    }
    if (timeKey === undefined || !event.has(timeKey)) {
      event.setSlot('@timestamp', ownTime(event));
      return undefined;
    }
    if (event instanceof Template) throw new TypeError('each record has a time of its own');
    const value = event.get(timeKey)!;
    const offset = read(value, event);
    if (offset === undefined) onError(event, value);
    if (!exclude) event.setSlot('@timestamp', `"${iso(event.sec, event.nsec, offset ?? localZone(event.sec))}"`);
    return offset;
  };
}

/** The date of a second's records, as the format has it: at most one part differs. */
function timeText(text: CompiledStrftime, sec: number): Slot {
  const [head, digits, tail = ''] = text.parts(sec);
  return typeof digits === 'number' ? new TimeText(`"${head}`, digits, `${tail}"`) : `"${head}"`;
}

/** The event's time, ISO 8601 in the process's own zone. */
export function compileOwnTime(precision: number): (event: LogEvent) => Slot {
  const text = compileStrftime(`%Y-%m-%dT%H:%M:%S${fraction(precision)}%:z`, localZone);
  return (event) => (event instanceof Template ? timeText(text, event.sec) : `"${text(event.sec, event.nsec)}"`);
}

function compileIsoWithOffset(precision: number): (sec: number, nsec: number, offset: number) => string {
  const wall = compileStrftime(`%Y-%m-%dT%H:%M:%S${fraction(precision)}`, utcZone);
  return (sec, nsec, offset) => wall(sec + offset, nsec) + offsetText(offset);
}

function fraction(precision: number): string {
  return precision > 0 ? `.%${precision}N` : '';
}

function offsetText(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Reads a value into the event's time and gives its offset in seconds; undefined where it is no time. */
function compileReader(format: string | undefined): (value: Value, event: LogEvent) => number | undefined {
  // Without a format a time without zone is UTC (DateTime.parse); with one it is local (the strptime gem).
  const zone = format === undefined ? utcZone : localZone;
  const parse: Strptime = format === undefined ? compileFreeTime(zone) : compileStrptime(format, zone);
  const written = format === undefined ? undefined : compileStrftime(format, localZone);
  const number = compileTimeParser({ time_type: 'float' });
  const target = { sec: 0, nsec: 0 };
  return (value, event) => {
    let text: string;
    if (typeof value === 'string') text = value;
    else if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) {
      number(value, target);
      if (written === undefined) return take(event, target, localZone(target.sec));
      // The plugin writes a number in the format and reads it back: what the format leaves out is lost.
      text = written(target.sec, target.nsec);
    } else return undefined;
    if (!parse(text, target)) return undefined;
    return take(event, target, offsetOf(text) ?? zone(target.sec));
  };
}

function take(event: LogEvent, target: { sec: number; nsec: number }, offset: number): number {
  event.sec = target.sec;
  event.nsec = target.nsec;
  return offset;
}

const OFFSET = /(?::\d\d|\d{6})(?:[.,]\d+)?\s*(Z|UTC|GMT|[-+]\d\d:?\d\d|[-+]\d\d)(?![\d\w])/i;

/** The offset that a text names, in seconds. */
function offsetOf(text: string): number | undefined {
  const found = OFFSET.exec(text);
  return found === null ? undefined : zoneOffset(found[1]!);
}
