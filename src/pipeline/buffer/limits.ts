/** How large chunks and the whole buffer may become. */
import type { ConfigOf } from '../../config/schema.ts';
import type { bufferSchema } from './schema.ts';

const MEMORY_CHUNK = 8 * 1024 ** 2;
const FILE_CHUNK = 256 * 1024 ** 2;
const MEMORY_TOTAL = 512 * 1024 ** 2;
const FILE_TOTAL = 64 * 1024 ** 3;

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

export function limitsOf(config: ConfigOf<typeof bufferSchema>): Limits {
  const isFile = config['@type'] !== 'memory';
  const chunk = config.chunk_limit_size ?? (isFile ? FILE_CHUNK : MEMORY_CHUNK);
  const { queue_limit_length: length } = config;
  return {
    chunk,
    records: config.chunk_limit_records ?? Number.POSITIVE_INFINITY,
    full: chunk * config.chunk_full_threshold,
    total: length === undefined ? (config.total_limit_size ?? (isFile ? FILE_TOTAL : MEMORY_TOTAL)) : chunk * length,
  };
}
