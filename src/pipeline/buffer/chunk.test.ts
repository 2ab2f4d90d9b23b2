import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChunkFiles, FileChunk, readFrames } from './chunk.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-chunk-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const files = (sync = false): ChunkFiles => ({
  fs,
  mode: 0o644,
  sync,
  single: false,
  path: (id, state) => path.join(folder, `buffer.${state}${id}.log`),
});

/** A chunk file of these appends, and the offset behind each. */
function written(appends: readonly string[]): { bytes: Buffer; ends: number[] } {
  const chunk = new FileChunk(files(), 'a'.repeat(32), { tag: 't' }, 1);
  chunk.create();
  const ends = appends.map((text) => {
    chunk.append([text], 1);
    return fs.statSync(chunk.path).size;
  });
  chunk.close();
  const bytes = fs.readFileSync(chunk.path);
  chunk.purge();
  return { bytes, ends };
}

const entries = fc
  .uniqueArray(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 12 })
  .map((numbers) => numbers.map((n) => `{"n":${n}}${'x'.repeat(n % 300)}\n`));

describe('a chunk file', () => {
  it('gives back what was appended', () => {
    fc.assert(
      fc.property(entries, (appends) => {
        const { bytes } = written(appends);
        const found = readFrames(bytes);
        expect(found).toMatchObject({ count: appends.length, damaged: false, length: bytes.length });
        expect(found.payload.toString('latin1')).toBe(appends.join(''));
      }),
      { numRuns: 50 },
    );
  });

  it('cut off anywhere gives every append that is whole', () => {
    fc.assert(
      fc.property(entries, fc.double({ min: 0, max: 1, noNaN: true }), (appends, share) => {
        const { bytes, ends } = written(appends);
        const cut = Math.floor(bytes.length * share);
        const whole = ends.filter((end) => end <= cut).length;
        expect(readFrames(bytes.subarray(0, cut)).payload.toString('latin1')).toBe(appends.slice(0, whole).join(''));
      }),
      { numRuns: 300 },
    );
  });

  it('with any bit flipped loses at most the append that holds it, also those behind it ship', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat({ max: 7 }), (appends, where, bit) => {
        const { bytes, ends } = written(appends);
        const at = where % bytes.length;
        bytes[at]! ^= 1 << bit;
        const hit = at < 5 ? -1 : ends.findIndex((end) => at < end);
        const found = readFrames(bytes);
        expect(found.payload.toString('latin1')).toBe(appends.filter((_text, i) => i !== hit).join(''));
        expect(found.damaged).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('that cannot be renamed stays staged and takes more', () => {
    let refuse = true;
    const renameSync: typeof fs.renameSync = (from, to) => {
      if (refuse) throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'rename' });
      fs.renameSync(from, to);
    };
    const chunk = new FileChunk({ ...files(), fs: { ...fs, renameSync } }, 'b'.repeat(32), {}, 1);
    chunk.create();
    chunk.append(['one\n'], 1);
    expect(() => chunk.enqueue()).toThrow('EIO');
    chunk.append(['two\n'], 1);
    refuse = false;
    chunk.enqueue();
    expect(chunk.read().toString()).toBe('one\ntwo\n');
    expect(fs.readdirSync(folder).sort()).toEqual([
      `buffer.q${'b'.repeat(32)}.log`,
      `buffer.q${'b'.repeat(32)}.log.meta`,
    ]);
  });

  it('is synced with its meta file and folder before an append returns, with durability fsync', () => {
    const calls: string[] = [];
    const spy = <K extends 'fsyncSync' | 'fdatasyncSync' | 'writeSync'>(name: K) => ({
      [name]: (...args: unknown[]) => {
        calls.push(name);
        return (fs[name] as (...all: unknown[]) => unknown)(...args);
      },
    });
    const port = { ...fs, ...spy('fsyncSync'), ...spy('fdatasyncSync'), ...spy('writeSync') } as typeof fs;
    const chunk = new FileChunk({ ...files(true), fs: port }, 'c'.repeat(32), {}, 1);
    chunk.create();
    chunk.append(['one\n'], 1);
    chunk.close();
    expect(calls).toEqual(['writeSync', 'fsyncSync', 'writeSync', 'fdatasyncSync']);
  });
});
