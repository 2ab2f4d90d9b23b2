import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PositionFile } from './position-file.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-pos-'));
  file = path.join(folder, 'pos');
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const name = fc.constantFrom('/var/log/a.log', '/var/log/b é.log', '/c', '/var/log/containers/d.log');
const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const step = fc.oneof(
  fc.tuple(fc.constant('set' as const), name, number, number),
  fc.tuple(fc.constant('unwatch' as const), name, number, number),
  fc.tuple(fc.constant('compact' as const), name, number, number),
  fc.tuple(fc.constant('reopen' as const), name, number, number),
);

function entriesOf(positions: PositionFile): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    positions.paths().map((key) => [key, [positions.get(key)!.position, positions.get(key)!.inode] as const]),
  );
}

describe('the pos_file', () => {
  it('holds what was set, whatever is unwatched, compacted and opened again, in lines of Fluentd’s form', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        fs.rmSync(file, { force: true });
        const model: Record<string, readonly [number, number]> = {};
        let positions = new PositionFile(file, fs, 0o644);
        for (const [kind, key, position, inode] of steps) {
          if (kind === 'set') {
            positions.set(key, position, inode);
            model[key] = [position, inode];
          } else if (kind === 'unwatch') {
            positions.unwatch(key);
            delete model[key];
          } else if (kind === 'compact') positions.compact();
          else {
            positions.close();
            positions = new PositionFile(file, fs, 0o644);
          }
          expect(entriesOf(positions)).toEqual(model);
        }
        positions.close();
        const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
        for (const line of lines) expect(line).toMatch(/^[^\t]+\t[0-9a-f]{16}\t[0-9a-f]{16}$/);
        const again = new PositionFile(file, fs, 0o644);
        expect(entriesOf(again)).toEqual(model);
        again.close();
      }),
      { numRuns: 200 },
    );
  });

  it('opens after any damage, with every line that is intact', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 7 }), fc.boolean(), (where, bit, cut) => {
        // No two of these names differ in one bit: a flip that turns one path into another cannot be told from the truth.
        const names = [1, 2, 4];
        const lines = names.map((n) => `/log/${n}\t${String(n).padStart(16, '0')}\t${'0'.repeat(15)}9\n`);
        const bytes = Buffer.from(lines.join(''));
        const at = where % bytes.length;
        const damaged = cut ? bytes.subarray(0, at) : bytes;
        if (!cut) bytes[at]! ^= 1 << bit;
        fs.writeFileSync(file, damaged);
        const positions = new PositionFile(file, fs, 0o644);
        const found = entriesOf(positions);
        positions.close();
        const hit = Math.floor(at / lines[0]!.length);
        for (const [i, n] of names.entries()) {
          // A flipped line end spoils the line behind it too.
          const spoiled = cut ? i >= hit : i === hit || i - 1 === hit;
          if (!spoiled) expect(found[`/log/${n}`]).toEqual([n, 9]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
