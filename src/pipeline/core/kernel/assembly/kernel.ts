/**
 * What is done for each line and each document of a block of alike lines, in WebAssembly (AssemblyScript): cutting lines into columns, reading
 * their times, putting documents together. Compiled by `npm run kernel` into ../wasm.ts.
 *
 * Guarantees: takes only what the plain code (json-scan.ts, cri.ts, strptime.ts, render.ts) takes, and gives the same bytes; a line that it does not know
 * ends the run, and the plain code has the word. Reads up to 16 bytes behind what it is given and writes up to 16 behind what it says: the memory has
 * that room (../index.ts).
 */

const QUOTE: i32 = 34;
const BACKSLASH: i32 = 92;
const NEWLINE: i32 = 10;
const MAX_DEPTH: i32 = 512;

// Steps of a line's program: kind, pointer, length.
const LITERAL: i32 = 0;
const JSON_VALUE: i32 = 1;
const TOKEN: i32 = 2;
const REST: i32 = 3;

/**
 * Cuts lines by a program of `steps` steps. A row is the begin of its line, then begin and end of each column. Returns the number of rows; the first line
 * that does not fit ends them.
 */
export function cut(program: i32, steps: i32, from: i32, end: i32, table: i32, limit: i32): i32 {
  let at = from;
  let row = table;
  let rows = 0;
  while (at < end && rows < limit) {
    store<i32>(row, at);
    at = cutOne(program, steps, at, end, row + 4);
    if (at < 0 || at >= end || load<u8>(at) != NEWLINE) return rows;
    at++;
    row = cells;
    rows++;
  }
  return rows;
}

/**
 * Cuts the text of column `column` of each row, too: rows are copied to `target`, with the new columns behind the old ones. Returns the number of
 * rows that fit the program from begin to end; the first other one ends them.
 */
export function extend(
  program: i32,
  steps: i32,
  table: i32,
  stride: i32,
  column: i32,
  rows: i32,
  target: i32,
): i32 {
  let row = target;
  for (let i = 0; i < rows; i++) {
    const source = table + i * stride;
    memory.copy(row, source, stride);
    const at = load<i32>(source + column * 8, 4);
    const end = load<i32>(source + column * 8, 8);
    if (cutOne(program, steps, at, end, row + stride) != end) return i;
    row = cells;
  }
  return rows;
}

/** Behind the last cell that `cutOne` wrote. */
let cells: i32 = 0;

/** Index behind what the program cuts, or -1. */
function cutOne(program: i32, steps: i32, from: i32, end: i32, into: i32): i32 {
  let at = from;
  let cell = into;
  for (let i = 0; i < steps; i++) {
    const step = program + i * 12;
    const kind = load<i32>(step);
    if (kind == LITERAL) {
      const length = load<i32>(step, 8);
      if (at + length > end || !same(at, load<i32>(step, 4), length)) return -1;
      at += length;
      continue;
    }
    store<i32>(cell, at);
    at = kind == JSON_VALUE ? valueEnd(at, end, 0) : kind == TOKEN ? tokenEnd(at, end) : restEnd(at, end);
    if (at < 0) return -1;
    store<i32>(cell, at, 4);
    cell += 8;
  }
  cells = cell;
  return at;
}

// @ts-ignore: decorator
@inline
function same(a: i32, b: i32, length: i32): bool {
  let i = 0;
  for (; i + 16 <= length; i += 16) if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  for (; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

/** Up to a space; other white space or control characters do not fit. */
function tokenEnd(from: i32, end: i32): i32 {
  for (let at = from; at < end; at++) {
    const c = load<u8>(at);
    if (c > 32) continue;
    return c == 32 ? at : -1;
  }
  return -1;
}

/** Up to the line's end; a carriage return before it does not fit. */
function restEnd(from: i32, end: i32): i32 {
  let at = from;
  while (at >= 0) {
    if (at >= end) return -1;
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(10)));
    if (found == 0) {
      at += 16;
      continue;
    }
    at += ctz(found);
    if (at >= end) return -1;
    return at > from && load<u8>(at - 1) == 13 ? -1 : at;
  }
  return -1;
}

