import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileLineRegexp } from './line-regexp.ts';
import { translate } from './regexp.ts';

const toBytes = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const fromBytes = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');

function groups(source: string, text: string, encoding: 'bytes' | 'utf-8' = 'bytes', flags = '') {
  const regexp = compileLineRegexp(source, flags, encoding);
  const values = regexp.exec(toBytes(text));
  return values && Object.fromEntries(regexp.names.map((name, i) => [name, values[i] && fromBytes(values[i])]));
}

describe('lines against Ruby regexps', () => {
  it.each<[string, string, Record<string, string | undefined> | undefined]>([
    ['^(?<v>..)(?<rest>.*)$', 'äöü', { v: 'ä', rest: 'öü' }],
    ['(?:a=(?<v>\\d+)|b=(?<v>\\w+))', 'b=xy', { v: 'xy' }],
    ['(?<v>a)?(?<v>b)?', 'ab', { v: 'b' }],
    ['(a)(?<x>b)(c)', 'abc', { x: 'b' }],
    ['(?<m>.*)$', 'line\r', { m: 'line\r' }],
    ['^(?<m>[^\\n]*)$', 'one\ntwo', { m: 'one' }],
    ['(?<a>.+?)\\s(?<b>\\S+)', 'x\u00a0y z', { a: 'x\u00a0y', b: 'z' }],
    ['(?<q>[\'"])(?<v>.*?)\\k<q>', 'say "it\'s" now', { q: '"', v: "it's" }],
    ['(?<x>\\h{2,})', 'zz c0ffee', { x: 'c0ffee' }],
    ['(?<x>a{,2})b', 'aaab', { x: 'aa' }],
    ['(?<x>[[:upper:]]+)[[:punct:]]', 'abC!', { x: 'C' }],
    ['(?<x>a++)b', 'aab', { x: 'aa' }],
    ['(?<x>\\Aab\\z)', 'ab', { x: 'ab' }],
    ['\\[(?<t>[^\\]]*)\\] (?<t>[\\S](?>x))', '[a] yx', { t: 'yx' }],
    ["(?'x'\\d)", 'a1', { x: '1' }],
    ['(?<x>a)|b', 'b', { x: undefined }],
    ['(?<x>zzz)', 'b', undefined],
  ])('%s on %j', (source, text, expected) => {
    expect(groups(source, text)).toEqual(expected);
  });

  it('takes characters where the line is UTF-8', () => {
    expect(groups('^(?<v>..)(?<rest>.*)$', 'äöü', 'utf-8')).toEqual({ v: 'äö', rest: 'ü' });
    expect(groups('^(?<v>.)(?<rest>.*)$', '😀x', 'utf-8')).toEqual({ v: '😀', rest: 'x' });
  });

  it('takes characters where the regexp itself is not ASCII', () => {
    expect(groups('(?<v>[äö]+)', 'xäöx')).toEqual({ v: 'äö' });
  });

  it('never lets a group end inside a character', () => {
    expect(groups('^(?<v>.)(?<rest>.*)$', 'ä')).toEqual({ v: '\ufffd', rest: '\ufffd' });
  });

  it('lets the dot take line ends with m, and ignores case with i', () => {
    expect(groups('(?<v>a.*z)', 'A\nZ', 'bytes', 'im')).toEqual({ v: 'A\nZ' });
  });

  it.each([
    ['(?<v>[a-c_x-]+)', 'ABC_X-y', 'ABC_X-'],
    ['(?<v>[^a]+)', 'Axyz', 'xyz'],
    ['(?<v>err|WARN)', 'a Warn', 'Warn'],
    ['(?<v>[\\w]z)', 'QZ', 'QZ'],
    ['(?<v>[^\\sk]k)', 'K xK', 'xK'],
    ['(?<v>[\\x61]+)', 'Aa', 'Aa'],
    ['(?<v>[A-z]+)', '[a^', '[a^'],
    ['(?<v>[[:digit:]]+)', 'it7', '7'],
    ['(?<v>[[:upper:]]+)', '1aB', 'aB'],
    ['(?<v>\\x61)', 'A', 'A'],
    ['(?<q>a)(?<v>\\k<q>)', 'aA', 'A'],
  ])('ignores the case of %s on %s', (source, text, v) => {
    expect(groups(source, text, 'bytes', 'i')).toMatchObject({ v });
  });

  it('is not hung by a hostile line', () => {
    const regexp = compileLineRegexp('^(?<v>(?:[a-z]+)+)$', 'i', 'bytes');
    expect(regexp.exec(`${'a'.repeat(40)}!`)).toBeUndefined();
  });

  it('tells a broken regexp', () => {
    expect(() => compileLineRegexp('(?<a>', '', 'bytes')).toThrow(SyntaxError);
  });

  it('the simple path equals the translation on any ASCII text', () => {
    const sources = [
      '^(?<a>[^ ]*) (?<b>\\S+) \\[(?<c>[^\\]]*)\\](?: "(?<d>[^"]*)")?(?<e>.*)$',
      '(?<a>\\w+)[-_\\s](?<b>\\d{1,3}|\\h+)',
      '^(?<a>.*?)$',
      '(?<a>a|b)+(?<b>[^ab\\s]?)\\k<a>?',
      '(?<a>(x|y)z?)$(?<b>)',
    ];
    const piece = fc.constantFrom(
      'a',
      'b',
      'x',
      'y',
      'z',
      ' ',
      '-',
      '_',
      '"',
      '[',
      ']',
      '\n',
      '\r',
      '\t',
      '\v',
      '0',
      '12',
      'ff',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.array(piece).map((all) => all.join('')),
        (source, text) => {
          const regexp = compileLineRegexp(source, '', 'bytes');
          const twin = translate(source, '').exec(text);
          expect(regexp.exec(text)).toEqual(
            twin === null ? undefined : regexp.names.map((name) => twin.groups?.[name]),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});
