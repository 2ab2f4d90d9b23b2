/** Dates that strptime reads from a week and a day of it: `%G-%V-%u` (ISO), `%Y-%U-%w` (weeks from Sunday), `%Y-%W-%u` (from Monday). */

interface WeekDay {
  /** Seconds of the day's begin, as if in UTC. */
  readonly midnight: number;
  /** Ruby takes a date by ISO weeks or days of the week alone: the time of day is not read. */
  readonly whole: boolean;
}

const DAY = 86_400;
const floorMod = (a: number, b: number) => ((a % b) + b) % b;
/** 1 January 1970 was a Thursday. */
const weekdayOf = (day: number) => floorMod(day + 4, 7);
const dayNumber = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day) / 1000 / DAY;

/** 'none' where weeks say nothing, as beside month and day; undefined for a week that the year does not have. */
export function weekDay(at: Readonly<Record<string, string>>): WeekDay | 'none' | undefined {
  if ((at['m'] ?? at['b']) !== undefined && at['d'] !== undefined)
    return at['G'] === undefined || at['Y'] !== undefined ? 'none' : iso(at);
  const { U: sunday, W: monday, u: isoDay } = at;
  const isIso = (at['G'] !== undefined && at['Y'] === undefined) || isoDay !== undefined || at['V'] !== undefined;
  const simple = sunday ?? monday;
  if (simple === undefined) return isIso ? iso(at) : 'none';
  if (at['j'] !== undefined && !isIso) return 'none';
  const year = Number(at['Y'] ?? new Date().getFullYear());
  const first = sunday === undefined ? 1 : 0;
  const weekday = Number(at['w'] ?? isoDay ?? first);
  const january = dayNumber(year, 1, 1);
  const inWeek = floorMod(weekday - first, 7);
  const day = january + floorMod(first - weekdayOf(january), 7) + (Number(simple) - 1) * 7 + inWeek;
  const isInside = day >= january && day < dayNumber(year + 1, 1, 1);
  return isInside ? { midnight: day * DAY, whole: isIso } : undefined;
}

function iso(at: Readonly<Record<string, string>>): WeekDay | undefined {
  const today = Math.floor(Date.now() / 1000 / DAY);
  const now = isoWeek(today);
  const year = Number(at['G'] ?? now.year);
  const week = Number(at['V'] ?? (at['G'] === undefined ? now.week : 1));
  const day = monday(year) + (week - 1) * 7 + Number(at['u'] ?? 1) - 1;
  return week >= 1 && day < monday(year + 1) ? { midnight: day * DAY, whole: true } : undefined;
}

/** The Monday of the year's first ISO week, the one with 4 January. */
function monday(year: number): number {
  const fourth = dayNumber(year, 1, 4);
  return fourth - floorMod(weekdayOf(fourth) - 1, 7);
}

function isoWeek(day: number): { year: number; week: number } {
  const thursday = day - floorMod(weekdayOf(day) - 1, 7) + 3;
  const year = new Date(thursday * DAY * 1000).getUTCFullYear();
  return { year, week: Math.floor((day - monday(year)) / 7) + 1 };
}

/** Year, month and day as fields of the reader. */
export function dateFields(midnight: number): { Y: string; m: string; d: string } {
  const date = new Date(midnight * 1000);
  return { Y: String(date.getUTCFullYear()), m: String(date.getUTCMonth() + 1), d: String(date.getUTCDate()) };
}
