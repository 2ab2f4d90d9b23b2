import { expect, it } from 'vitest';
import { compileLineRegexp } from './line-regexp.ts';

const match = (source: string, line: string) => {
  const regexp = compileLineRegexp(source, '', 'bytes');
  const values = regexp.exec(line);
  return values === undefined ? undefined : Object.fromEntries(regexp.names.map((name, i) => [name, values[i]]));
};

const AUDIT =
  '^(?<time>\\S+) AUDIT:(?: (?:id="(?<id>(?:[^"\\\\]|\\\\.)*)"|user="(?<user>[^"]*)"|\\w+="[^"]*"))*(?<rest>.*)$';

it('a named group in a repeated part keeps what it matched last, whichever round that was', () => {
  expect(match(AUDIT, 't AUDIT: id="1" x="y" user="me" z="w" and more')).toEqual({
    time: 't',
    id: '1',
    user: 'me',
    rest: ' and more',
  });
  expect(match(AUDIT, 't AUDIT: user="a" user="b"')).toEqual({ time: 't', id: undefined, user: 'b', rest: '' });
  expect(match(AUDIT, 't AUDIT: id="a\\"b"')).toMatchObject({ id: 'a\\"b' });
});

it('no round at all is a match too, and what does not fit is none', () => {
  expect(match(AUDIT, 't AUDIT:')).toEqual({ time: 't', id: undefined, user: undefined, rest: '' });
  expect(match(AUDIT, 'nothing')).toBe(undefined);
});

it('groups with a name are in the order in which they stand', () => {
  expect(compileLineRegexp(AUDIT, '', 'bytes').names).toEqual(['time', 'id', 'user', 'rest']);
});

it('+ and {n,} repeat, too; classes and escapes hide no parentheses', () => {
  expect(match('^(?:(?:a=(?<a>\\d)|b=(?<b>[()]))[);,]?)+$', 'a=1,b=(;')).toEqual({ a: '1', b: '(' });
  expect(match('^(?:k(?<k>\\d)|\\(v(?<v>\\d)\\)){2,}', 'k1(v2)')).toEqual({ k: '1', v: '2' });
});
