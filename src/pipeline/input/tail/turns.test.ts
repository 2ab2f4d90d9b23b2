/** Whose turn it is, and what the trouble of one file does to others. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventStream } from '../../core/event.ts';
import { createTail, Steps, settle } from './world.testing.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-turns-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const file = (name: string) => path.join(folder, name);
const params = () => ({ path: file('*.log'), pos_file: file('pos') });
const messages = (stream: EventStream) => stream.events.map((event) => String(event.get('message')));

it('reads a quiet file while a loud one never comes to its end', async () => {
  const clock = new Steps();
  const got: string[] = [];
  let rounds = 0;
  fs.writeFileSync(file('loud.log'), 'loud\n');
  fs.writeFileSync(file('quiet.log'), 'quiet 1\n');
  const { input } = createTail({
    params: params(),
    clock,
    emit(stream) {
      got.push(...messages(stream).filter((line) => line !== 'loud'));
      if (messages(stream)[0] !== 'loud') return;
      // Always more, and time goes on.
      clock.now += 30;
      if (++rounds === 50) fs.appendFileSync(file('quiet.log'), 'quiet 2\n');
      if (rounds < 200) fs.appendFileSync(file('loud.log'), 'loud\n');
      if (rounds === 199) got.push('the loud one ends');
    },
  });
  await input.start?.();
  await expect.poll(() => rounds).toBe(200);
  expect(got).toEqual(['quiet 1', 'quiet 2', 'the loud one ends']);
  await input.stop?.();
});

it('reads other files while one gives errors, and that one when it is readable again', async () => {
  const clock = new Steps();
  const got: string[] = [];
  let broken = true;
  for (const name of ['a', 'b', 'c']) fs.writeFileSync(file(`${name}.log`), `${name}\n`);
  const bad = fs.statSync(file('a.log')).ino;
  const { input } = createTail({
    params: params(),
    clock,
    fs: {
      readSync: ((fd: number, ...rest: [Buffer, number, number, number]) => {
        if (broken && rest[2] > 256 && fs.fstatSync(fd).ino === bad)
          throw Object.assign(new Error('i/o error'), { code: 'EIO', syscall: 'read' });
        return fs.readSync(fd, ...rest);
      }) as typeof fs.readSync,
    },
    emit: (stream) => void got.push(...messages(stream)),
  });
  await input.start?.();
  await settle(clock, 3);
  expect(got.sort()).toEqual(['b', 'c']);
  broken = false;
  await settle(clock, 3);
  expect(got.sort()).toEqual(['a', 'b', 'c']);
  await input.stop?.();
});

it('opens many files that appear at once, and lets go of them when they are gone', { timeout: 120_000 }, async () => {
  const clock = new Steps();
  const pods = 1200;
  let lines = 0;
  const { input } = createTail({ params: params(), clock, emit: (stream) => void (lines += stream.events.length) });
  await input.start?.();
  for (let from = 0; from < pods; from += 300) {
    for (let i = from; i < from + 300; i++) fs.writeFileSync(file(`pod-${i}.log`), `one line of ${i}\n`);
    const settled = async () => {
      await settle(clock, 1);
      return lines;
    };
    await expect.poll(settled, { timeout: 60_000 }).toBe(from + 300);
    for (let i = from; i < from + 300; i++) fs.rmSync(file(`pod-${i}.log`));
    const open = async () => {
      await settle(clock, 1);
      return input.files?.().length;
    };
    await expect.poll(open, { timeout: 60_000 }).toBe(0);
  }
  // A thousand entries are kept for files that come back; beyond them half of these go.
  expect(fs.readFileSync(file('pos'), 'utf8').split('\n').length - 1).toBe(700);
  await input.stop?.();
});
