/** How large chunks and the whole buffer may become. */
import os from 'node:os';
import type { ConfigOf } from '../../config/schema.ts';
import type { bufferSchema } from './schema.ts';

const MEMORY_CHUNK = 8 * 1024 ** 2;
const FILE_CHUNK = 256 * 1024 ** 2;
const MEMORY_TOTAL = 512 * 1024 ** 2;
const FILE_TOTAL = 64 * 1024 ** 3;

/**
 * A chunk is sent from memory: of a limit (cgroup), all flush threads together use no more than this share for chunks. With 256 MiB that is 6.4 MiB, which
 * places.ts uses again; larger places wait for the garbage collector, some at the same time.
 */
const MEMORY_SHARE = 1 / 40;

export interface Limits {
  /** Bytes of a chunk. */
  readonly chunk: number;
  /** Records of a chunk. */
  readonly records: number;
  /** Bytes from which on a chunk counts as full. */
  readonly full: number;
  /** Bytes of all chunks. */
  readonly total: number;
}

/** `memory`: bytes that this process is limited to. */
export function limitsOf(config: ConfigOf<typeof bufferSchema>, memory = memoryLimit()): Limits {
  const isFile = config['@type'] !== 'memory';
  const chunk = config.chunk_limit_size ?? (isFile ? FILE_CHUNK : MEMORY_CHUNK);
  const { queue_limit_length: length } = config;
  return {
    chunk,
    records: config.chunk_limit_records ?? Number.POSITIVE_INFINITY,
    full: Math.min(
      chunk * config.chunk_full_threshold,
      (memory * MEMORY_SHARE) / Math.max(1, config.flush_thread_count),
    ),
    total: length === undefined ? (config.total_limit_size ?? (isFile ? FILE_TOTAL : MEMORY_TOTAL)) : chunk * length,
  };
}

/** Without a limit of its own the process has the machine's memory, which its administrator knows. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < os.totalmem() ? limit : Number.POSITIVE_INFINITY;
}
