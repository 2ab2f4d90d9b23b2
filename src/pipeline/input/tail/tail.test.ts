/** Random lives of a log file (writes, half lines, rotation, packing, deletion, kills, restarts) against a plain model: a list of lines. */
import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { World } from './world.testing.ts';

type Action = readonly [
  kind:
    | 'write'
    | 'half'
    | 'rotate'
    | 'cut off'
    | 'truncate'
    | 'clock'
    | 'kill'
    | 'stop'
    | 'start'
    | 'full'
    | 'room'
    | 'settle',
  n: number,
];
const action: fc.Arbitrary<Action> = fc.tuple(
  fc.constantFrom('write', 'write', 'half', 'rotate', 'kill', 'stop', 'start', 'full', 'room', 'settle', 'clock'),
  fc.integer({ min: 1, max: 20 }),
);

async function act(world: World, [kind, n]: Action): Promise<void> {
  if (kind === 'write' || kind === 'half') world.write(n, kind === 'half');
  else if (kind === 'rotate') world.rotate();
  else if (kind === 'truncate') world.truncate();
  else if (kind === 'cut off') {
    world.copyTruncate();
    // A file that was empty when it was last looked at, and is filled and cut off before the next look, is not told from an empty one.
    world.write(1, false);
    await world.settle(2);
  }
  // The wall clock jumps; the file's position must not depend on it.
  else if (kind === 'clock') world.clock.wall += (n - 10) * 3_600_000;
  else if (kind === 'kill' || kind === 'stop') await world.stop(kind === 'kill');
  else if (kind === 'start') await world.start();
  else if (kind === 'settle') await world.settle(2);
  else world.full = kind === 'full';
}

async function live(actions: readonly Action[]): Promise<World> {
  const world = new World();
  try {
    await world.start();
    for (const one of actions) await act(world, one);
    world.full = false;
    await world.start();
    if (actions.some(([kind]) => kind === 'half')) world.write(1, false);
    await expect
      .poll(async () => {
        await world.settle(3);
        const got = new Set(world.got);
        return world.owed.filter((line) => !got.has(line));
      })
      .toEqual([]);
    await world.stop(false);
    return world;
  } finally {
    await world.stop(true);
    fs.rmSync(world.root, { recursive: true });
  }
}

describe('tail', () => {
  it(
    'hands on every line once and in order, whatever is rotated, packed, full, stopped and started',
    { timeout: 120_000 },
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(
            action.filter(([kind]) => kind !== 'kill'),
            { maxLength: 25 },
          ),
          async (actions) => {
            const world = await live(actions);
            expect(world.got).toEqual(world.written);
          },
        ),
        { numRuns: 60 },
      ),
  );

  it('killed at any time loses no line, and its events keep their names', { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
        const world = await live(actions);
        expect([...new Set(world.got)].sort()).toEqual([...world.written].sort());
        // A line that comes twice has the same name: the output can tell.
        expect(world.got.length - world.written.length).toBe(world.twiceById);
      }),
      { numRuns: 60 },
    ),
  );

  const cut: fc.Arbitrary<Action> = fc.tuple(
    fc.constantFrom('write', 'write', 'half', 'cut off', 'stop', 'start', 'full', 'room', 'settle', 'settle'),
    fc.integer({ min: 1, max: 20 }),
  );

  it('reads what was copied and cut off from its copy', { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(cut, { maxLength: 25 }), async (actions) => {
        const world = await live([['write', 1], ['settle', 1], ...actions]);
        expect([...new Set(world.got)].sort()).toEqual([...world.written].sort());
      }),
      { numRuns: 60 },
    ),
  );

  const lossy: fc.Arbitrary<Action> = fc.tuple(
    fc.constantFrom(
      'write',
      'write',
      'half',
      'truncate',
      'rotate',
      'stop',
      'start',
      'full',
      'room',
      'settle',
      'settle',
    ),
    fc.integer({ min: 1, max: 20 }),
  );

  it('loses of a file that is cut off without a copy what is gone, and nothing else', { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(lossy, { maxLength: 25 }), async (actions) => {
        const world = await live(actions);
        const order = new Map(world.written.map((line, i) => [line, i]));
        // Once, in order, and no line that was not written.
        const places = world.got.map((line) => order.get(line));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a! - b!));
        expect(places).not.toContain(undefined);
      }),
      { numRuns: 60 },
    ),
  );

  it('loses nothing else when the file is cut off, filled and rotated between two looks', async () => {
    const world = await live([
      ['half', 1],
      ['settle', 1],
      ['truncate', 1],
      ['write', 1],
      ['rotate', 1],
    ]);
    expect(world.got).toEqual(world.owed);
  });

  it.each<[string, readonly (readonly [Action[0], number])[]]>([
    [
      'and the file is rotated empty',
      [
        ['write', 1],
        ['settle', 1],
        ['stop', 1],
        ['truncate', 1],
        ['rotate', 1],
        ['write', 1],
        ['rotate', 1],
      ],
    ],
    [
      'behind a file that was read',
      [
        ['write', 3],
        ['settle', 1],
        ['rotate', 1],
        ['settle', 1],
        ['write', 3],
        ['settle', 1],
        ['stop', 1],
        ['truncate', 1],
        ['rotate', 1],
      ],
    ],
  ])('loses nothing else when the file is cut off while no agent runs, %s', async (_title, actions) => {
    const world = await live(actions);
    expect(world.got).toEqual(world.owed);
  });
});
