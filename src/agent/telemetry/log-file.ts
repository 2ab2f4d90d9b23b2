/**
 * The own log in a file (`-o FILE`), put aside as Ruby's logger does: by size (`.0` is the youngest old file; `age` counts the files
 * with the current one), or when a day, week or month is over (`.YYYYMMDD`, its last day).
 *
 * Guarantees: writing never throws; a file that cannot be put aside is written on. Several processes may share the file: each looks whether the name still
 * leads to its open file before it writes to it, and opens the new one otherwise.
 */
import fs from 'node:fs';
import path from 'node:path';

export interface Rotation {
  /** `daily`, `weekly`, `monthly`, or a number of files. */
  readonly age: string | undefined;
  /** Bytes. */
  readonly size: number | undefined;
}

/** As Ruby's logger. */
const DEFAULT_FILES = 7;
const DEFAULT_SIZE = 1_048_576;

export function isRotateAge(text: string): boolean {
  return /^(?:daily|weekly|monthly|\d+)$/.test(text);
}

/** Takes whole lines. @throws where the file cannot be opened */
export function openLogFile(
  file: string,
  { age, size }: Rotation,
  now: () => number = Date.now,
): (text: string) => void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let fd = fs.openSync(file, 'a', 0o644);
  if (age === undefined && size === undefined) return (text) => writeAll(fd, text);
  const files = Number(age ?? DEFAULT_FILES);
  const period = Number.isNaN(files) ? age : undefined;
  const limit = size ?? DEFAULT_SIZE;
  let until = period === undefined ? Number.POSITIVE_INFINITY : periodEnd(fs.fstatSync(fd).mtimeMs, period);
  const putAside = () => {
    const { size: length, ino } = fs.fstatSync(fd);
    const others = fs.statSync(file, { throwIfNoEntry: false })?.ino !== ino;
    const due = period === undefined ? files > 0 && length > limit : now() >= until;
    if (!others && !due) return;
    if (!others && period === undefined) shift(file, files);
    else if (!others) fs.renameSync(file, free(`${file}.${dayOf(until - 1)}`));
    const old = fd;
    fd = fs.openSync(file, 'a', 0o644);
    fs.closeSync(old);
    if (period !== undefined) until = periodEnd(now(), period);
  };
  return (text) => {
    try {
      putAside();
    } catch {
      // What cannot be put aside is written on.
    }
    writeAll(fd, text);
  };
}

/** `.0` → `.1` …; the oldest is overwritten. With one file there is no old one. */
function shift(file: string, files: number): void {
  for (let i = files - 3; i >= 0; i--)
    if (fs.existsSync(`${file}.${i}`)) fs.renameSync(`${file}.${i}`, `${file}.${i + 1}`);
  if (files > 1) fs.renameSync(file, `${file}.0`);
  else fs.rmSync(file);
}

function free(name: string): string {
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}.${i - 1}`;
    if (!fs.existsSync(candidate)) return candidate;
  }
}

/** Local midnight after the day, the week (which ends on Saturday) or the month of a time. */
function periodEnd(ms: number, period: string | undefined): number {
  const at = new Date(ms);
  const days = period === 'weekly' ? 7 - at.getDay() : 1;
  return period === 'monthly'
    ? new Date(at.getFullYear(), at.getMonth() + 1, 1).getTime()
    : new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime();
}

function dayOf(ms: number): string {
  const at = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
}

/** The log must not bring the agent down: a reader that is too slow or gone costs lines, not the process. */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let at = 0;
  for (let tries = 0; at < bytes.length && tries < 100; tries++) {
    try {
      at += fs.writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
    }
  }
}
