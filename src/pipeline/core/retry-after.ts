/** The header Retry-After: seconds, or the date from which on a server wants to be asked again. */

/** A server whose clock is wrong must not silence an output for days. Seconds. */
const LONGEST = 3600;

/** Seconds from `now` (milliseconds since the epoch); undefined for what is neither. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const text = header.trim();
  // Only digits are seconds: `Date.parse` takes a bare number for a year.
  const seconds = /^\d+(\.\d+)?$/.test(text)
    ? Number(text)
    : /[a-z]/i.test(text)
      ? (Date.parse(text) - now) / 1000
      : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), LONGEST);
}