/** `from` is behind the opening quote. Index behind the closing one, or -1. */
function stringEnd(from: i32, end: i32): i32 {
  let at = from;
  while (at >= 0) {
    const v = v128.load(at);
    const special = v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(34)), i8x16.eq(v, i8x16.splat(92))),
      i8x16.lt_u(v, i8x16.splat(32)),
    );
    const found = i8x16.bitmask(special);
    if (found == 0) {
      at += 16;
      if (at >= end) return -1;
      continue;
    }
    at += ctz(found);
    if (at >= end) return -1;
    const c: i32 = load<u8>(at);
    if (c == QUOTE) return at + 1;
    if (c != BACKSLASH) return -1;
    const e: i32 = load<u8>(at, 1);
    if (e == 117) {
      for (let i = 2; i < 6; i++) if (!isHex(load<u8>(at + i))) return -1;
      at += 6;
    } else if (e == QUOTE || e == BACKSLASH || e == 47 || e == 98 || e == 102 || e == 110 || e == 114 || e == 116) at += 2;
    else return -1;
  }
  return -1;
}

function isHex(c: i32): bool {
  return isDigit(c) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70);
}

// @ts-ignore: decorator
@inline
function isDigit(c: i32): bool {
  return c >= 48 && c <= 57;
}

/** Index behind the JSON value that begins here, or -1. */
function valueEnd(at: i32, end: i32, depth: i32): i32 {
  if (at >= end) return -1;
  const c: i32 = load<u8>(at);
  if (c == QUOTE) return stringEnd(at + 1, end);
  if (c == 123 || c == 91) return depth < MAX_DEPTH ? containerEnd(at, end, depth + 1, c == 123) : -1;
  if (c == 116) return word(at, end, 0x65757274, 4);
  if (c == 110) return word(at, end, 0x6c6c756e, 4);
  if (c == 102) return load<u8>(at, 4) == 101 && at + 5 <= end ? word(at, end, 0x736c6166, 5) : -1;
  return numberEnd(at, end);
}

function word(at: i32, end: i32, text: i32, length: i32): i32 {
  return at + length <= end && load<i32>(at) == text ? at + length : -1;
}

function numberEnd(from: i32, end: i32): i32 {
  let at = from;
  if (load<u8>(at) == 45) at++;
  if (load<u8>(at) == 48) at++;
  else {
    const digits = digitsEnd(at);
    if (digits == at) return -1;
    at = digits;
  }
  if (load<u8>(at) == 46) {
    const digits = digitsEnd(at + 1);
    if (digits == at + 1) return at <= end ? at : -1;
    at = digits;
  }
  const c = load<u8>(at);
  if (c == 101 || c == 69) {
    let exponent = at + 1;
    const sign = load<u8>(exponent);
    if (sign == 43 || sign == 45) exponent++;
    const digits = digitsEnd(exponent);
    if (digits > exponent) at = digits;
  }
  return at <= end ? at : -1;
}

function digitsEnd(from: i32): i32 {
  let at = from;
  while (isDigit(load<u8>(at))) at++;
  return at;
}

/** Behind blanks, tabs and carriage returns. */
function skip(from: i32): i32 {
  let at = from;
  while (at >= 0) {
    const c = load<u8>(at);
    if (c != 32 && c != 9 && c != 13) return at;
    at++;
  }
  return -1;
}

function containerEnd(from: i32, end: i32, depth: i32, isObject: bool): i32 {
  const close: i32 = isObject ? 125 : 93;
  let at = skip(from + 1);
  if (load<u8>(at) == close) return at < end ? at + 1 : -1;
  while (at >= 0) {
    if (isObject) {
      if (at >= end || load<u8>(at) != QUOTE) return -1;
      at = stringEnd(at + 1, end);
      if (at < 0) return -1;
      at = skip(at);
      if (load<u8>(at) != 58) return -1;
      at = skip(at + 1);
    }
    at = valueEnd(at, end, depth);
    if (at < 0) return -1;
    at = skip(at);
    if (at >= end) return -1;
    const c = load<u8>(at);
    if (c == close) return at + 1;
    if (c != 44) return -1;
    at = skip(at + 1);
  }
  return -1;
}

// How a time is written: bits of `form`.
const FRACTION: i32 = 1;
const OFFSET: i32 = 2;
const ZULU: i32 = 4;
const SPACED: i32 = 8;
const NEEDED: i32 = 16;

