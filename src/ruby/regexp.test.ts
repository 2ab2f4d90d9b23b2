import { describe, expect, it } from 'vitest';
import { compileRegexp, isGuarded } from './regexp.ts';

const found = (source: string, text: string, flags = '') => compileRegexp(source, flags).exec(text)?.[0];

describe('what Ruby means by a regexp', () => {
  it.each([
    // source, text, match
    ['a.c', 'a\rc', 'a\rc'],
    ['a.c', 'a\nc', undefined],
    ['a.c', 'a\u2028c', 'a\u2028c'],
    ['^b$', 'a\nb\nc', 'b'],
    ['^b', 'a\rb', undefined],
    ['a$', 'a\r\n', undefined],
    ['\\Ab', 'a\nb', undefined],
    ['a\\z', 'a\n', undefined],
    ['a\\Z', 'a\n', 'a'],
    ['\\w+', 'éa1', 'a1'],
    ['\\s', '\u00a0', undefined],
    ['\\S+', '\u00a0', '\u00a0'],
    ['\\d', '٣', undefined],
    ['\\h+', 'xyzBEEF', 'BEEF'],
    ['[\\w-]+', '--a-b', '--a-b'],
    ['[^\\s]+', ' x', 'x'],
    ['[[:alpha:]]+', '1äb', 'äb'],
    ['[^[:print:]]', 'a\nb', '\n'],
    ['[a-z&&[^aeiou]]+', 'aeixyz', 'xyz'],
    ['a++b', 'aab', 'aab'],
    ['(?>a+)b', 'aab', 'aab'],
    ['(?i)abc', 'xABC', 'ABC'],
    ['a(?i:b)c', 'aBc', 'aBc'],
    ['a{,2}b', 'aaab', 'aab'],
    ['(?<y>\\d+)-\\g<y>', 'x12-34', '12-34'],
    ['\\bx', 'éx', undefined],
    ['(?<=a)b', 'ab', 'b'],
    ['[\\d\\-]+', 'a1-2', '1-2'],
  ])('%s on %j gives %j', (source, text, match) => {
    expect(found(source, text)).toBe(match);
  });

  it('i takes both cases, of ranges too; m lets the dot take line ends; x ignores white space', () => {
    expect(found('[a-f]+x', 'ABcX', 'i')).toBe('ABcX');
    expect(found('[X-c]', 'A', 'i')).toBe('A');
    expect(found('a.b', 'a\nb', 'm')).toBe('a\nb');
    expect(found('a b # comment', 'ab', 'x')).toBe('ab');
  });

  it('groups without a name do not capture beside named ones', () => {
    expect(compileRegexp('(a)(?<n>b)(c)').exec('abc')).toHaveLength(2);
  });

  it('what is no regexp is an error', () => {
    expect(() => compileRegexp('(a')).toThrow(SyntaxError);
    expect(() => compileRegexp('[z-a]')).toThrow(SyntaxError);
  });
});

describe('lines that are made to take for ever', () => {
  const hostile = `${'a'.repeat(5000)}!`;

  it.each(['^(a+)+$', '(a|a)*b', '^(?<x>(?:a+)+)b', '^(\\w+\\s?)*$', '(.*)*=(.*)*;', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    '%s ends, in one line and in several',
    (source) => {
      const regexp = compileRegexp(source);
      expect(regexp.exec(hostile)).toBe(null);
      expect(regexp.exec(`${hostile}\n${hostile}`)).toBe(null);
    },
  );

  it('case is no way around it', () => {
    expect(compileRegexp('^(a+)+$', 'i').exec(hostile)).toBe(null);
  });

  it('a regexp without look-ahead, references and classes of Unicode is guarded, others are known not to be', () => {
    expect(isGuarded(compileRegexp('^(?<time>[^ ]+) (?<log>.*)$'))).toBe(true);
    expect(isGuarded(compileRegexp('(?<a>x)\\k<a>'))).toBe(false);
    expect(isGuarded(compileRegexp('\\p{L}+'))).toBe(false);
    expect(isGuarded(compileRegexp('a(?=b)'))).toBe(false);
  });
});
