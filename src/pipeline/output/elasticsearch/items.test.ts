import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemBytes, itemCount, itemsOf, pick, requests } from './items.ts';

/** Lines as the renderer makes them: JSON text never holds a line end. */
const item = fc
  .tuple(fc.dictionary(fc.string(), fc.string()), fc.dictionary(fc.string(), fc.jsonValue()))
  .map(([action, record]) => `${JSON.stringify({ index: action })}\n${JSON.stringify(record)}\n`);
const chunk = fc.array(item, { maxLength: 20 });

test('items are found again, and picking them all gives the same bytes', () => {
  fc.assert(
    fc.property(chunk, (lines) => {
      const items = itemsOf(Buffer.from(lines.join('')));
      expect(itemCount(items)).toBe(lines.length);
      lines.forEach((line, i) => {
        expect(itemBytes(items, i).toString()).toBe(line);
      });
      expect(pick(items, [...lines.keys()]).toString()).toBe(lines.join(''));
    }),
  );
});

test('requests hold every item once, in order, and end with the item that brings them above the limit', () => {
  fc.assert(
    fc.property(chunk, fc.integer({ min: -1, max: 300 }), (lines, limit) => {
      const items = itemsOf(Buffer.from(lines.join('')));
      const cut = requests(items, limit);
      expect(cut.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual([
        ...lines.keys(),
      ]);
      cut.forEach(({ from, to }, i) => {
        const bytes = (end: number) => items.starts[end]! - items.starts[from]!;
        if (limit < 0) expect(cut).toHaveLength(1);
        else if (i < cut.length - 1) expect(bytes(to)).toBeGreaterThan(limit);
        if (limit >= 0 && to - from > 1) expect(bytes(to - 1)).toBeLessThanOrEqual(limit);
      });
    }),
  );
});

test('a limit of 0 sends each item alone', () => {
  expect(requests(itemsOf(Buffer.from('{}\n{}\n{}\n{}\n')), 0)).toEqual([
    { from: 0, to: 1 },
    { from: 1, to: 2 },
  ]);
});
