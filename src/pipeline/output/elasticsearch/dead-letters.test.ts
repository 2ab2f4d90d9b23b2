import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeJson } from '../../core/value.ts';
import { DeadLetterFile, type DeadLetterOptions, type Letter, readLetter } from './dead-letters.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-dead-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const NOW = Date.UTC(2026, 10, 24, 10);

function open(changes: Partial<DeadLetterOptions> = {}): DeadLetterFile {
  const file = path.join(folder, 'inner', 'dead.ndjson');
  return new DeadLetterFile({ file, limit: 1e6, fsync: false, fileMode: 0o644, dirMode: 0o755, fs, ...changes });
}
function letter(record: string, changes: Partial<Letter> = {}): Letter {
  return { tag: 'app', status: 400, type: 't', reason: 'r', action: '{"index":{"_index":"i"}}', record, ...changes };
}
const parts = () => fs.readdirSync(path.join(folder, 'inner')).sort();
const text = (name = 'dead.ndjson') => fs.readFileSync(path.join(folder, 'inner', name), 'latin1');
const lines = () =>
  parts()
    .reverse()
    .flatMap((name) => text(name).split('\n').filter(Boolean));

describe('dead letters', () => {
  it('a line tells time, tag, index, status, type, reason and the record, and reads back byte for byte', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue() as fc.Arbitrary<never>),
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        (value, tag, reason) => {
          fs.rmSync(path.join(folder, 'inner'), { recursive: true, force: true });
          const record = encodeJson(value).replace(/^\{\}$/, '{"n":1.0,"big":12345678901234567890}');
          const action = `{"create":{"_index":${encodeJson(tag)},"_id":"a"}}`;
          open().append([letter(record, { tag, reason, action })], NOW);
          expect(readLetter(text())).toEqual({ tag, action, record });
          const whole = JSON.parse(fs.readFileSync(path.join(folder, 'inner', 'dead.ndjson'), 'utf8')) as object;
          expect(Object.keys(whole)).toEqual(['time', 'tag', 'index', 'status', 'type', 'reason', 'action', 'record']);
          expect(whole).toMatchObject({ time: '2026-11-24T10:00:00.000Z', tag, index: tag, status: 400, reason });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('all parts together never exceed the limit, and what is left are the newest letters in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 60 }), (sizes) => {
        fs.rmSync(path.join(folder, 'inner'), { recursive: true, force: true });
        const dead = open({ limit: 2000 });
        let written = 0;
        let dropped = 0;
        for (const [i, size] of sizes.entries()) {
          dropped += dead.append([letter(`{"n":${i},"x":"${'x'.repeat(size)}"}`)], NOW).droppedBytes;
          const total = parts().reduce((sum, name) => sum + text(name).length, 0);
          expect(total).toBeLessThanOrEqual(2000);
          written++;
        }
        if (written === 0) return;
        const left = lines().map((line) => (JSON.parse(line) as { record: { n: number } }).record.n);
        expect(left).toEqual(Array.from({ length: left.length }, (_, i) => written - left.length + i));
        expect(dropped > 0).toBe(left.length < written);
      }),
      { numRuns: 30 },
    );
  });

  it('a letter larger than the limit is counted and costs no other', () => {
    const dead = open({ limit: 500 });
    dead.append([letter('{"a":1}')], NOW);
    expect(dead.append([letter(`{"a":"${'x'.repeat(600)}"}`), letter('{"a":2}')], NOW)).toEqual({
      tooLarge: 1,
      droppedBytes: 0,
    });
    expect(lines()).toHaveLength(2);
  });

  it('a disk that refuses leaves the file as it was, and the caller is told', () => {
    open().append([letter('{"a":1}')], NOW);
    const before = text();
    let calls = 0;
    const full = {
      ...fs,
      writeSync: (fd: number, bytes: Buffer, at: number) => {
        if (calls++ > 0) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
        return fs.writeSync(fd, bytes, at, 10);
      },
    } as unknown as typeof fs;
    expect(() => open({ fs: full }).append([letter('{"a":2}')], NOW)).toThrow('no space');
    expect(text()).toBe(before);
  });

  it('a line that a kill tore is ended before the next one', () => {
    open().append([letter('{"a":1}')], NOW);
    fs.appendFileSync(path.join(folder, 'inner', 'dead.ndjson'), '{"time":"torn');
    open().append([letter('{"a":2}')], NOW);
    expect(text().split('\n').map(readLetter).filter(Boolean)).toHaveLength(2);
  });

  it('reads letters that a person wrote: other orders of keys, no action', () => {
    expect(readLetter('{"record": {"a": 1}, "index": "logs", "tag": "x"}')).toEqual({
      tag: 'x',
      action: '{"index":{"_index":"logs"}}',
      record: '{"a":1}',
    });
    for (const bad of ['', 'x', '[]', 'null', '{"record":1,"index":"i"}', '{"record":{}}'])
      expect(readLetter(bad)).toBeUndefined();
  });
});
