/**
 * Chunks that a Fluentd left behind: `buffer.b<id>.log` (or `q`) with `.meta`, both msgpack; the data may be gzip members.
 *
 * Data: `[time, record]` one after the other. Meta: the bytes c1 00, a length (u32), then a map with tag, timekey, variables, c (creation time);
 * without those bytes in old versions. What stands before damage is read.
 */
import { constants, gunzipSync } from 'node:zlib';
import { decodeMsgpack, MsgpackReader } from '../codec/msgpack.ts';
import { EventStream, type LogEvent } from '../core/event.ts';
import type { FsPort } from '../core/ports.ts';
import { isHash, type Value } from '../core/value.ts';
import type { ChunkMeta } from '../plugin.ts';

export interface ForeignChunk {
  readonly file: string;
  readonly meta: ChunkMeta;
  readonly damaged: boolean;
  /** Its events, `size` at a time. */
  streams(size: number): Iterable<EventStream>;
  /** The events are safe elsewhere. */
  remove(): void;
}

/** A chunk of a fluentd buffer holds at most its chunk_limit_size; packed ones are not trusted beyond this. */
const MAX_UNPACKED = 1024 ** 3;
const GZIP = 0x1f8b;
const PAIR = 0x92;

/** Undefined where the file is no chunk of events. `named`: metadata that its name tells (file_single). */
export function readForeign(
  fs: FsPort,
  file: string,
  bytes: Buffer,
  named: ChunkMeta | undefined,
): ForeignChunk | undefined {
  const packed = bytes.length > 2 && bytes.readUInt16BE(0) === GZIP;
  const data = packed ? unpacked(bytes) : bytes;
  if (data === undefined || data[0] !== PAIR) return undefined;
  const meta = named ?? metaOf(fs, `${file}.meta`);
  const end = intactEnd(data);
  return {
    file,
    meta,
    damaged: end < data.length,
    streams: (size) => streamsOf(data, end, meta.tag ?? '', size),
    remove() {
      fs.unlinkSync(file);
      if (fs.existsSync(`${file}.meta`)) fs.unlinkSync(`${file}.meta`);
    },
  };
}

function unpacked(bytes: Buffer): Buffer | undefined {
  try {
    // A torn last member gives what it holds.
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_UNPACKED });
  } catch {
    return undefined;
  }
}

function readPair(reader: MsgpackReader): LogEvent | undefined {
  if (reader.arrayHead() !== 2) return undefined;
  const time = reader.time();
  if (time === undefined || !reader.isMap()) return undefined;
  const event = reader.record();
  event.sec = time.sec;
  event.nsec = time.nsec;
  return event;
}

/** Offset behind the last whole pair. */
function intactEnd(data: Buffer): number {
  const reader = new MsgpackReader(data);
  let end = 0;
  try {
    while (!reader.done && readPair(reader) !== undefined) end = reader.at;
  } catch {
    // Cut short or damaged: what stands before it counts.
  }
  return end;
}

function* streamsOf(data: Buffer, end: number, tag: string, size: number): Generator<EventStream> {
  const reader = new MsgpackReader(data);
  while (reader.at < end) {
    const events: LogEvent[] = [];
    while (reader.at < end && events.length < size) events.push(readPair(reader)!);
    yield new EventStream(tag, events);
  }
}

function metaOf(fs: FsPort, file: string): ChunkMeta {
  try {
    const bytes = fs.readFileSync(file);
    const headed = bytes[0] === 0xc1 && bytes[1] === 0;
    const found = decodeMsgpack(headed ? bytes.subarray(6, 6 + bytes.readUInt32BE(2)) : bytes);
    if (!isHash(found)) return {};
    const { tag, timekey, variables } = found as Record<string, Value | undefined>;
    return {
      ...(typeof tag === 'string' ? { tag } : {}),
      ...(typeof timekey === 'number' ? { timekey } : {}),
      ...(variables !== undefined && isHash(variables) ? { variables } : {}),
    };
  } catch {
    return {};
  }
}
