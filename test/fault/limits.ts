/** What a node may run out of: memory, descriptors, space; and many files. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Pod } from './node.ts';
import { type Scenario, sleep } from './rig.ts';

/** A request that waits for a busy machine is not sent again. */
const PATIENT = 'request_timeout 20s';

const exact = { ordered: true, sentOnce: true, indexedOnce: true } as const;

/** A folder of its own size; false where this system lets us mount none. */
function mount(folder: string, size: string): boolean {
  fs.mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}

export const limits: readonly Scenario[] = [
  {
    name: '2 GB unread, 500 MB buffered, 256 MiB of memory',
    output: PATIENT,
    startsDown: true,
    totalLimit: '500m',
    chunkLimit: '8m',
    memory: 256,
    flushThreads: 2,
    async run(rig) {
      await rig.cluster.close();
      await rig.loud('big', 1000, 0.5 * rig.scale, 8000);
      await rig.agent.start();
      await rig.settled(() => rig.bufferBytes());
      await rig.agent.end('SIGKILL');
      await rig.loud('more', 1000, 2 * rig.scale, 8000);
      await rig.cluster.open();
      await rig.agent.start();
      await rig.arrived();
    },
    check: (rig) => (rig.agent.peakRss > 256 ? `peak RSS ${rig.agent.peakRss.toFixed(0)} MiB` : undefined),
  },
  {
    name: 'a buffer without limits of its own, 256 MiB of memory',
    output: PATIENT,
    startsDown: true,
    memory: 256,
    wholeBuffer: 'flush_interval 5s\nretry_forever true\noverflow_action block',
    async run(rig) {
      await rig.cluster.close();
      await rig.loud('big', 1000, 0.5 * rig.scale, 8000);
      await rig.agent.start();
      await rig.settled(() => rig.bufferBytes());
      await rig.cluster.open();
      await rig.arrived();
      // Where no memory group can be made nothing limits the agent, and its chunks are as large as Fluentd's.
      if (!rig.agent.isLimited) rig.notes.push('memory could not be limited');
    },
    check: (rig) =>
      rig.agent.peakRss > 256 && rig.notes.length === 0 ? `peak RSS ${rig.agent.peakRss.toFixed(0)} MiB` : undefined,
    tell: (rig) => rig.notes[0],
  },
  {
    name: 'too few descriptors (EMFILE) for a hundred pods',
    files: 80,
    async run(rig) {
      const pods = Array.from({ length: 100 }, (_, i) => rig.pod(`fd-${i}`));
      for (const pod of pods) pod.write(20);
      // Those that were read make room when they are gone.
      for (let left = pods; left.length > 0; ) {
        const isDone = (pod: Pod) => rig.cluster.accepted.has(`${pod.name} 19`);
        for (let i = 0; i < 200 && !left.some(isDone); i++) await sleep(100);
        const done = left.filter(isDone);
        if (done.length === 0) return;
        for (const pod of done) pod.remove();
        left = left.filter((pod) => !done.includes(pod));
      }
    },
  },
  {
    name: 'no space for the buffer (ENOSPC), then space again',
    state: 'small',
    totalLimit: '64m',
    ...exact,
    async run(rig) {
      await rig.agent.end('SIGTERM');
      const small = path.join(rig.root, 'small');
      const isMounted = mount(small, '2m');
      try {
        await rig.agent.start();
        rig.cluster.script = { request: () => 503 };
        const pod = rig.pod('space');
        for (let i = 0; i < 5; i++) {
          pod.write(5000);
          await sleep(700);
        }
        rig.cluster.script = {};
        await rig.arrived();
        await rig.agent.end('SIGTERM');
      } finally {
        if (isMounted) unmount(small);
        else rig.notes.push('nothing could be mounted: the disk had space');
      }
    },
    tell: (rig) => (rig.notes.length > 0 ? rig.notes.join() : undefined),
  },
  {
    name: 'a disk that is read-only at the start',
    state: 'state',
    ...exact,
    async run(rig) {
      await rig.agent.end('SIGTERM');
      const state = path.join(rig.root, 'state');
      const isMounted = mount(state, '64m,ro');
      try {
        await rig.agent.start();
        const pod = rig.pod('ro');
        for (let i = 0; i < 5; i++) {
          pod.write(1000);
          if (i === 2) pod.rotate();
          await sleep(400);
        }
        if (isMounted) execFileSync('mount', ['-o', 'remount,rw', state], { stdio: 'ignore' });
        await rig.arrived();
        await rig.agent.end('SIGTERM');
      } finally {
        if (isMounted) unmount(state);
        else rig.notes.push('nothing could be mounted: the disk was never read-only');
      }
    },
    tell: (rig) => (rig.notes.length > 0 ? rig.notes.join() : undefined),
  },
  {
    name: 'two thousand files at once',
    output: PATIENT,
    ...exact,
    async run(rig) {
      for (let i = 0; i < 2000; i++) rig.pod(`many-${i}`).write(3);
      await rig.arrived();
      rig.notes.push(String(rig.agent.openFiles));
    },
    check: (rig) => (Number(rig.notes[0]) > 2200 ? `${rig.notes[0]} open files` : undefined),
  },
  {
    name: '10 000 pods that say one line and live two seconds',
    async run(rig) {
      const most = 10_000 * rig.scale;
      for (let i = 0; i < most; i += 200) {
        const some = Array.from({ length: 200 }, (_, j) => rig.pod(`short-${i + j}`));
        for (const pod of some) pod.write(1);
        const began = performance.now();
        await sleep(2000);
        // On a machine that others use too, a timer that is late tells how late the agent may be.
        await sleep(4 * Math.max(0, performance.now() - began - 2000));
        for (const pod of some) pod.remove();
      }
      await rig.arrived();
      await rig.settled(() => rig.agent.openFiles);
      rig.notes.push(String(rig.agent.openFiles), String(fs.statSync(path.join(rig.root, 'pos')).size));
    },
    // A thousand entries of files that are gone are kept.
    check: (rig) =>
      Number(rig.notes[0]) > 300 || Number(rig.notes[1]) > 1500 * 250
        ? `${rig.notes[0]} open files, a pos_file of ${rig.notes[1]} bytes`
        : undefined,
    tell: (rig) => `at the end ${rig.notes[0]} open files, a pos_file of ${rig.notes[1]} bytes`,
  },
];