/**
 * Reads column `column` of all rows as `YYYY-MM-DDThh:mm:ss`, fraction, offset. `quoted`: 1 where the column is JSON. Without OFFSET the seconds are those
 * of the wall clock. Returns the number of rows whose time was read; the first other one ends them.
 */
export function times(
  table: i32,
  stride: i32,
  column: i32,
  rows: i32,
  quoted: i32,
  separator: i32,
  form: i32,
  secs: i32,
  nsecs: i32,
): i32 {
  let known = 0;
  let wall: f64 = 0;
  for (let i = 0; i < rows; i++) {
    const cell = table + i * stride + 4 + column * 8;
    let at = load<i32>(cell) + quoted;
    const end = load<i32>(cell, 4) - quoted;
    if (quoted == 1 && (end < at || load<u8>(at - 1) != QUOTE)) return i;
    if (end - at < 19) return i;
    if (known == 0 || !sameSecond(at, known)) {
      wall = wallOf(at, separator);
      if (wall != wall) return i;
      known = at;
    }
    at += 19;
    let nsec = 0;
    if (at < end && load<u8>(at) == 46) {
      if ((form & FRACTION) == 0) return i;
      let unit = 100_000_000;
      const first = ++at;
      while (at < end && isDigit(load<u8>(at))) {
        nsec += (<i32>load<u8>(at) - 48) * unit;
        unit /= 10;
        at++;
      }
      if (at == first || at > first + 9) return i;
    } else if ((form & NEEDED) != 0) return i;
    if ((form & ZULU) != 0 && (at >= end || load<u8>(at) != 90)) return i;
    let sec = wall;
    if ((form & OFFSET) != 0) {
      if ((form & SPACED) != 0 && at < end && load<u8>(at) == 32) at++;
      if (at >= end) return i;
      const c = load<u8>(at);
      if (c == 43 || c == 45) {
        const colon = at + 3 < end && load<u8>(at, 3) == 58 ? 1 : 0;
        if (at + 5 + colon > end) return i;
        const hours = two(at + 1);
        const minutes = two(at + 3 + colon);
        if (hours < 0 || minutes < 0) return i;
        const seconds: f64 = hours * 3600 + minutes * 60;
        sec = c == 43 ? wall - seconds : wall + seconds;
      } else if (c != 90) return i;
    }
    store<f64>(secs + i * 8, sec);
    store<i32>(nsecs + i * 4, nsec);
  }
  return rows;
}

// @ts-ignore: decorator
@inline
function sameSecond(a: i32, b: i32): bool {
  return !v128.any_true(v128.xor(v128.load(a), v128.load(b))) && load<i32>(a, 15) == load<i32>(b, 15);
}

/** Two digits, or -1. */
function two(at: i32): i32 {
  const a: i32 = load<u8>(at);
  const b: i32 = load<u8>(at, 1);
  return isDigit(a) && isDigit(b) ? (a - 48) * 10 + b - 48 : -1;
}

/** Seconds since the epoch of 19 characters taken as UTC, or NaN. */
function wallOf(at: i32, separator: i32): f64 {
  const century = two(at);
  const years = two(at + 2);
  const month = two(at + 5);
  const day = two(at + 8);
  const hour = two(at + 11);
  const minute = two(at + 14);
  const second = two(at + 17);
  if (load<u8>(at, 4) != 45 || load<u8>(at, 7) != 45 || <i32>load<u8>(at, 10) != separator) return NaN;
  if (load<u8>(at, 13) != 58 || load<u8>(at, 16) != 58) return NaN;
  // Years below 100 are those of the last century to JavaScript: the plain code's matter.
  if (century < 1 || years < 0 || month < 1 || month > 12 || day < 1 || day > 31) return NaN;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return NaN;
  // Days from the civil calendar, with years that begin in March.
  const year = century * 100 + years - (month <= 2 ? 1 : 0);
  const era = year / 400;
  const ofEra = year - era * 400;
  const ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const days = era * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719468;
  return <f64>days * 86400 + <f64>(hour * 3600 + minute * 60 + second);
}

// Pieces of a document: kind, and for constants pointer and length, else column or number of digits.
const CONSTANT: i32 = 0;
const RAW: i32 = 1;
const TEXT: i32 = 2;
const DIGITS: i32 = 3;

