import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type GlobPolicy, globProblem, Paths, tagOf } from './paths.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-paths-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
for (const name of ['a.log', 'b.log', 'ab.log', '.hidden.log', '[ab].log', '{a,b}.log', '?.log'])
  fs.writeFileSync(path.join(folder, name), '');

function found(pattern: string, policy: GlobPolicy, delimiter = ';', exclude: string[] = []): string[] {
  const options = { delimiter, policy, timezone: undefined, recently: undefined };
  const paths = new Paths({
    ...options,
    path: pattern
      .split(delimiter)
      .map((part) => path.join(folder, part))
      .join(delimiter),
    exclude: exclude.map((name) => path.join(folder, name)),
  });
  const files = paths.expand(Date.now());
  const all = fs.readdirSync(folder).map((name) => path.join(folder, name));
  expect(all.filter((file) => paths.includes(file, Date.now())).sort()).toEqual([...files].sort());
  return files.map((file) => path.basename(file)).sort();
}

it.each<[string, GlobPolicy, string[]]>([
  ['[ab].log', 'backward_compatible', ['[ab].log']],
  ['?.log', 'backward_compatible', ['?.log']],
  ['{a,b}.log', 'backward_compatible', ['{a,b}.log']],
  ['[ab]*.log', 'backward_compatible', ['a.log', 'ab.log', 'b.log']],
  ['*', 'backward_compatible', ['?.log', '[ab].log', 'a.log', 'ab.log', 'b.log', '{a,b}.log']],
  ['[ab].log', 'extended', ['a.log', 'b.log']],
  ['?.log', 'extended', ['?.log', 'a.log', 'b.log']],
  ['{a,b}.log', 'extended', ['{a,b}.log']],
  ['{a,b}.log', 'always', ['a.log', 'b.log']],
  ['a.log;a.log;b.log', 'always', ['a.log', 'b.log']],
])('%s with glob_policy %s', (pattern, policy, files) => {
  expect(found(pattern, policy)).toEqual(files);
});

it('an excluded name without glob is that name alone', () => {
  expect(found('*', 'backward_compatible', ';', ['[ab].log'])).toEqual([
    ...['?.log', 'a.log', 'ab.log', 'b.log', '{a,b}.log'],
  ]);
});

it.each<[GlobPolicy, string, string, string | undefined]>([
  ['always', ',', '/x/*', 'cannot use glob_policy as always with the default path_delimiter: `,"'],
  ['always', ';', '/x/{a,b}*', undefined],
  [
    'extended',
    ',',
    '/x/{a,b}*',
    'cannot include curly braces with glob patterns in `/x/{a,b}*". Use glob_policy always instead.',
  ],
  ['extended', ',', '/x/{a,b}', undefined],
  ['backward_compatible', ',', '/x/*', undefined],
])('%s with the delimiter %s and %s', (policy, delimiter, text, problem) => {
  expect(globProblem(policy, delimiter, text)).toBe(problem);
});

it.each([
  ['t', '/a/b.log', 't'],
  ['*', '/a//b.log', 'a.b.log'],
  ['t.*.x', '/a/b.log', 't.a.b.log.x'],
  ['t.*.m.*.n', '/a/b.log', 't.a.b.log.m.'],
  ['t.*', '/a/$$b$&.log', 't.a.$$b$&.log'],
])('tag %s of %s is %s', (tag, file, expected) => {
  expect(tagOf(tag, file)).toBe(expected);
});
