import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactJson, endOfJson } from './json-literal.ts';

describe('JSON literals', () => {
  it.each([
    ['[ "a" ,\n "b" ]', '["a","b"]'],
    ['{"a": 1, # why\n "b": "#{x}" }', '{"a":1,"b":"#{x}"}'],
    ['[1.0, 12345678901234567890, 1e2]', '[1.0,12345678901234567890,1e2]'],
    ['["\\u0041\\/"]', '["A/"]'],
    ['["sumologic\\.com", "\\\\d"]', '["sumologic.com","\\\\d"]'],
    ['["\\""]', '["\\""]'],
  ])('%j is %j', (text, compact) => {
    expect(endOfJson(`${text} # tail ]`, 0)).toBe(text.length);
    expect(compactJson(text)).toBe(compact);
  });

  it.each(['[1 2]', '[a]', '["a" "b"]', '[1,]', '{"a"}', '["a\nb"]'])('%j is no JSON', (text) => {
    expect(compactJson(text)).toBeUndefined();
  });

  it.each(['[1', '["]"', '{"a":[}'])('%j does not end', (text) => {
    expect(endOfJson(text, 0)).toBeUndefined();
  });

  it('keeps the value of any JSON, however it is laid out', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())),
        fc.nat(4),
        (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          expect(endOfJson(text, 0)).toBe(text.length);
          expect(compactJson(text)).toBe(JSON.stringify(value));
        },
      ),
    );
  });
});
