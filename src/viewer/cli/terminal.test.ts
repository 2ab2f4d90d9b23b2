import { expect, it } from 'vitest';
import { escapeSteering, stripEscapes } from './terminal.ts';

it.each([
  ['\x1b[31mred\x1b[0m', 'red'],
  ['\x1b]0;title\x07after', 'after'],
  ['\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\', 'link'],
  ['a\rb\x08c\x00d', 'abcd'],
  ['\x9b31mred', 'red'],
  ['abc\u202egnp.exe\u2066', 'abcgnp.exe'],
  ['\x1bc reset', ' reset'],
  ['tab\tstays, ümläut 日本語', 'tab\tstays, ümläut 日本語'],
])('%j cannot steer the terminal', (text, shown) => {
  expect(stripEscapes(text)).toBe(shown);
});

it('JSON says the same without a character that could steer the terminal', () => {
  const value = { text: '\x1b[31m \x9b2J \u202e\u2066 tab\tümläut 日本語 \x7f' };
  const json = escapeSteering(JSON.stringify(value));
  expect(JSON.parse(json)).toEqual(value);
  expect(stripEscapes(json)).toBe(json);
});
