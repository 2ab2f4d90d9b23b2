/** Files at rest: the kernel tells of writes, and where it does not they are found all the same. */
import { EventEmitter } from 'node:events';
import fs, { type FSWatcher } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventStream } from '../../core/event.ts';
import type { FsPort } from '../../core/ports.ts';
import { createTail, Steps, settle } from './world.testing.ts';

let folder: string;
let got: string[];
let clock: Steps;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-notices-'));
  got = [];
  clock = new Steps();
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const file = (name: string) => path.join(folder, name);
const emit = (stream: EventStream) => void got.push(...stream.events.map((event) => String(event.get('message'))));

async function follow(port: Partial<FsPort> = {}) {
  fs.mkdirSync(file('real'));
  fs.writeFileSync(file('real/0.log'), 'first\n');
  fs.symlinkSync(file('real/0.log'), file('a.log'));
  const params = { path: file('*.log'), pos_file: file('pos') };
  const { input } = createTail({ params, clock, emit, fs: port });
  await input.start?.();
  await settle(clock, 10);
  expect(got).toEqual(['first']);
  return input;
}

it('reads what is written to a file at rest without waiting for the next look', async () => {
  const input = await follow();
  // No timer rings: the clock stands still.
  fs.appendFileSync(file('real/0.log'), 'second\n');
  await expect.poll(() => got, { timeout: 10_000 }).toEqual(['first', 'second']);
  await input.stop?.();
});

it('hears of a rotation of a file at rest, and reads the file that takes its place', async () => {
  const input = await follow();
  fs.renameSync(file('real/0.log'), file('real/0.log.1'));
  fs.appendFileSync(file('real/0.log.1'), 'late\n');
  fs.writeFileSync(file('real/0.log'), 'new\n');
  await settle(clock, 3);
  await expect.poll(() => got, { timeout: 10_000 }).toEqual(['first', 'late', 'new']);
  await input.stop?.();
});

it('finds writes of which the kernel does not tell, and looks more often at such a file from the third one on', async () => {
  let asked = 0;
  const deaf = () => {
    asked++;
    return Object.assign(new EventEmitter(), { close: () => undefined }) as unknown as FSWatcher;
  };
  const input = await follow({ watch: deaf as typeof fs.watch });
  for (let i = 0; i < 6; i++) {
    fs.appendFileSync(file('real/0.log'), `line ${i}\n`);
    await settle(clock, 10);
    expect(got.length).toBe(i + 2);
  }
  expect(asked).toBe(3);
  await input.stop?.();
});

it('looks by time where the system has no watch left', async () => {
  const none = () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'watch' });
  };
  const input = await follow({ watch: none as typeof fs.watch });
  fs.appendFileSync(file('real/0.log'), 'second\n');
  await settle(clock, 2);
  expect(got).toEqual(['first', 'second']);
  await input.stop?.();
});
