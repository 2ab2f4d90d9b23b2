/** Times that users write: RFC 3339, milliseconds since the epoch, or how long ago (`90s`, `15m`, `2h`, `7d`). */
import { badRequest } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds since the epoch; undefined without text. @throws ViewerError 400 */
export function parseTime(name: string, text: string | undefined, now = Date.now()): number | undefined {
  if (text === undefined || text === '') return undefined;
  const ago = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text);
  if (ago !== null) return Math.floor(now - Number(ago[1]) * UNITS[ago[2]!]!);
  if (/^\d{10,16}$/.test(text)) return Number(text);
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw badRequest(`${name} '${text.slice(0, 40)}' is no time: RFC 3339, milliseconds, or 15m, 2h, 7d ago`);
  return ms;
}
