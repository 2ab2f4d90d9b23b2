import { expect, it } from 'vitest';
import { decoderOf } from './encodings.ts';

it.each([
  ['ISO-8859-1', [0x80, 0x9f, 0xe9], '\x80\x9fé'],
  ['iso-8859-9', [0x85, 0xfe], '\x85ş'],
  ['ISO-8859-15', [0xa4], '€'],
  ['Windows-1252', [0x93, 0x81, 0x80], '“\ufffd€'],
  ['CP1252', [0x9d, 0xe9], '\ufffdé'],
  ['windows-1250', [0x81, 0xe8], '\ufffdč'],
  ['ASCII-8BIT', [0x61, 0xc3, 0xa9], 'a\ufffd\ufffd'],
  ['US-ASCII', [0x61, 0xe9], 'a\ufffd'],
  ['EUC-JP', [0xc6, 0xfc, 0xff], '日\ufffd'],
])('%s is decoded as Ruby does', (name, bytes, text) => {
  expect(decoderOf(name)?.(Buffer.from(bytes))).toBe(text);
});

it('a name that is no encoding is undefined', () => {
  expect(decoderOf('utf-9')).toBeUndefined();
});
