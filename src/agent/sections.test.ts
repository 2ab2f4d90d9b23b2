import { expect, it } from 'vitest';
import type { Element } from '../config/element.ts';
import { parseConfig } from '../config/parse.ts';
import { Problems } from '../config/problems.ts';
import { sectionsOf } from './graph.ts';

function read(text: string): Element {
  const files = { read: () => '', glob: () => [] };
  return parseConfig(text, '/fluent.conf', { embed: () => '', files, problems: new Problems() });
}

function sections(text: string, workerId: number, workers: number) {
  const errors: string[] = [];
  const found = sectionsOf(read(text), workerId, workers, (_at, message) => errors.push(message));
  return { args: found.map(({ arg }) => arg), errors };
}

it("a worker's sections stand behind those that every worker has", () => {
  const text =
    '<worker 0>\n<match a>\n</match>\n</worker>\n<match b>\n</match>\n<worker 0-1>\n<match c>\n</match>\n</worker>\n';
  expect(sections(text, 0, 2)).toEqual({ args: ['b', 'a', 'c'], errors: [] });
  expect(sections(text, 1, 2)).toEqual({ args: ['b', 'c'], errors: [] });
});

it.each([
  ['', 'Missing worker id on <worker> directive'],
  ['2', 'worker id 2 specified by <worker> directive is not allowed. Available worker id is between 0 and 1'],
  [
    '0-4000000000',
    'worker id 2 specified by <worker> directive is not allowed. Available worker id is between 0 and 1',
  ],
  [
    '1-0',
    'greater first_worker_id<1> than last_worker_id<0> specified by <worker> directive is not allowed. Available multi worker assign syntax is <smaller_worker_id>-<greater_worker_id>',
  ],
])('<worker %s> is refused in the words of Fluentd', (arg, message) => {
  expect(sections(`<worker ${arg}>\n<match a>\n</match>\n</worker>\n`, 0, 2).errors).toEqual([message]);
});

it('a worker section holds sources, matches, filters and labels only', () => {
  expect(sections('<worker 0>\n<system>\n</system>\n</worker>\n', 0, 1).errors).toEqual([
    '<worker> section cannot have <system> directive',
  ]);
});
