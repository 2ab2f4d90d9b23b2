/**
 * Rotated files that stand beside a log file, oldest first.
 *
 * The names are the kubelet's (`0.log.20261122-203101`, the older ones `.gz`) and those that count (`-json.log.1`, `.2.gz`: the highest number
 * is the oldest). Only regular files of the same folder count: a symlink among them is never followed, so no name
 * planted there leads out of the log folder.
 */
import path from 'node:path';
import type { FsPort } from '../../core/ports.ts';

export interface Sibling {
  readonly file: string;
  readonly gz: boolean;
}

const STAMP = /^\.(\d{8}-\d{6}[\d.-]*)(\.gz)?$/;
const NUMBER = /^\.(\d{1,5})(\.gz)?$/;

/** Rotated siblings of `file` (a path without symlinks). */
export function siblingsOf(file: string, fs: FsPort): Sibling[] {
  const folder = path.dirname(file);
  const base = path.basename(file);
  const found = new Map<string, Sibling & { readonly order: string }>();
  for (const name of fs.readdirSync(folder)) {
    if (!name.startsWith(`${base}.`)) continue;
    const rest = name.slice(base.length);
    const match = STAMP.exec(rest) ?? NUMBER.exec(rest);
    if (match === null) continue;
    const gz = match[2] !== undefined;
    // While a file is being packed both forms are there: the plain one is whole.
    if (gz && found.has(match[1]!)) continue;
    const full = path.join(folder, name);
    if (fs.lstatSync(full, { throwIfNoEntry: false })?.isFile() !== true) continue;
    found.set(match[1]!, { file: full, gz, order: orderOf(match[1]!) });
  }
  return [...found.values()].sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
}

/** Numbers count down to the newest, stamps up; numbered files come after stamped ones. */
function orderOf(mark: string): string {
  return mark.includes('-') ? mark : `~${String(99_999 - Number(mark)).padStart(5, '0')}`;
}
