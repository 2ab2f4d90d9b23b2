/** The backup folder: where the bytes of a chunk go that nothing takes. */
import path from 'node:path';
import type { Chunk } from './chunk.ts';
import type { StoreHost } from './store.ts';

/** A disk that refuses costs the chunk, with an error in the log. */
export function keepInBackup(chunk: Chunk, host: StoreHost): void {
  const { fs } = host.ports;
  const id = host.id.replace(/[^\w.-]/g, '_');
  const folder = path.join(host.rootDir ?? '/tmp/fluent', 'backup', `worker${host.workerId}`, id);
  const file = path.join(folder, `${chunk.id}.log`);
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(file, chunk.read());
    host.log.warn(`bad chunk is moved to ${file}`);
  } catch (error) {
    host.log.error('a bad chunk could not be kept', { chunk_id: chunk.id, error });
  }
}
