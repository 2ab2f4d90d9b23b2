/** held_deleted_limit: what is left of deleted files is counted to the byte. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BufferOverflowError } from '../../core/errors.ts';
import { createTail, Steps, settle } from './world.testing.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-held-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const ABANDONED = 'sluice_tail_abandoned_bytes_total';

interface Rig {
  readonly clock: Steps;
  readonly counters: Map<string, number>;
  bytes: number;
  isFull: boolean;
  stop(): Promise<void>;
}

async function rig(limit: string): Promise<Rig> {
  const clock = new Steps();
  const one: Rig = { clock, counters: new Map(), bytes: 0, isFull: true, stop: async () => undefined };
  const { input, counters } = createTail({
    params: { path: path.join(folder, '*.log'), pos_file: path.join(folder, 'pos'), held_deleted_limit: limit },
    clock,
    emit(stream) {
      if (one.isFull) throw new BufferOverflowError();
      for (const event of stream.events) one.bytes += String(event.get('message')).length + 1;
    },
  });
  await input.start?.();
  return Object.assign(one, { counters, stop: async () => input.stop?.() });
}

/** Steps until it is so: packed files are read in threads, which have no turns on a busy machine. */
async function until(clock: Steps, isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !isSo(); i++) await settle(clock, 1);
  expect(isSo()).toBe(true);
}

/** Names of the folder's files that this process holds open. */
function openFiles(): string[] {
  return fs.readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const link = fs.readlinkSync(`/proc/self/fd/${fd}`);
      return link.startsWith(folder) ? [path.basename(link)] : [];
    } catch {
      // It was closed meanwhile.
      return [];
    }
  });
}

/** Lines of 100 bytes. */
const text = (lines: number) => `${'x'.repeat(99)}\n`.repeat(lines);

it('counts the bytes of deleted pods beyond the limit, the oldest first, and hands on the rest', async () => {
  const one = await rig('25k');
  const sizes = [100, 80, 120, 60];
  for (const [i, lines] of sizes.entries()) {
    const file = path.join(folder, `${i}.log`);
    fs.writeFileSync(file, text(lines));
    fs.utimesSync(file, 1000 + i, 1000 + i);
  }
  await until(one.clock, () => openFiles().filter((name) => name.endsWith('.log')).length === sizes.length);
  for (const i of sizes.keys()) fs.rmSync(path.join(folder, `${i}.log`));
  // 36 000 bytes are held; without the oldest one 26 000, without the next 18 000.
  await until(one.clock, () => one.counters.has(ABANDONED));
  expect(one.counters.get(ABANDONED)).toBe(18_000);
  one.isFull = false;
  await until(one.clock, () => one.bytes >= 18_000);
  expect(one.bytes).toBe(18_000);
  await one.stop();
});

it('counts rotated files, packed ones by their unpacked bytes', async () => {
  const one = await rig('1k');
  const log = path.join(folder, 'a.log');
  fs.writeFileSync(log, text(30));
  await until(one.clock, () => openFiles().includes('a.log'));
  fs.renameSync(log, `${log}.20261122-203101`);
  fs.writeFileSync(`${log}.20261122-203101.gz`, gzipSync(text(30)));
  fs.rmSync(`${log}.20261122-203101`);
  fs.writeFileSync(`${log}.20261122-203102.gz`, gzipSync(`y${text(50)}`));
  fs.writeFileSync(log, text(2));
  await until(one.clock, () => openFiles().includes('a.log.20261122-203102.gz') && openFiles().includes('a.log'));
  for (const name of fs.readdirSync(folder).filter((found) => found.endsWith('.gz')))
    fs.rmSync(path.join(folder, name));
  await until(one.clock, () => (one.counters.get(ABANDONED) ?? 0) > 3000);
  expect(one.counters.get(ABANDONED)).toBe(3000 + 5001);
  one.isFull = false;
  await until(one.clock, () => one.bytes >= 200);
  expect(one.bytes).toBe(200);
  await one.stop();
});
