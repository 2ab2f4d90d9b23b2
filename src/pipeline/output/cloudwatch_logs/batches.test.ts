import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogEvent } from '../../core/event.ts';
import { batches } from './batches.ts';
import { chunkOf, type Entry, type EntryOptions, entriesIn, entryOf, joined } from './entry.ts';

const DAY = 24 * 3600 * 1000;
const PLAIN: EntryOptions = {
  ...{ group: 'config', stream: 'config', tags: undefined, retention: undefined, maxLength: undefined },
  message: (event) => event.toJson(),
};

test('every event is in one batch, in the order of times, and no batch is over a limit', () => {
  const event = fc.tuple(fc.integer({ min: 0, max: 3 * DAY }), fc.integer({ min: 1, max: 700_000 }));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.integer({ min: 1, max: 10 }), (events, most) => {
      const entries = events.map(([time, size], i): Entry => [time, null, null, String(i).padEnd(size, 'x')]);
      const made = batches(entries, most);
      const numbers = made.flat().map(([, , , message]) => Number.parseInt(message, 10));
      expect(numbers.toSorted((a, b) => a - b)).toEqual(entries.map((_entry, i) => i));
      expect(made.flat().map(([time]) => time)).toEqual(events.map(([time]) => time).sort((a, b) => a - b));
      for (const batch of made) {
        expect(batch.length).toBeLessThanOrEqual(most);
        expect(batch.at(-1)![0] - batch[0]![0]).toBeLessThan(DAY);
        expect(batch.reduce((sum, [, , , message]) => sum + message.length + 26, 0)).toBeLessThanOrEqual(1_048_576);
      }
    }),
    { numRuns: 30 },
  );
});

const one = (record: Parameters<typeof LogEvent.from>[2], options: Partial<EntryOptions> = {}) =>
  entriesIn(Buffer.from(entryOf(LogEvent.from(5, 6_999_999, record), 'tag', { ...PLAIN, ...options }), 'latin1'))[0];

test('empty strings leave the record, times are whole milliseconds, lengths are characters', () => {
  expect(one({ a: '', b: 'ü', c: null })).toEqual([5006, null, null, '{"b":"ü","c":null}']);
  expect(one({ m: '😀üa' }, { message: (event) => joined(event, ['m']), maxLength: 2 })?.[3]).toBe('😀ü');
});

test('names, tags and days come from fields, which may leave the record', () => {
  const options = {
    group: { key: 'g', remove: true },
    stream: 'tag' as const,
    tags: { key: 't', remove: true },
    retention: { key: 'd', remove: false },
  };
  const entry = one({ g: 1, t: { a: 'b' }, d: '7', m: 'x' }, options);
  expect(entry).toEqual([5006, '1', 'tag', '{"d":"7","m":"x"}', { a: 'b' }, '7']);
});

test('an event without name or text, or of more than a mebibyte, is an error of its own', () => {
  expect(() => one({ m: 'x' }, { group: { key: 'g', remove: false } })).toThrow('does not name the log group');
  expect(() => one({ m: '' }, { message: (event) => joined(event, ['m', 'n']) })).toThrow('message_keys are empty');
  expect(() => one({ m: 'x'.repeat(1_048_570) })).toThrow(/too large: \d+ bytes/);
  expect(one({ m: 'x'.repeat(1_048_570) }, { maxLength: 10 })?.[3]).toBe('{"m":"xxxx');
});

test('entries written back are the entries that were read', () => {
  const bytes = Buffer.from(entryOf(LogEvent.from(1, 0, { a: 'ü\n"' }), 't', PLAIN), 'latin1');
  expect(chunkOf(entriesIn(bytes))).toEqual(bytes);
});
