import { describe, expect, it } from 'vitest';
import { compilePattern } from './pattern.ts';

const matches = (pattern: string, tag: string) =>
  compilePattern(pattern, (s) => new RegExp(s.replace('\\A', '^').replace('\\z', '$'))).matches(tag);

describe('tag patterns', () => {
  it.each([
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.*', 'a', false],
    ['a.**', 'a', true],
    ['a.**', 'a.b.c', true],
    ['a.**', 'ab', false],
    ['**.b', 'b', true],
    ['**.b', 'x.y.b', true],
    ['**.b', 'xb', false],
    ['a.**.c', 'a.c', true],
    ['a.**.c', 'a.b.b.c', true],
    ['a.**.c', 'abc', false],
    ['**_kube-*_**', 'kubernetes.var.log.x_kube-system_y.log', true],
    ['kubernetes.var.log.containers.**fluentd**.log', 'kubernetes.var.log.containers.my-fluentd-x_y.log', true],
    ['{a,b}.c', 'b.c', true],
    ['{a,b}.c', 'c.c', false],
    ['{a.**,b.*}', 'a.x.y', true],
    ['{a.**,b.*}', 'b.x.y', false],
    ['a b', 'b', true],
    ['/a.+/', 'abc', true],
    ['/b/', 'abc', false],
    ['', 'anything', true],
    ['**', 'x', true],
    ['a-b_1', 'a-b_1', true],
    ['a.b', 'axb', false],
  ])('%s against %s is %s', (pattern, tag, expected) => {
    expect(matches(pattern, tag)).toBe(expected);
  });
});
