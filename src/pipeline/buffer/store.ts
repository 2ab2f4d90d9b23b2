/**
 * Where chunks live: memory, or files named as Fluentd names them, taken up again at start.
 *
 * Guarantees: a start takes up every intact entry; what is damaged is copied to backup/ beside the chunks and counted, and stops nothing. Chunks that a
 * Fluentd left are given as events (fluentd-chunk.ts); their files go when the events are in chunks of ours.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { ConfigOf } from '../../config/schema.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import type { ChunkMeta, Logger, Metrics } from '../plugin.ts';
import { type Chunk, type ChunkFiles, FileChunk, isOurs, MemoryChunk, readFrames, syncFolder } from './chunk.ts';
import { type ForeignChunk, readForeign } from './fluentd-chunk.ts';
import type { bufferSchema } from './schema.ts';
import { keyedName, keyOfMeta, metaOfKey } from './single-name.ts';

export interface ChunkStore {
  create(meta: ChunkMeta, now: number): Chunk;
  /** Chunks of a previous run: staged and queued, oldest first. */
  resume(): Resumed;
}

export interface Resumed {
  readonly staged: Chunk[];
  readonly queued: Chunk[];
  readonly foreign: ForeignChunk[];
}

/** Fluentd's form: microseconds since the epoch shifted by 12 bits of chance, then 64 bits of chance. */
function newId(now: number): string {
  const time = (BigInt(now) * 1000n) << 12n;
  return (
    (time | BigInt(randomBytes(2).readUInt16BE() & 0xfff)).toString(16).padStart(16, '0').slice(-16) +
    randomBytes(8).toString('hex')
  );
}

export class MemoryStore implements ChunkStore {
  create(meta: ChunkMeta, now: number): Chunk {
    return new MemoryChunk(newId(now), meta, now);
  }
  resume() {
    return { staged: [], queued: [], foreign: [] };
  }
}

export interface StoreHost {
  readonly id: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly ports: Ports;
  readonly workerId: number;
  readonly workers: number;
  readonly rootDir: string | undefined;
}

export class FileStore implements ChunkStore {
  readonly #files: ChunkFiles;
  readonly #host: StoreHost;
  readonly #folder: string;
  readonly #name: RegExp;
  /** file_single: the chunk key. */
  readonly #key: string | undefined;
  readonly #damaged: ReturnType<Metrics['counter']>;

