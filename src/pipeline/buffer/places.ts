/**
 * Places that chunks are read to, used again: fresh memory of that size costs more (the kernel fills its pages with zeros) than reading into it, and what
 * lies outside of V8's heap hurries its collector.
 */

/** Larger places are not kept. */
const LARGEST = 8 * 1024 ** 2;
/** Flush threads of an output, by far most often. */
const MOST = 2;
const STEP = 256 * 1024;
const free: ArrayBuffer[] = [];

/** At least `length` bytes, with whatever was there before. */
export function takePlace(length: number): Buffer {
  const at = free.findIndex((place) => place.byteLength >= length);
  const place = at < 0 ? new ArrayBuffer(Math.ceil(length / STEP) * STEP) : free.splice(at, 1)[0]!;
  return Buffer.from(place, 0, length);
}

/** Nobody looks at the place any more. */
export function givePlace(bytes: Buffer): void {
  const place = bytes.buffer as ArrayBuffer;
  if (place.byteLength > LARGEST) return;
  free.push(place);
  // The small ones go first: chunks have much the same size.
  if (free.length > MOST) free.sort((a, b) => b.byteLength - a.byteLength).pop();
}
