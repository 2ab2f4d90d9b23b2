/**
 * The first bytes of a file: what tells it from another file that got the same inode, and finds it again when it was renamed,
 * copied or packed.
 */
import { createHash } from 'node:crypto';
import { constants, gunzipSync } from 'node:zlib';
import type { FsPort } from '../../core/ports.ts';

/** Log lines begin with a time, so some lines are unique. */
export const HEAD_BYTES = 256;
/** Packed bytes that hold the head of a log most likely, and for certain. At gzip's best ratio (1:1032) they unpack to 512 KiB and 4 MiB. */
const LIKELY_BYTES = 512;
const PACKED_BYTES = 4096;

/** A head as it is kept: how many bytes (fewer than HEAD_BYTES for a file that was short then), and their hash. */
export interface HeadMark {
  readonly length: number;
  readonly hash: string;
}

export function markOf(head: Buffer): HeadMark {
  return { length: head.length, hash: createHash('sha256').update(head).digest('hex').slice(0, 32) };
}

/** True when `head` begins with the bytes that were marked. A mark of nothing tells nothing. */
export function fits(head: Buffer, mark: HeadMark): boolean {
  return mark.length > 0 && head.length >= mark.length && markOf(head.subarray(0, mark.length)).hash === mark.hash;
}

/** Files are looked at many times a second: what a look needs is used again. */
const looked = Buffer.alloc(HEAD_BYTES);

/** Good until the next look. */
export function peekHead(fs: FsPort, fd: number): Buffer {
  return looked.subarray(0, readWhole(fs, fd, looked));
}

export function readHead(fs: FsPort, fd: number): Buffer {
  return copied(peekHead(fs, fd));
}

/** Heads are kept long: a place of Buffer's pool would keep all of the pool's. */
export function copied(head: Buffer): Buffer {
  const copy = Buffer.alloc(head.length);
  head.copy(copy);
  return copy;
}

/** A read may give less than there is: a head that seems shorter than it was would mean another file. */
function readWhole(fs: FsPort, fd: number, into: Buffer): number {
  for (let at = 0; ; ) {
    const n = fs.readSync(fd, into, at, into.length - at, at);
    at += n;
    if (n === 0 || at === into.length) return at;
  }
}

const packed = Buffer.alloc(PACKED_BYTES);

/** Head of what is packed; empty where it cannot be unpacked. */
export function readPackedHead(fs: FsPort, fd: number): Buffer {
  const n = readWhole(fs, fd, packed);
  const head = unpackedHead(packed.subarray(0, Math.min(n, LIKELY_BYTES)));
  return head.length === HEAD_BYTES || n <= LIKELY_BYTES ? head : unpackedHead(packed.subarray(0, n));
}

function unpackedHead(bytes: Buffer): Buffer {
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 4096 };
    return copied(gunzipSync(bytes, options).subarray(0, HEAD_BYTES));
  } catch {
    return Buffer.alloc(0);
  }
}
