/**
 * MessagePack, as Fluentd speaks it: byte strings and buffers in, values and records out, and back. EventTime is extension type 0: seconds and
 * nanoseconds, four bytes each.
 */
export { decodeMsgpack, type EventTime, MsgpackError, MsgpackReader } from './msgpack-read.ts';
export {
  encodeArrayHead,
  encodeBinary,
  encodeBytes,
  encodeEventTime,
  encodeMapHead,
  encodeMsgpack,
  encodeRecord,
} from './msgpack-write.ts';
