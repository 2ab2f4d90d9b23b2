import { expect, it } from 'vitest';
import { stripEscapes } from './terminal.ts';

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
