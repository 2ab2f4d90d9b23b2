import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { isRotateAge, openLogFile } from './log-file.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-log-'));
let file = '';
let made = 0;
beforeEach(() => {
  file = path.join(folder, String(made++), 'agent.log');
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const contents = () =>
  Object.fromEntries(
    fs
      .readdirSync(path.dirname(file))
      .sort()
      .map((name) => [name.slice('agent.log'.length), fs.readFileSync(path.join(path.dirname(file), name), 'utf8')]),
  );

it('without rotation all lines stand in one file', () => {
  const write = openLogFile(file, { age: undefined, size: undefined });
  for (const text of ['a\n', 'b\n']) write(text);
  expect(contents()).toEqual({ '': 'a\nb\n' });
});

it('beyond its size a file is put aside, and as many files are kept as age tells', () => {
  const write = openLogFile(file, { age: '3', size: 3 });
  for (const text of ['1 one\n', '2 two\n', '3 three\n', '4 four\n']) write(text);
  expect(contents()).toEqual({ '': '4 four\n', '.0': '3 three\n', '.1': '2 two\n' });
});

it('a day that is over gives its name to its file', () => {
  let now = Date.now();
  const write = openLogFile(file, { age: 'daily', size: undefined }, () => now);
  write('today\n');
  const today = new Date();
  now = new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1, 0, 0, 1).getTime();
  write('tomorrow\n');
  const [old] = Object.keys(contents()).filter((name) => name !== '');
  expect(old).toMatch(/^\.\d{8}$/);
  expect(contents()).toEqual({ '': 'tomorrow\n', [old!]: 'today\n' });
});

it('a process notices that another one put the file aside', () => {
  const [one, other] = [0, 1].map(() => openLogFile(file, { age: '5', size: 8 }));
  one!('123456789\n');
  one!('one\n');
  other!('other\n');
  expect(contents()).toEqual({ '': 'one\nother\n', '.0': '123456789\n' });
});

it.each([
  ['daily', true],
  ['7', true],
  ['hourly', false],
  ['', false],
])('age %j: %s', (age, good) => {
  expect(isRotateAge(age)).toBe(good);
});
