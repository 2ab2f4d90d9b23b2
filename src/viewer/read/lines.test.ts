import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Document, EntryHit, Source } from './entry.ts';
import { LineMaker } from './lines.ts';
import { TextJoiner } from './text.ts';

const source: Source = { index: 0, namespace: 'ml', pod: 'p', container: 'c', role: 'driver', attempt: 1 };
const other: Source = { ...source, index: 1, pod: 'q' };

function hits(documents: readonly Document[], file = 7): EntryHit[] {
  return documents.map((document, i) => ({
    _id: `${i}`,
    _source: document,
    sort: [1000 + i, 0, file, i * 10],
  }));
}

function textOf(documents: readonly Document[], pageSize = 100): string {
  const maker = new LineMaker(() => source, source);
  const joiner = new TextJoiner();
  let text = '';
  const all = hits(documents);
  for (let at = 0; at < all.length; at += pageSize)
    text += joiner.join(maker.page(all.slice(at, at + pageSize)).entries);
  return text;
}

/** What docker's json-file driver makes of a container's output. */
function docker(bytes: string): Document[] {
  const pieces = bytes.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return pieces.flatMap((line) => line.match(/[^\n]{1,16384}\n?|\n/g) ?? []).map((log) => ({ log, stream: 'stdout' }));
}

/** What a CRI runtime makes of it. */
function cri(bytes: string): Document[] {
  const pieces = bytes.match(/[^\n]*\n/g) ?? [];
  return pieces.flatMap((line) => {
    const parts = line.slice(0, -1).match(/[^\n]{1,16384}/g) ?? [''];
    return parts.map((log, i) => ({ log, logtag: i === parts.length - 1 ? 'F' : 'P' }));
  });
}

const output = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
      fc.constant('x'.repeat(40_000)),
    ),
  )
  .map((lines) => lines.map((line) => `${line.replaceAll('\n', '')}\n`).join(''));

it('the texts of docker documents join to what the container wrote, however pages are cut', () => {
  fc.assert(
    fc.property(output, fc.boolean(), fc.integer({ min: 1, max: 9 }), (text, cutEnd, page) => {
      const written = `a\n${cutEnd ? text.slice(0, -1) : text}`;
      expect(textOf(docker(written), page)).toBe(written);
    }),
    { numRuns: 60 },
  );
});

it('the texts of CRI documents join to what the container wrote, however pages are cut', () => {
  fc.assert(
    fc.property(output, fc.integer({ min: 1, max: 9 }), (text, page) => {
      expect(textOf(cri(text), page)).toBe(text);
    }),
    { numRuns: 60 },
  );
});

it('CRI documents that lost their logtag still end their lines', () => {
  expect(textOf([{ message: 'one' }, { message: 'two' }])).toBe('one\ntwo\n');
});

it('a document that was stored twice is given once, another line at the same time is kept', () => {
  const maker = new LineMaker(() => source);
  const [first, second] = hits([{ log: 'a\n' }, { log: 'b\n' }]);
  const { entries } = maker.page([first!, { ...first!, _id: 'again' }, { ...second!, sort: first!.sort }, second!]);
  expect(entries.map((entry) => entry.text)).toEqual(['a', 'b', 'b']);
  expect(maker.counts).toEqual({ lines: 3, duplicates: 1, unordered: 0 });
});

it('documents without order are counted, and their nanoseconds come from their timestamp', () => {
  const maker = new LineMaker(() => source);
  const [entry] = maker.page([
    {
      _id: 'x',
      _source: { log: 'a\n', '@timestamp': '2026-01-01T00:00:00.123456789+00:00' },
      sort: [123, -1, -1, -1],
    },
  ]).entries;
  expect([entry!.nanos, entry!.file, maker.counts.unordered]).toEqual([456_789, -1, 1]);
});

it('a stack trace has the level of the line it follows, per container', () => {
  const find = (_: string | undefined, pod: string | undefined) => (pod === 'p' ? source : other);
  const maker = new LineMaker(find);
  const at = (pod: string, log: string): Document => ({
    log,
    kubernetes: { namespace_name: 'ml', pod_name: pod, container_name: 'c' },
  });
  const { entries } = maker.page(
    hits([
      at('p', '10:00 ERROR boom\n'),
      at('q', '10:00 INFO fine\n'),
      at('p', 'java.lang.Exception: x\n'),
      at('p', '\tat a.b(C.java:1)\n'),
      at('q', '  indented\n'),
    ]),
  );
  expect(entries.map((entry) => entry.level)).toEqual(['error', 'info', 'error', 'error', 'info']);
});

it('newest first, levels and doubles are those of oldest first, however pages are cut', () => {
  const find = (_: string | undefined, pod: string | undefined) => (pod === 'p' ? source : other);
  const log = fc.constantFrom('10:00 ERROR boom\n', '10:00 INFO fine\n', 'java.lang.Exception: x\n', '\tat a.b(C)\n');
  const line = fc.record({ pod: fc.constantFrom('p', 'q'), log, times: fc.integer({ min: 1, max: 2 }) });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), (lines, size) => {
      const all = hits(
        lines.map(({ pod, log }) => ({
          log,
          kubernetes: { namespace_name: 'ml', pod_name: pod, container_name: 'c' },
        })),
      ).flatMap((hit, i) => Array.from({ length: lines[i]!.times }, () => hit));
      const expected = new LineMaker(find).page(all).entries;
      const maker = new LineMaker(find);
      const pages = [];
      const reversed = all.toReversed();
      for (let at = 0; at < reversed.length; at += size) pages.push(maker.page(reversed.slice(at, at + size), true));
      const found = pages.flatMap(({ entries }) => entries).reverse();
      expect(found.map(({ text, level, source }) => [text, level, source.pod])).toEqual(
        expected.map(({ text, level, source }) => [text, level, source.pod]),
      );
      maker.settleAll();
      expect(pages.map(({ unsettled }) => unsettled)).toEqual(pages.map(() => 0));
    }),
  );
});

it('where containers are merged, an unfinished line is ended before the other container’s text', () => {
  const joiner = new TextJoiner();
  const entry = { ms: 1, nanos: 0, file: 1, offset: 0, stream: '', level: 'other' as const, documentId: '' };
  expect(
    joiner.join([
      { ...entry, source, text: 'half', partial: true },
      { ...entry, source: other, text: 'whole', partial: false },
      { ...entry, source, text: ' of it', partial: false },
    ]),
  ).toBe('half\nwhole\n of it\n');
});
