/** file_single: a chunk's name holds its only chunk key, percent-encoded as Fluentd does: `fsb.<key>.b<id>.buf`. */
import { rubyToS } from '../../ruby/to-s.ts';
import type { ChunkMeta } from '../plugin.ts';

export function keyOfMeta(meta: ChunkMeta): string {
  const value = meta.tag ?? Object.values(meta.variables ?? {})[0] ?? '';
  return typeof value === 'string' ? value : rubyToS(value);
}

export function keyedName(key: string): string {
  const bytes = Buffer.from(key, 'utf8').toString('latin1');
  const hex = (byte: string) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  return `${bytes.replace(/[^-_.a-zA-Z0-9]/g, hex)}.`;
}

/** `name`: the chunk key ('tag' or a field). */
export function metaOfKey(name: string, encoded: string): ChunkMeta {
  const bytes = encoded.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const key = Buffer.from(bytes, 'latin1').toString('utf8');
  return name === 'tag' ? { tag: key } : { variables: { [name]: key } };
}
