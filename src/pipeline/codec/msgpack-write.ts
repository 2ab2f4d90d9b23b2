/** Writes MessagePack as byte strings: values, and records without decoding more of them than must be. */
import type { LogEvent } from '../core/event.ts';
import { type Slot, slotBytes } from '../core/slot.ts';
import { Float, toBytes, type Value } from '../core/value.ts';
import { EVENT_TIME, MAX_KEYS } from './msgpack-read.ts';

const scratch = Buffer.alloc(9);

/** Head byte and a number of `size` bytes. */
function head(byte: number, size: 1 | 2 | 4, value: number): string {
  scratch[0] = byte;
  scratch.writeUIntBE(value, 1, size);
  return scratch.toString('latin1', 0, size + 1);
}

function sized(fix: number, fixMax: number, byte: number, withOneByte: boolean, size: number): string {
  if (size <= fixMax) return String.fromCharCode(fix | size);
  if (withOneByte && size < 0x100) return head(byte, 1, size);
  const base = withOneByte ? byte + 1 : byte;
  return size < 0x10000 ? head(base, 2, size) : head(base + 1, 4, size);
}

export function encodeArrayHead(size: number): string {
  return sized(0x90, 15, 0xdc, false, size);
}

export function encodeMapHead(size: number): string {
  return sized(0x80, 15, 0xde, false, size);
}

/** Text given as bytes. */
export function encodeBytes(bytes: string): string {
  return sized(0xa0, 31, 0xd9, true, bytes.length) + bytes;
}

export function encodeBinary(bytes: string): string {
  const { length } = bytes;
  return (
    (length < 0x100 ? head(0xc4, 1, length) : length < 0x10000 ? head(0xc5, 2, length) : head(0xc6, 4, length)) + bytes
  );
}

export function encodeEventTime(sec: number, nsec: number): string {
  const bytes = Buffer.from([0xd7, EVENT_TIME, 0, 0, 0, 0, 0, 0, 0, 0]);
  bytes.writeUInt32BE(sec >>> 0, 2);
  bytes.writeUInt32BE(nsec, 6);
  return bytes.toString('latin1');
}

export function encodeMsgpack(value: Value): string {
  if (value === null) return '\xc0';
  switch (typeof value) {
    case 'boolean':
      return value ? '\xc3' : '\xc2';
    case 'string':
      return encodeBytes(toBytes(value));
    case 'bigint':
      return encodeBigInt(value);
    case 'number':
      return Number.isSafeInteger(value) ? encodeInteger(value) : encodeDouble(value);
  }
  if (value instanceof Float) return encodeDouble(value.value);
  if (Array.isArray(value)) return encodeArrayHead(value.length) + value.map(encodeMsgpack).join('');
  const entries = Object.entries(value);
  return encodeMapHead(entries.length) + entries.map(([key, item]) => encodeKey(key) + encodeMsgpack(item)).join('');
}

const encodedKeys = new Map<string, string>();

function encodeKey(key: string): string {
  let encoded = encodedKeys.get(key);
  if (encoded === undefined) {
    encoded = encodeBytes(toBytes(key));
    if (encodedKeys.size >= MAX_KEYS) encodedKeys.clear();
    encodedKeys.set(key, encoded);
  }
  return encoded;
}

/** A record as a map. */
export function encodeRecord(event: LogEvent): string {
  const { keys } = event.shape;
  let out = encodeMapHead(keys.length);
  for (let i = 0; i < keys.length; i++) out += encodeKey(keys[i]!) + encodeSlot(event, keys[i]!, event.slots[i]!);
  return out;
}

function encodeSlot(event: LogEvent, key: string, slot: Slot): string {
  const bytes = slotBytes(slot);
  return bytes === undefined ? encodeMsgpack(event.get(key)!) : encodeBytes(bytes);
}

function encodeInteger(value: number): string {
  if (value >= 0) {
    if (value < 0x80) return String.fromCharCode(value);
    if (value < 0x100) return head(0xcc, 1, value);
    if (value < 0x10000) return head(0xcd, 2, value);
    if (value < 0x100000000) return head(0xce, 4, value);
    return encodeBigInt(BigInt(value));
  }
  if (value >= -32) return String.fromCharCode(value + 256);
  if (value >= -0x80) return head(0xd0, 1, value + 0x100);
  if (value >= -0x8000) return head(0xd1, 2, value + 0x10000);
  if (value >= -0x80000000) return head(0xd2, 4, value + 0x100000000);
  return encodeBigInt(BigInt(value));
}

/** Integers that no 64 bits hold become floats. */
function encodeBigInt(value: bigint): string {
  if (value > 0xffffffffffffffffn || value < -0x8000000000000000n) return encodeDouble(Number(value));
  scratch[0] = value < 0n ? 0xd3 : 0xcf;
  if (value < 0n) scratch.writeBigInt64BE(value, 1);
  else scratch.writeBigUInt64BE(value, 1);
  return scratch.toString('latin1', 0, 9);
}

function encodeDouble(value: number): string {
  scratch[0] = 0xcb;
  scratch.writeDoubleBE(value, 1);
  return scratch.toString('latin1', 0, 9);
}
