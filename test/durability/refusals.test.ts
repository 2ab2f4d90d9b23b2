/** Each call to the disk fails in turn, as disks fail; and the process dies at each in turn. */
import { describe, expect, it } from 'vitest';
import type { FsPort } from '../../src/pipeline/core/ports.ts';
import { Node } from './node.ts';

const WRITES = ['openSync', 'writeSync', 'appendFileSync', 'writeFileSync', 'renameSync', 'unlinkSync'] as const;
const SYNCS = ['fsyncSync', 'fdatasyncSync', 'ftruncateSync', 'mkdirSync'] as const;
const READS = [
  'readSync',
  'fstatSync',
  'statSync',
  'readdirSync',
  'realpathSync',
  'readFileSync',
  'lstatSync',
] as const;

interface Faults {
  calls: number;
  /** Calls before that are not counted. */
  isArmed: boolean;
  wrap(port: FsPort): FsPort;
}

/** From call `from` on `many` calls of these names go another way. */
function faults(
  names: readonly string[],
  from: number,
  many: number,
  instead: (call: () => unknown, name: string, args: unknown[]) => unknown,
): Faults {
  const one: Faults = {
    ...{ calls: 0, isArmed: true },
    wrap: (port) =>
      new Proxy(port, {
        get(target, name: keyof FsPort) {
          const real = target[name] as unknown as (...args: unknown[]) => unknown;
          if (!names.includes(name)) return real;
          return (...args: unknown[]) => {
            if (!one.isArmed) return real(...args);
            one.calls++;
            const isHit = one.calls >= from && one.calls < from + many;
            return isHit ? instead(() => real(...args), name, args) : real(...args);
          };
        },
      }),
  };
  return one;
}

function refuse(code: string): (call: () => unknown, name: string) => never {
  return (_call, name) => {
    throw Object.assign(new Error(`${code}: scripted`), { code, syscall: name.replace('Sync', '') });
  };
}

/** A few bytes are written, then no more for now: Node's writeSync may do that, and gives their number. */
function short(call: () => unknown, name: string, args: unknown[]): unknown {
  if (name !== 'writeSync' || (args[3] as number) < 2) return call();
  args[3] = 1;
  return call();
}

/** A few bytes are read, and the rest with the next call. */
function shortRead(call: () => unknown, _name: string, args: unknown[]): unknown {
  args[3] = Math.ceil((args[3] as number) / 300);
  return call();
}

async function life(node: Node, disk: Faults): Promise<void> {
  await node.start();
  disk.isArmed = true;
  // Several chunks in one emit.
  node.write(120);
  await node.settle(2);
  node.rotate();
  node.write(30);
  await node.settle(1);
  node.rotate();
  node.rotate();
  node.write(10);
  await node.settle(2);
}

describe('tail and a file buffer', () => {
  for (const [kind, names, many, instead] of [
    ['ENOSPC', [...WRITES, ...SYNCS], 1, refuse('ENOSPC')],
    ['ENOSPC for a while', [...WRITES, ...SYNCS], 7, refuse('ENOSPC')],
    ['EIO while writing', [...WRITES, ...SYNCS], 2, refuse('EIO')],
    ['EIO while reading', READS, 2, refuse('EIO')],
    ['EMFILE', ['openSync', 'readFileSync', 'writeFileSync', 'appendFileSync', 'readdirSync'], 3, refuse('EMFILE')],
    ['EAGAIN', [...WRITES, ...READS], 1, refuse('EAGAIN')],
    ['EINTR', [...WRITES, ...READS], 1, refuse('EINTR')],
    ['a short write', ['writeSync'], 1, short],
    ['a short read', ['readSync'], 2, shortRead],
    ['a read-only disk for a while', [...WRITES, ...SYNCS], 25, refuse('EROFS')],
  ] as const)
    it(`send every line once, whichever call meets ${kind}`, { timeout: 240_000 }, async () => {
      for (let n = 1; ; n++) {
        const node = new Node('fsync');
        const disk = faults(names, n, many, instead);
        try {
          await node.start();
          // Faults begin when the agent runs.
          await node.stop();
          node.wrap = disk.wrap;
          // A disk that cannot be read at the start ends the start.
          disk.isArmed = names.every((name) => !(READS as readonly string[]).includes(name));
          await life(node, disk);
          await node.drain();
          expect(node.missing(), `call ${n}`).toEqual([]);
          expect(node.delivered.length - node.written.length, `call ${n}`).toBe(0);
          await node.stop();
          await expect.poll(() => node.openFiles(), { message: `call ${n}` }).toEqual([]);
        } finally {
          await node.close();
        }
        if (disk.calls < n) break;
      }
    });

  it('lose no line when the process dies at any call that writes', { timeout: 240_000 }, async () => {
    for (let n = 1; ; n++) {
      const node = new Node('page_cache');
      const disk = faults([...WRITES, ...SYNCS], n, 1, (call, name, args) => {
        // Half of a write may be done.
        if (name === 'writeSync' && (args[3] as number) > 1) args[3] = (args[3] as number) >> 1;
        if (name === 'writeSync') call();
        node.disk.kill();
        throw new Error('the process is dead');
      });
      try {
        await node.start();
        await node.stop();
        node.wrap = disk.wrap;
        await life(node, disk).catch(() => undefined);
        await node.stop();
        node.wrap = (port) => port;
        await node.start();
        await node.drain();
        expect(node.missing(), `call ${n}`).toEqual([]);
      } finally {
        await node.close();
      }
      if (disk.calls < n) break;
    }
  });
});
