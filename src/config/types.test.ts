import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParamSpec, ParamType } from './schema.ts';
import { typedValue, ValueError } from './types.ts';

const read = (type: ParamType, text: string, more: Partial<ParamSpec> = {}) =>
  typedValue(text, { type, doc: '', ...more });
const strict = (type: ParamType, text: string) => typedValue(text, { type, doc: '' }, { strict: true });

describe('numbers', () => {
  it.each([
    ['integer', '2x', 2],
    ['integer', 'abc', 0],
    ['integer', '', 0],
    ['integer', ' -12 ', -12],
    ['integer', '1_000', 1000],
    ['integer', '1__0', 1],
    ['integer', '0x1F', 0],
    ['integer', '007', 7],
    ['float', '1.5s', 1.5],
    ['float', '1e3', 1000],
    ['float', '.5', 0.5],
    ['float', '-', 0],
    ['float', 'Infinity', 0],
    ['size', '8m', 8 * 1024 ** 2],
    ['size', '8MB', 8 * 1024 ** 2],
    ['size', '2M', 2 * 1024 ** 2],
    ['size', '1.5g', 1.5 * 1024 ** 3],
    ['size', '1t', 1024 ** 4],
    ['size', '256', 256],
    ['size', '5 m', 5],
    ['time', '5', 5],
    ['time', '0.5', 0.5],
    ['time', '0.2s', 0.2],
    ['time', '1m', 60],
    ['time', '1h30m', 1800],
    ['time', '365d', 365 * 86_400],
    ['time', '-1', -1],
    ['time', 'never', 0],
  ] as const)('%s %j is %d', (type, text, value) => {
    expect(read(type, text)).toBe(value);
  });

  it.each([
    ['integer', '0x1F', 31],
    ['integer', '010', 8],
    ['integer', '0b11', 3],
    ['integer', '-1_000', -1000],
    ['float', '1.5e2', 150],
  ] as const)('strict: %s %j is %d', (type, text, value) => {
    expect(strict(type, text)).toBe(value);
  });

  it.each([
    ['integer', '2x'],
    ['integer', ''],
    ['integer', '1__0'],
    ['float', 'x'],
    ['float', ''],
    ['size', 'abc'],
    ['time', 'abc'],
    ['bool', 'maybe'],
  ] as const)('strict: %s %j is refused', (type, text) => {
    expect(() => strict(type, text)).toThrow(ValueError);
  });

  it('reads whole sizes and times with every unit exactly', () => {
    const units = {
      size: { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, K: 2 ** 10, mb: 2 ** 20 },
      time: { '': 1, s: 1, m: 60, h: 3600, d: 86_400 },
    };
    for (const type of ['size', 'time'] as const) {
      fc.assert(
        fc.property(fc.nat(), fc.constantFrom(...Object.entries(units[type])), (n, [unit, factor]) => {
          expect(read(type, `${n}${unit}`)).toBe(n * factor);
        }),
      );
    }
  });
});

describe('bool', () => {
  it.each([
    ['', true],
    ['true', true],
    ['yes', true],
    ['# a comment', true],
    ['false', false],
    ['no', false],
    ['True', undefined],
    ['1', undefined],
  ])('%j is %s', (text, value) => {
    expect(read('bool', text)).toBe(value);
  });
});

describe('lists and hashes', () => {
  it.each([
    ['a, b ,c', ['a', 'b', 'c']],
    [' a ', ['a']],
    ['', []],
    ['a,,b,,', ['a', '', 'b']],
    ['["a, b","c"]', ['a, b', 'c']],
    ['[1,true]', ['1', 'true']],
  ])('array %j', (text, value) => {
    expect(read('array', text)).toEqual(value);
  });

  it('converts the elements of a typed array', () => {
    expect(read('array', '1,2k', { of: 'size' })).toEqual([1, 2048]);
    expect(read('array', '[429,"503"]', { of: 'integer' })).toEqual([429, 503]);
  });

  it.each([
    ['{"a":1,"b":[2]}', { a: 1, b: [2] }],
    ['a:integer, t:time:%H:%M', { a: 'integer', t: 'time:%H:%M' }],
    ['', {}],
  ])('hash %j', (text, value) => {
    expect(read('hash', text)).toEqual(value);
  });

  it.each([
    ['array', '["a"'],
    ['hash', '{"a"'],
    ['hash', 'a'],
  ] as const)('%s %j is refused', (type, text) => {
    expect(() => read(type, text)).toThrow(`${type} required but got`);
  });

  it('gives back any list of plain words', () => {
    const word = fc.stringMatching(/^[a-z$.[\]"]*[a-z]$/).filter((w) => !w.startsWith('['));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(read('array', words.join(' , '))).toEqual(words);
      }),
    );
  });
});

describe('enum, symbol, regexp', () => {
  it('takes the values of an enum only', () => {
    expect(read('enum', 'a', { values: ['a', 'b'] })).toBe('a');
    expect(() => read('enum', 'c', { values: ['a', 'b'] })).toThrow('valid options are a,b but got c');
  });

  it('takes a symbol with or without its colon', () => {
    expect([read('symbol', ':a'), read('symbol', 'a'), read('symbol', '')]).toEqual(['a', 'a', undefined]);
  });

  it.each([
    ['/a\\/b/', 'a\\/b', ''],
    ['/a/im', 'a', 'im'],
    ['/a/x', 'a', ''],
    ['//', '', ''],
    ['^a/b', '^a/b', ''],
  ])('regexp %j', (text, source, flags) => {
    expect(read('regexp', text)).toEqual({ source, flags });
  });

  it.each(['/a/imx', '/abc', '/path/to/file'])('regexp %j is refused', (text) => {
    expect(() => read('regexp', text)).toThrow('missing right slash');
  });
});
