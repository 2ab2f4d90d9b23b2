import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LogEvent } from '../core/event.ts';
import { Float, fromBytes, type Value } from '../core/value.ts';
import { JsonScanner } from './json-scan.ts';
import { decodeMsgpack, encodeEventTime, encodeMsgpack, encodeRecord, MsgpackError, MsgpackReader } from './msgpack.ts';
import { MsgpackFramer } from './msgpack-framing.ts';

const MIB = 1024 * 1024;
const bytes = (text: string) => Buffer.from(text, 'latin1');

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: 'grapheme' }),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Number.isInteger(n) ? new Float(n) : n)),
);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar as fc.Arbitrary<Value>,
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 20 }),
  ),
}));
const record = fc.dictionary(fc.string({ unit: 'grapheme' }), value, { maxKeys: 20 });
/** Keys such as `__proto__` and -0 are told apart by their text. */
const text = (one: Value) => fromBytes(LogEvent.from(0, 0, { one }).toJson());

it('what is written is read back', () => {
  fc.assert(
    fc.property(value, (one) => {
      expect(text(decodeMsgpack(bytes(encodeMsgpack(one))))).toBe(text(one));
    }),
  );
});

it('records are read back, raw JSON slots and plain ones', () => {
  fc.assert(
    fc.property(record, (one) => {
      const plain = LogEvent.from(0, 0, one);
      const raw = new JsonScanner().scan(plain.toJson())!;
      for (const event of [plain, raw])
        expect(new MsgpackReader(bytes(encodeRecord(event))).record().toJson()).toBe(plain.toJson());
    }),
  );
});

it('a stream of values is the same at any block edges', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 20 }), (values, cuts) => {
      const pieces = values.map((one) => bytes(encodeMsgpack(one)));
      const all = Buffer.concat(pieces);
      const edges = [...new Set(cuts.map((cut) => cut % (all.length + 1)))].sort((a, b) => a - b);
      const framer = new MsgpackFramer(MIB);
      const found = [0, ...edges].flatMap((from, i) => framer.push(all.subarray(from, edges[i] ?? all.length)));
      expect(found.map((one) => one.toString('hex'))).toEqual(pieces.map((one) => one.toString('hex')));
    }),
  );
});

it('damaged data is an error or another value, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      try {
        decodeMsgpack(Buffer.from(data));
      } catch (error) {
        expect(error).toBeInstanceOf(MsgpackError);
      }
    }),
  );
});

it('values of every size class keep their heads', () => {
  for (const size of [0, 31, 32, 255, 256, 65_535, 65_536]) {
    const long = 'x'.repeat(size);
    expect(decodeMsgpack(bytes(encodeMsgpack(long)))).toBe(long);
    expect((decodeMsgpack(bytes(encodeMsgpack(Array(size).fill(0)))) as Value[]).length).toBe(size);
  }
});

it('times are integers, floats or EventTime', () => {
  const time = (data: string) => new MsgpackReader(bytes(data)).time();
  expect(time(encodeEventTime(1_709_288_430, 123_456_789))).toEqual({ sec: 1_709_288_430, nsec: 123_456_789 });
  expect(time(encodeMsgpack(1_709_288_430))).toEqual({ sec: 1_709_288_430, nsec: 0 });
  expect(time(encodeMsgpack(1_709_288_430.5))).toEqual({ sec: 1_709_288_430, nsec: 500_000_000 });
  expect(time(`\xc7\x08\x00${encodeEventTime(5, 6).slice(2)}`)).toEqual({ sec: 5, nsec: 6 });
  expect(time(encodeMsgpack('x'))).toBeUndefined();
});

it('text that is no UTF-8 is repaired, so that a record is always valid JSON', () => {
  const event = new MsgpackReader(bytes('\x81\xa1a\xa2\xff"')).record();
  expect(JSON.parse(fromBytes(event.toJson()))).toEqual({ a: '\ufffd"' });
});

it('a message over the limit and an endless nesting are refused', () => {
  expect(() => new MsgpackFramer(10).push(bytes(encodeMsgpack('x'.repeat(50))))).toThrow(MsgpackError);
  expect(() => decodeMsgpack(Buffer.alloc(100_000, 0x91))).toThrow(MsgpackError);
});
