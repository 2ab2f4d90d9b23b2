/** Time zones: offset from UTC for an instant. Offsets change at quarter hours at the earliest, so they are kept per quarter. */

import { PluginConfigError } from './errors.ts';

/** Seconds east of UTC at an instant (seconds since the epoch). */
export type Zone = (sec: number) => number;

export const utcZone: Zone = () => 0;

const QUARTER = 900;

function perQuarter(offset: Zone): Zone {
  let quarter = Number.NaN;
  let value = 0;
  return (sec) => {
    const now = Math.floor(sec / QUARTER);
    if (now !== quarter) {
      quarter = now;
      value = offset(now * QUARTER);
    }
    return value;
  };
}

/** The process's own zone (TZ). */
export const localZone: Zone = perQuarter((sec) => -new Date(sec * 1000).getTimezoneOffset() * 60);

/** `+09:00`, `+0900`, `+09`, `Asia/Tokyo`, `UTC`. @throws RangeError for a name that is no zone */
export function parseZone(text: string): Zone {
  const offset = /^([-+])(\d\d):?(\d\d)?$/.exec(text);
  if (offset !== null) {
    const seconds = (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 3600 + Number(offset[3] ?? 0) * 60);
    return () => seconds;
  }
  if (/^(utc|z|gmt)$/i.test(text)) return utcZone;
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: text, timeZoneName: 'longOffset', hourCycle: 'h23' });
  return perQuarter((sec) => {
    const name = parts.formatToParts(new Date(sec * 1000)).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const found = /GMT([-+])(\d\d):(\d\d)/.exec(name);
    return found === null ? 0 : (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 3600 + Number(found[3]) * 60);
  });
}

let names: Intl.DateTimeFormat | undefined;

/** The short name of the process's own zone at an instant: `UTC`, `EST`; empty where only its offset is known. */
export function zoneName(sec: number): string {
  if (localZone(sec) === 0) return 'UTC';
  names ??= new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' });
  const name = names.formatToParts(new Date(sec * 1000)).find((part) => part.type === 'timeZoneName')?.value ?? '';
  return name.startsWith('GMT') ? '' : name;
}

/** Fluentd takes offsets and names with a slash only: `UTC` is none. @throws PluginConfigError */
export function checkZone(timezone: string | undefined): void {
  if (timezone === undefined) return;
  let known = /^(?:[-+]\d\d(?::?\d\d)?|[^/]+\/[^/]+(?:\/[^/]+)?)$/.test(timezone);
  try {
    if (known) parseZone(timezone);
  } catch {
    known = false;
  }
  if (!known) throw new PluginConfigError(`Unsupported timezone '${timezone}'`);
}
