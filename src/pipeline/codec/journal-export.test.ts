import fc from 'fast-check';
import { expect, it } from 'vitest';
import { JournalExportReader } from './journal-export.ts';

function field(name: string, value: string): string {
  if (!/[\x00-\x08\x0a-\x1f]/.test(value)) return `${name}=${value}\n`;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return `${name}\n${length.toString('latin1')}${value}\n`;
}

it('entries are the same at any block edges, whatever bytes their values hold', () => {
  const value = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
  const entry = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), value, { minKeys: 1, maxKeys: 5 });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 10 }), (entries, cuts) => {
      const text = entries
        .map(
          (one) =>
            `${Object.entries(one)
              .map(([k, v]) => field(k, v))
              .join('')}\n`,
        )
        .join('');
      const edges = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
      const reader = new JournalExportReader();
      const read = [0, ...edges].flatMap((from, i) => reader.push(text.slice(from, edges[i] ?? text.length)));
      expect(read.map((one) => Object.fromEntries(one))).toEqual(entries.map((one) => ({ ...one })));
    }),
  );
});
