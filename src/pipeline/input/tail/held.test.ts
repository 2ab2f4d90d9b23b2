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
  await settle(one.clock, 2);
  for (const i of sizes.keys()) fs.rmSync(path.join(folder, `${i}.log`));
  await settle(one.clock, 3);
  // 36 000 bytes are held; without the oldest one 26 000, without the next 18 000.
  expect(one.counters.get(ABANDONED)).toBe(18_000);
  one.isFull = false;
  await settle(one.clock, 5);
  expect(one.bytes).toBe(18_000);
  await one.stop();
});

it('counts rotated files, packed ones by their unpacked bytes', async () => {
  const one = await rig('1k');
  const log = path.join(folder, 'a.log');
  fs.writeFileSync(log, text(30));
  await settle(one.clock, 2);
  fs.renameSync(log, `${log}.20261122-203101`);
  fs.writeFileSync(`${log}.20261122-203101.gz`, gzipSync(text(30)));
  fs.rmSync(`${log}.20261122-203101`);
  fs.writeFileSync(`${log}.20261122-203102.gz`, gzipSync(`y${text(50)}`));
  fs.writeFileSync(log, text(2));
  await settle(one.clock, 2);
  for (const name of fs.readdirSync(folder).filter((found) => found.endsWith('.gz')))
    fs.rmSync(path.join(folder, name));
  await settle(one.clock, 3);
  expect(one.counters.get(ABANDONED)).toBe(3000 + 5001);
  one.isFull = false;
  await settle(one.clock, 5);
  expect(one.bytes).toBe(200);
  await one.stop();
});