let written: i32 = 0;

/** Index behind the last byte of the last `render`. */
export function end(): i32 {
  return written;
}

/**
 * Puts the documents of rows `from` … `to` together, one behind the other at `out`. Returns the row of the first document that would end behind `limit`
 * (or whose longest form might not fit before `room`); `end` tells where the last one ends.
 */
export function render(
  pieces: i32,
  count: i32,
  table: i32,
  stride: i32,
  nsecs: i32,
  from: i32,
  to: i32,
  out: i32,
  limit: i32,
  room: i32,
): i32 {
  let at = out;
  written = out;
  for (let i = from; i < to; i++) {
    const row = table + i * stride + 4;
    if (at + longest(pieces, count, row) > room) return i;
    for (let p = 0; p < count; p++) {
      const piece = pieces + p * 12;
      const kind = load<i32>(piece);
      const a = load<i32>(piece, 4);
      if (kind == CONSTANT) {
        const length = load<i32>(piece, 8);
        copy(at, a, length);
        at += length;
      } else if (kind == RAW) {
        const start = load<i32>(row + a * 8);
        const length = load<i32>(row + a * 8, 4) - start;
        copy(at, start, length);
        at += length;
      } else if (kind == TEXT) at = writeText(at, load<i32>(row + a * 8), load<i32>(row + a * 8, 4));
      else {
        writeDigits(at, load<i32>(nsecs + i * 4), a);
        at += a;
      }
    }
    if (at > limit) return i;
    written = at;
  }
  return to;
}

/** Bytes that a document has at most. */
function longest(pieces: i32, count: i32, row: i32): i32 {
  let length = 0;
  for (let p = 0; p < count; p++) {
    const piece = pieces + p * 12;
    const kind = load<i32>(piece);
    const a = load<i32>(piece, 4);
    if (kind == CONSTANT) length += load<i32>(piece, 8);
    else if (kind == DIGITS) length += a;
    else {
      const own = load<i32>(row + a * 8, 4) - load<i32>(row + a * 8);
      length += kind == RAW ? own : own * 6 + 2;
    }
  }
  return length;
}

/** Short texts by registers: a call costs more than they do. */
// @ts-ignore: decorator
@inline
function copy(to: i32, from: i32, length: i32): void {
  if (length > 256) memory.copy(to, from, length);
  else for (let i = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

/** As JSON.stringify writes a string. Returns the index behind it. */
function writeText(to: i32, from: i32, end: i32): i32 {
  let at = to;
  let source = from;
  store<u8>(at++, QUOTE);
  while (source < end) {
    const v = v128.load(source);
    const special = v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(34)), i8x16.eq(v, i8x16.splat(92))),
      i8x16.lt_u(v, i8x16.splat(32)),
    );
    const found = i8x16.bitmask(special);
    v128.store(at, v);
    const plain = min(found == 0 ? 16 : ctz(found), end - source);
    at += plain;
    source += plain;
    if (source >= end || found == 0 || plain == 16) continue;
    at = writeEscape(at, load<u8>(source++));
  }
  store<u8>(at, QUOTE);
  return at + 1;
}

function writeEscape(to: i32, c: i32): i32 {
  store<u8>(to, BACKSLASH);
  let short = 0;
  if (c == QUOTE || c == BACKSLASH) short = c;
  else if (c == 8) short = 98;
  else if (c == 9) short = 116;
  else if (c == 10) short = 110;
  else if (c == 12) short = 102;
  else if (c == 13) short = 114;
  if (short != 0) {
    store<u8>(to, short, 1);
    return to + 2;
  }
  // u00
  store<u8>(to, 117, 1);
  store<u8>(to, 48, 2);
  store<u8>(to, 48, 3);
  store<u8>(to, 48 + (c >> 4), 4);
  const low = c & 15;
  store<u8>(to, low < 10 ? 48 + low : 87 + low, 5);
  return to + 6;
}

/** The first digits of nine. */
function writeDigits(to: i32, nsec: i32, digits: i32): void {
  let rest = nsec;
  for (let i = 9; i > digits; i--) rest /= 10;
  for (let i = digits - 1; i >= 0; i--) {
    store<u8>(to + i, 48 + (rest % 10));
    rest /= 10;
  }
}
