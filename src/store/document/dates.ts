// Dates of documents and queries as nanoseconds since 1970 in a bigint, so that container logs keep their order.
// Reads strict_date_optional_time (1 to 9 digits of a second), epoch milliseconds, yyyy/MM/dd[ HH:mm:ss], and date
// math (now-1h/d, 2024-01-01||+1M). Other formats are left out.

const MS = 1_000_000n;
const ISO =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?)?)?)?$/;
const SLASHED = /^(\d{4})\/(\d\d)\/(\d\d)(?: (\d\d):(\d\d):(\d\d))?(?: (Z|[+-]\d\d(?::?\d\d)?))?$/;
const MATH = /^(?:(now)|(.+?)\|\|)((?:[+-]\d*[yMwdhHms]|\/[yMwdhHms])*)$/;

export type DateUnit = 'y' | 'q' | 'M' | 'w' | 'd' | 'h' | 'm' | 's';

/** Nanoseconds of a date in a document or query; undefined when the value is none. A number is milliseconds. */
export function parseDate(value: unknown, roundUp = false): bigint | undefined {
  if (typeof value === 'number') return numberToNanos(value);
  if (typeof value !== 'string') return undefined;
  const match = ISO.exec(value);
  if (match) return fromParts(match, roundUp);
  if (/^-?\d+(\.\d+)?$/.test(value)) return numberToNanos(Number(value));
  const slashed = SLASHED.exec(value);
  return slashed ? fromParts([...slashed.slice(0, 7), undefined, slashed[7]], roundUp) : undefined;
}

/** True for a string that makes an unknown field a date field, as Elasticsearch's date detection decides. */
export function looksLikeDate(text: string): boolean {
  const code = text.charCodeAt(4);
  if (text.length < 7 || (code !== 45 && code !== 47)) return false;
  return parseDate(text) !== undefined;
}

function numberToNanos(ms: number): bigint | undefined {
  if (!Number.isFinite(ms)) return undefined;
  const whole = Math.floor(ms);
  return BigInt(whole) * MS + BigInt(Math.round((ms - whole) * 1e6));
}

function fromParts(parts: readonly (string | undefined)[], roundUp: boolean): bigint | undefined {
  const [, year, month, day, hour, minute, second, fraction, zone] = parts;
  const m = month === undefined ? 1 : Number(month);
  const d = day === undefined ? 1 : Number(day);
  if (m < 1 || m > 12 || d < 1 || Number(hour ?? 0) > 24 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 60) {
    return undefined;
  }
  if (d > 28 && d > new Date(Date.UTC(Number(year), m, 0)).getUTCDate()) return undefined;
  const ms = Date.UTC(Number(year), m - 1, d, Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0));
  let nanos = BigInt(ms - zoneMinutes(zone) * 60_000) * MS;
  if (fraction !== undefined) return nanos + BigInt(Number(fraction.padEnd(9, '0')));
  if (roundUp) {
    const unit =
      month === undefined
        ? 'y'
        : day === undefined
          ? 'M'
          : hour === undefined
            ? 'd'
            : minute === undefined
              ? 'h'
              : second === undefined
                ? 'm'
                : 's';
    nanos = addUnits(nanos, 1, unit) - 1n;
  }
  return nanos;
}

/** Minutes east of UTC of `Z`, `+02:00`, `+0200`, `+02`; undefined means UTC. */
export function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'UTC') return 0;
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (!match) return Number.NaN;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0));
}

/** A date of a query with date math; `roundUp` for gt and lte, which mean the end of the day, hour… that is named. */
export function parseQueryDate(value: unknown, nowMs: number, roundUp: boolean): bigint | undefined {
  const math = typeof value === 'string' ? MATH.exec(value) : null;
  if (!math) return parseDate(value, roundUp);
  const operations = math[3] ?? '';
  let nanos = math[1] ? BigInt(nowMs) * MS : parseDate(math[2], roundUp && operations === '');
  if (nanos === undefined) return undefined;
  for (const [, sign, count, unit] of operations.matchAll(/([+\-/])(\d*)([yMwdhHms])/g)) {
    const kind = (unit === 'H' ? 'h' : unit) as DateUnit;
    if (sign !== '/') nanos = addUnits(nanos, (sign === '-' ? -1 : 1) * Number(count === '' ? 1 : count), kind);
    else nanos = roundUp ? addUnits(startOf(nanos, kind), 1, kind) - 1n : startOf(nanos, kind);
  }
  return nanos;
}

const FIXED_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

export function addUnits(nanos: bigint, count: number, unit: DateUnit): bigint {
  const fixed = FIXED_MS[unit];
  if (fixed !== undefined) return nanos + BigInt(count * fixed) * MS;
  const date = new Date(toMs(nanos));
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count * (unit === 'y' ? 12 : unit === 'q' ? 3 : 1));
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last)); // 31 January + 1 month is the last of February
  return BigInt(date.getTime()) * MS + (nanos - BigInt(toMs(nanos)) * MS);
}

/** The start of the calendar unit that holds this moment, in UTC; weeks start on Monday. */
export function startOf(nanos: bigint, unit: DateUnit): bigint {
  const ms = toMs(nanos);
  const date = new Date(ms);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (unit === 'y') return BigInt(Date.UTC(year, 0, 1)) * MS;
  if (unit === 'q') return BigInt(Date.UTC(year, month - (month % 3), 1)) * MS;
  if (unit === 'M') return BigInt(Date.UTC(year, month, 1)) * MS;
  const size = FIXED_MS[unit] ?? 1000;
  const shift = unit === 'w' ? 3 * 86_400_000 : 0; // day 0 was a Thursday
  return BigInt(Math.floor((ms + shift) / size) * size - shift) * MS;
}

/** Whole milliseconds, rounded down. */
export function toMs(nanos: bigint): number {
  return Number(nanos >= 0n ? nanos / MS : (nanos - MS + 1n) / MS);
}

/** `2024-01-01T00:00:00.123Z`, with nine digits when the date has more than milliseconds and they are wanted. */
export function formatDate(nanos: bigint, withNanos = false): string {
  const ms = toMs(nanos);
  const iso = new Date(ms).toISOString();
  const rest = nanos - BigInt(ms) * MS;
  return withNanos && rest !== 0n ? `${iso.slice(0, -1)}${String(rest).padStart(6, '0')}Z` : iso;
}
