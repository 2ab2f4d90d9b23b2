import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { chunksOf } from './letters.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-letters-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function replayed(lines: readonly string[]) {
  const file = path.join(folder, 'dead.ndjson');
  fs.writeFileSync(file, lines.join('\n'));
  const seen = { letters: 0, unreadable: 0 };
  const chunks: { tag: string | undefined; count: number; text: string }[] = [];
  for await (const { meta, count, read } of chunksOf([file], seen))
    chunks.push({ tag: meta.tag, count, text: read().toString() });
  return { seen, chunks };
}
const letter = (tag: string, action: string, record: string) =>
  `{"time":"x","tag":"${tag}","index":"i","status":400,"type":"t","reason":"r","action":${action},"record":${record}}`;

it('letters of a tag are one chunk, with the lines they had', async () => {
  const update = '{"update":{"_index":"i","_id":"7"}}';
  const { chunks, seen } = await replayed([
    letter('a', update, '{"doc":{"n":1.0}}'),
    letter('é', update, '{"é":1}'),
    'torn',
    '',
    letter('a', update, '{"doc":{"n":2}}'),
  ]);
  expect(seen).toEqual({ letters: 3, unreadable: 1 });
  expect(chunks).toEqual([
    { tag: 'a', count: 2, text: `${update}\n{"doc":{"n":1.0}}\n${update}\n{"doc":{"n":2}}\n` },
    { tag: 'é', count: 1, text: `${update}\n{"é":1}\n` },
  ]);
});

it('a document without an id is created under one that follows from its text; the index stays the first key', async () => {
  const text = async (action: string, record: string) =>
    (await replayed([letter('a', action, record)])).chunks[0]!.text;
  const one = await text('{"index":{"_index":"i","routing":"r"}}', '{"n":1}');
  expect(one).toMatch(/^\{"create":\{"_index":"i","routing":"r","_id":"[\w-]{27}"\}\}\n\{"n":1\}\n$/);
  expect(await text('{"index":{"_index":"i","routing":"r"}}', '{"n":1}')).toBe(one);
  expect(await text('{"index":{"_index":"i","routing":"r"}}', '{"n":2}')).not.toContain(one.slice(45, 70));
  expect(await text('{"create":{"_index":"i"} }', '{"n":1}')).toMatch(
    /^\{"create":\{"_index":"i","_id":"[\w-]{27}"\}\}\n/,
  );
  expect(await text('{"create":{}}', '{"n":1}')).toMatch(/^\{"create":\{"_id":"[\w-]{27}"\}\}\n/);
  const twice = letter('a', '{"index":{"_index":"i"}}', '{"n":1}');
  const ids = [...(await replayed([twice, twice])).chunks[0]!.text.matchAll(/"_id":"([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(2);
  const own = '{"index":{"_index":"i","_id":"mine"}}';
  expect(await text(own, '{"n":1}')).toBe(`${own}\n{"n":1}\n`);
});
