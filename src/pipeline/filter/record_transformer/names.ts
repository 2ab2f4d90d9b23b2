/** The names that placeholders may use besides `record`, all of one tag, and the text of an event's time. */
import type { LogEvent } from '../../core/event.ts';

export interface TagNames {
  readonly tag: string;
  readonly tag_parts: readonly string[];
  /** `[0]` is the first part, `[1]` the first two, and so on. */
  readonly tag_prefix: readonly string[];
  /** `[0]` is the whole tag, `[1]` all but the first part, and so on. */
  readonly tag_suffix: readonly string[];
  readonly hostname: string;
}

export function tagNames(tag: string, hostname: string): TagNames {
  const parts = tag.split('.');
  return {
    tag,
    tag_parts: parts,
    tag_prefix: parts.map((_, i) => parts.slice(0, i + 1).join('.')),
    tag_suffix: parts.map((_, i) => parts.slice(i).join('.')),
    hostname,
  };
}

/** Ruby's `Time#to_s` of the event time in local time: `2024-03-01 10:20:30 +0000`. */
export function timeText(event: LogEvent): string {
  const date = new Date(event.sec * 1000);
  const offset = -date.getTimezoneOffset();
  const local = new Date(event.sec * 1000 + offset * 60_000).toISOString();
  const abs = Math.abs(offset);
  const hhmm = `${pad(Math.floor(abs / 60))}${pad(abs % 60)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset < 0 ? '-' : '+'}${hhmm}`;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}
