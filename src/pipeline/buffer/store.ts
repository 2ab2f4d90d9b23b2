/** Where chunks live: memory, or files named as Fluentd names them, taken up again at start. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { ConfigOf } from '../../config/schema.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { Ports } from '../core/ports.ts';
import type { ChunkMeta, Logger } from '../plugin.ts';
import { type Chunk, type ChunkFiles, FileChunk, isOurs, MemoryChunk, readFrames } from './chunk.ts';
import type { bufferSchema } from './schema.ts';

export interface ChunkStore {
  create(meta: ChunkMeta, now: number): Chunk;
  /** Chunks of a previous run: staged and queued, oldest first. */
  resume(): { staged: Chunk[]; queued: Chunk[] };
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
    return { staged: [], queued: [] };
  }
}

export interface StoreHost {
  readonly id: string;
  readonly log: Logger;
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

  constructor(config: ConfigOf<typeof bufferSchema>, host: StoreHost) {
    const pattern = pathPattern(config, host);
    this.#host = host;
    this.#folder = path.dirname(pattern);
    const [before = '', after = ''] = path.basename(pattern).split('*');
    this.#name = new RegExp(`^${RegExp.escape(before)}([bq])([0-9a-f]{32})${RegExp.escape(after)}$`);
    const { fs } = host.ports;
    fs.mkdirSync(this.#folder, { recursive: true });
    this.#files = {
      fs,
      mode: config.file_permission === undefined ? 0o644 : Number.parseInt(config.file_permission, 8),
      sync: config.durability === 'fsync',
      path: (id, state) => path.join(this.#folder, `${before}${state}${id}${after}`),
    };
  }

  create(meta: ChunkMeta, now: number): Chunk {
    const chunk = new FileChunk(this.#files, newId(now), meta, now);
    chunk.create();
    return chunk;
  }

  resume() {
    const { fs } = this.#host.ports;
    const staged: Chunk[] = [];
    const queued: Chunk[] = [];
    for (const name of fs.readdirSync(this.#folder).sort()) {
      const found = this.#name.exec(name);
      if (found === null) continue;
      const state = found[1] as 'b' | 'q';
      const chunk = this.#take(path.join(this.#folder, name), found[2]!, state);
      if (chunk !== undefined) (state === 'b' ? staged : queued).push(chunk);
    }
    queued.sort((a, b) => a.createdAt - b.createdAt);
    return { staged, queued };
  }

  #take(file: string, id: string, state: 'b' | 'q'): Chunk | undefined {
    const { fs } = this.#host.ports;
    try {
      const bytes = fs.readFileSync(file);
      if (!isOurs(bytes)) throw new Error('not a chunk of this agent');
      const frames = readFrames(bytes);
      if (frames.damaged)
        this.#host.log.warn('a chunk file ends in a torn or damaged entry; what stands before it is kept', { file });
      if (frames.damaged) fs.writeFileSync(`${this.#quarantine()}/${path.basename(file)}`, bytes);
      const { createdAt, ...meta } = this.#meta(file);
      const chunk = new FileChunk(this.#files, id, meta, createdAt, state);
      chunk.resume(frames);
      if (chunk.count > 0) return chunk;
      chunk.purge();
    } catch (error) {
      this.#host.log.error('a chunk file cannot be used and was put aside', { file, error });
      fs.renameSync(file, `${this.#quarantine()}/${path.basename(file)}`);
    }
    return undefined;
  }

  #meta(file: string): ChunkMeta & { createdAt: number } {
    try {
      return JSON.parse(this.#host.ports.fs.readFileSync(`${file}.meta`, 'utf8')) as ChunkMeta & { createdAt: number };
    } catch {
      // Entries are ready to send: without metadata they only lose the placeholders.
      return { createdAt: this.#host.ports.clock.now() };
    }
  }

  #quarantine(): string {
    const folder = path.join(this.#folder, 'backup');
    this.#host.ports.fs.mkdirSync(folder, { recursive: true });
    return folder;
  }
}

/** `path` with a `*` for the chunk's id, as Fluentd makes it of a folder or of a prefix. */
function pathPattern(config: ConfigOf<typeof bufferSchema>, host: StoreHost): string {
  const worker = host.workers > 1 ? `worker${host.workerId}` : '';
  if (config.path === undefined) {
    if (host.rootDir === undefined || host.id.startsWith('object:'))
      throw new PluginConfigError("Plugin's @id or path for <buffer> required when root_dir is not configured");
    return path.join(host.rootDir, `worker${host.workerId}`, host.id, 'buffer', `buffer.*${config.path_suffix}`);
  }
  if (config.path.includes('*'))
    return path.join(
      path.dirname(config.path),
      worker,
      path.basename(config.path).replace(/\*.*$/, (rest) => (rest === '*' ? `*${config.path_suffix}` : rest)),
    );
  const stat = host.ports.fs.statSync(config.path, { throwIfNoEntry: false });
  const asFolder = stat?.isDirectory() === true || !config.path.endsWith('.log') || worker !== '';
  return asFolder
    ? path.join(config.path, worker, `buffer.*${config.path_suffix}`)
    : `${config.path.replace(/\.log$/, '')}.*${config.path_suffix}`;
}
