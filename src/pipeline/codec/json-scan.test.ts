import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBytes } from '../core/value.ts';
import { JsonScanner } from './json-scan.ts';

/** The plain twin: decodes everything. */
function plain(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const scanned = (scanner: JsonScanner, line: string) => {
  const event = scanner.scan(toBytes(line));
  return event === undefined
    ? undefined
    : (JSON.parse(Buffer.from(event.toJson(), 'latin1').toString('utf8')) as unknown);
};

const record = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' }), {
  noNullPrototype: true,
});

describe('JsonScanner', () => {
  it('agrees with JSON.parse on random objects, whatever came before', () => {
    const scanner = new JsonScanner();
    fc.assert(
      fc.property(record, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const line = JSON.stringify(value, null, indent);
        expect(scanned(scanner, line)).toEqual(plain(line));
        expect(scanned(scanner, line)).toEqual(plain(line));
      }),
    );
  });

  it('accepts exactly what JSON.parse accepts of damaged lines', () => {
    const scanner = new JsonScanner();
    fc.assert(
      fc.property(
        record,
        fc.nat(),
        fc.constantFrom('', '"', '\\', '{', '}', ',', ':', '\x01', '0', 'e', ' ', '\\u12'),
        (value, at, by) => {
          const text = JSON.stringify(value);
          scanned(scanner, text);
          const i = at % (text.length + 1);
          const line = text.slice(0, i) + by + text.slice(i + 1);
          expect(scanned(scanner, line) === undefined).toBe(plain(line) === undefined);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['{"a":"x\ty"}', '{"a":"x\\u0009y"}'],
    ['{"a\x01":1,"b":{"c":["\n"]}}', '{"a\\u0001":1,"b":{"c":["\\u000a"]}}'],
    [String.raw`{"m":"GET \x22\'q\' \" \\ \n \u00e9"} `, String.raw`{"m":"GET x22'q' \" \\ \n \u00e9"}`],
    [String.raw`{"m":"\\x"}`, String.raw`{"m":"\\x"}`],
    ['{"a":tru}', undefined],
    ['{"a":"\t', undefined],
    ['{"a":"\t}', undefined],
    ['{"a":"\u0000"}', undefined],
    ['say {"a":"\t"}', undefined],
  ])('mends %j, as Oj reads it', (line, expected) => {
    expect(new JsonScanner().scanMended(line)?.toJson()).toBe(expected);
  });

  it('mends lines in time that grows with their length only', () => {
    const line = `{"a":"\t${'\\"'.repeat(200_000)}}`;
    expect(new JsonScanner().scanMended(line)).toBeUndefined();
  });

  it('keeps numbers as they are written and the last of two equal keys', () => {
    expect(new JsonScanner().scan('{"a":1.50,"b":12345678901234567890,"a":2e3}')?.toJson()).toBe(
      '{"a":2e3,"b":12345678901234567890}',
    );
  });
});
