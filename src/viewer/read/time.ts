/** Times that users write: RFC 3339, milliseconds since the epoch, or how long ago (`90s`, `15m`, `2h`, `7d`). */
import { badRequest } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** What clusters know: the nanoseconds of later times have no place in 64 bits. */
export const LATEST_MS = Date.parse('2262-01-01');

/** Milliseconds since the epoch; undefined without text. @throws ViewerError 400 */
export function parseTime(name: string, text: string | undefined, now = Date.now()): number | undefined {
  if (text === undefined || text === '') return undefined;
  const ms = millisecondsOf(text, now);
  if (Number.isNaN(ms))
    throw badRequest(`${name} '${text.slice(0, 40)}' is no time: RFC 3339, milliseconds, or 15m, 2h, 7d ago`);
  if (ms < 0 || ms > LATEST_MS) throw badRequest(`${name} '${text.slice(0, 40)}' is not between 1970 and 2262`);
  return ms;
}

/** NaN where the text is no time. */
function millisecondsOf(text: string, now: number): number {
  const ago = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text);
  if (ago !== null) return Math.floor(now - Number(ago[1]) * UNITS[ago[2]!]!);
  if (/^\d{10,16}$/.test(text)) return Number(text);
  return /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
}
