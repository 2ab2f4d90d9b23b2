/**
 * `held_deleted_limit`: deleted files are held open until they are read; beyond the limit the oldest are left.
 *
 * Guarantees: every byte that is left is counted, and no byte that was handed on: what is on its way to the buffers while a file is given up
 * counts as handed on, unless it is refused. Of a packed file the unpacked bytes count, by the length at its end.
 */
import type { FsPort } from '../../core/ports.ts';
import type { InputHost } from '../../plugin.ts';
import type { Followed, Following } from './followed.ts';

interface HeldFile {
  readonly followed: Followed;
  readonly unread: number;
  readonly mtimeMs: number;
}

export class Held {
  readonly #limit: number;
  readonly #following: Following;
  readonly #host: InputHost;
  readonly #abandoned: ReturnType<InputHost['metrics']['counter']>;
  /** Files that were left, and the position from which their bytes are counted. */
  readonly #left = new Map<Followed, number>();

  /** `limit`: bytes. */
  constructor(limit: number, following: Following, host: InputHost) {
    this.#limit = limit;
    this.#following = following;
    this.#host = host;
    this.#abandoned = host.metrics.counter(
      'sluice_tail_abandoned_bytes_total',
      'Bytes of deleted files that were left unread because of held_deleted_limit.',
      ['plugin_id'],
    );
  }

  cap(): void {
    this.#countRefused();
    const held = this.#held().sort((a, b) => a.mtimeMs - b.mtimeMs);
    let total = held.reduce((bytes, { unread }) => bytes + unread, 0);
    for (const { followed, unread } of held) {
      if (total <= this.#limit) return;
      total -= unread;
      this.#left.set(followed, positionOf(followed));
      followed.watcher.refuse();
      this.#count(followed, unread);
    }
  }

  #held(): HeldFile[] {
    const { fs } = this.#host.ports;
    const held: HeldFile[] = [];
    for (const followed of [...this.#following.chains.values()].flat()) {
      if (followed.watcher.isRefused) continue;
      const { nlink, size, mtimeMs } = fs.fstatSync(followed.watcher.fd);
      if (nlink > 0) continue;
      const end = followed.watcher.packed ? unpackedSize(fs, followed.watcher.fd, size) : size;
      held.push({ followed, unread: Math.max(0, end - positionOf(followed)), mtimeMs });
    }
    return held;
  }

  /** What was on its way when a file was left, and came back. */
  #countRefused(): void {
    for (const [followed, from] of this.#left) {
      if (followed.sending !== undefined) continue;
      if (followed.watcher.position < from) this.#count(followed, from - followed.watcher.position);
      this.#left.delete(followed);
    }
  }

  #count(followed: Followed, bytes: number): void {
    this.#abandoned.inc(bytes, { plugin_id: this.#host.id });
    this.#host.log.error('a deleted file was left unread because of held_deleted_limit', {
      file: followed.watcher.real,
      bytes,
    });
  }
}

function positionOf({ watcher, sending }: Followed): number {
  return sending ?? watcher.position;
}

/** gzip's trailer ends with the unpacked length (modulo 4 GiB). */
function unpackedSize(fs: FsPort, fd: number, size: number): number {
  const trailer = Buffer.alloc(4);
  return fs.readSync(fd, trailer, 0, 4, Math.max(0, size - 4)) === 4 ? trailer.readUInt32LE(0) : 0;
}
