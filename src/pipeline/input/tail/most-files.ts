/** How many files a tail may hold open: the process's limit less what buffers, connections and folders need. */
import type { FsPort } from '../../core/ports.ts';

const LEAST_LEFT = 40;
/** Part of the limit that is left to others. */
const SHARE_LEFT = 1 / 8;
const FEWEST = 8;

export function mostFiles(fs: FsPort): number {
  let limit: number;
  try {
    const found = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'));
    limit = Number(found?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
  return Math.max(FEWEST, limit - Math.max(LEAST_LEFT, Math.ceil(limit * SHARE_LEFT)));
}