  /** `key`: the chunk key that names of file_single hold. */
  constructor(config: ConfigOf<typeof bufferSchema>, host: StoreHost, key: string | undefined) {
    const single = config['@type'] === 'file_single';
    const suffix = config.path_suffix ?? (single ? '.buf' : '.log');
    const pattern = pathPattern(config.path, suffix, single ? 'fsb' : 'buffer', host);
    this.#host = host;
    this.#key = single ? key : undefined;
    this.#folder = path.dirname(pattern);
    const [before = '', after = ''] = path.basename(pattern).split('*');
    const keyed = single ? '([^/]*)\\.' : '()';
    this.#name = new RegExp(`^${RegExp.escape(before)}${keyed}([bq])([0-9a-f]{32})${RegExp.escape(after)}$`);
    const { fs } = host.ports;
    try {
      const made = fs.mkdirSync(this.#folder, { recursive: true });
      if (made !== undefined && config.durability === 'fsync') syncFolder(fs, path.dirname(made));
    } catch (error) {
      host.log.error('the folder of the buffer could not be made; it is tried again', { path: this.#folder, error });
    }
    this.#files = {
      fs,
      mode: config.file_permission === undefined ? 0o644 : Number.parseInt(config.file_permission, 8),
      sync: config.durability === 'fsync',
      single,
      path: (id, state, meta) =>
        path.join(this.#folder, `${before}${single ? keyedName(keyOfMeta(meta)) : ''}${state}${id}${after}`),
    };
    this.#damaged = host.metrics.counter(
      'sluice_buffer_damaged_chunks_total',
      'Chunk files that were damaged: intact entries ship, a copy is kept in the backup folder.',
      ['plugin_id'],
    );
  }

  create(meta: ChunkMeta, now: number): Chunk {
    const chunk = new FileChunk(this.#files, newId(now), meta, now);
    chunk.create();
    return chunk;
  }

  resume(): Resumed {
    const { fs } = this.#host.ports;
    const resumed: Resumed = { staged: [], queued: [], foreign: [] };
    if (!fs.existsSync(this.#folder)) return resumed;
    const names = new Set(fs.readdirSync(this.#folder).sort());
    for (const name of names) {
      const found = this.#name.exec(name);
      if (found === null) this.#removeOrphan(name, names);
      else this.#take(path.join(this.#folder, name), found, resumed);
    }
    resumed.queued.sort((a, b) => a.createdAt - b.createdAt);
    return resumed;
  }

  /** A meta file whose data never came or was purged, a replacement that did not get its name. */
  #removeOrphan(name: string, names: ReadonlySet<string>): void {
    const data = name.replace(/\.(meta|tmp)$/, '');
    const found = this.#name.exec(data);
    if (data === name || found === null) return;
    // An enqueue that was cut short has left the meta under the staged name.
    const other = data.replace(/[bq](?=[0-9a-f]{32})/, (state) => (state === 'b' ? 'q' : 'b'));
    if (name.endsWith('.meta') && (names.has(data) || names.has(other))) return;
    try {
      this.#host.ports.fs.unlinkSync(path.join(this.#folder, name));
    } catch (error) {
      this.#host.log.warn('a file that is no use could not be removed', { file: name, error });
    }
  }

  #take(file: string, [, key, state, id]: RegExpExecArray, resumed: Resumed): void {
    const { fs } = this.#host.ports;
    try {
      const bytes = fs.readFileSync(file);
      const frames = readFrames(bytes);
      if (!isOurs(bytes) && frames.count === 0) {
        const named = this.#key === undefined ? undefined : metaOfKey(this.#key, key!);
        const foreign = readForeign(fs, file, bytes, named);
        if (foreign !== undefined) {
          if (foreign.damaged)
            this.#quarantine(file, 'a chunk file of Fluentd is damaged: what stands before the damage ships');
          resumed.foreign.push(foreign);
          return;
        }
      }
      if (frames.damaged) this.#quarantine(file, 'a chunk file is torn or damaged: its intact entries ship');
      const { createdAt, ...meta } = this.#meta(file, key!);
      const chunk = new FileChunk(this.#files, id!, meta, createdAt, state as 'b' | 'q');
      if (frames.count === 0) return chunk.purge();
      chunk.resume(frames);
      resumed[state === 'b' ? 'staged' : 'queued'].push(chunk);
    } catch (error) {
      this.#host.log.error('a chunk file cannot be used now; it stays where it is', { file, error });
    }
  }

  #meta(file: string, key: string): ChunkMeta & { createdAt: number } {
    const { fs, clock } = this.#host.ports;
    if (this.#key !== undefined) return { ...metaOfKey(this.#key, key), createdAt: fs.statSync(file).birthtimeMs };
    const other = file.replace(/[bq](?=[0-9a-f]{32}[^/]*$)/, (state) => (state === 'b' ? 'q' : 'b'));
    for (const candidate of [file, other]) {
      try {
        const found = JSON.parse(fs.readFileSync(`${candidate}.meta`, 'utf8')) as ChunkMeta & { createdAt: number };
        if (typeof found.createdAt === 'number') return found;
      } catch {
        // The other name, or none.
      }
    }
    // Entries are ready to send: without metadata they only lose the placeholders.
    this.#host.log.warn('the metadata of a chunk is lost; its entries ship without', { file });
    this.#damaged.inc(1, { plugin_id: this.#host.id });
    return { createdAt: clock.now() };
  }

  /** Keeps a copy for people and counts it. */
  #quarantine(file: string, message: string): void {
    const { fs } = this.#host.ports;
    const folder = path.join(this.#folder, 'backup');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, path.basename(file)), fs.readFileSync(file));
    this.#damaged.inc(1, { plugin_id: this.#host.id });
    this.#host.log.warn(message, { file, backup: folder });
  }
}

/** `path` with a `*` for the chunk's id, as Fluentd makes it of a folder or of a prefix. */
function pathPattern(given: string | undefined, suffix: string, name: string, host: StoreHost): string {
  const worker = host.workers > 1 ? `worker${host.workerId}` : '';
  if (given === undefined) {
    if (host.rootDir === undefined || host.id.startsWith('object:'))
      throw new PluginConfigError("Plugin's @id or path for <buffer> required when root_dir is not configured");
    return path.join(host.rootDir, `worker${host.workerId}`, host.id, 'buffer', `${name}.*${suffix}`);
  }
  if (given.includes('*'))
    return path.join(
      path.dirname(given),
      worker,
      path.basename(given).replace(/\*.*$/, (rest) => (rest === '*' ? `*${suffix}` : rest)),
    );
  const stat = host.ports.fs.statSync(given, { throwIfNoEntry: false });
  // A file of that name stays what it is.
  const isFile = stat !== undefined && !stat.isDirectory();
  return isFile
    ? path.join(path.dirname(given), worker, `${path.basename(given)}.*${suffix}`)
    : path.join(given, worker, `${name}.*${suffix}`);
}
