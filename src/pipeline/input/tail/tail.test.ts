/** Random lives of a log file (writes, half lines, rotation, packing, deletion, kills, restarts) against a plain model: a list of lines. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSection } from '../../../config/check.ts';
import { Element, type Param } from '../../../config/element.ts';
import { Problems } from '../../../config/problems.ts';
import { BufferOverflowError } from '../../core/errors.ts';
import { type EventStream, LogEvent } from '../../core/event.ts';
import type { FsPort } from '../../core/ports.ts';
import { realPorts } from '../../io/ports.ts';
import type { Input, InputHost } from '../../plugin.ts';
import { plugin } from './index.ts';

const quiet = () => undefined;
const log = { level: 'error', trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet } as const;
const series = { inc: quiet, set: quiet, observe: quiet, init: quiet, remove: quiet, clear: quiet };
const place = { file: 'test', line: 1 };

/** Time that the test moves: every timer is called once per step. */
class Steps {
  now = 1_700_000_000_000;
  readonly #callbacks = new Set<() => void>();
  readonly port = {
    ...realPorts.clock,
    now: () => this.now,
    monotonic: () => this.now,
    every: (_ms: number, callback: () => void) => {
      this.#callbacks.add(callback);
      return { cancel: () => this.#callbacks.delete(callback) };
    },
  };

  step(): void {
    this.now += 1100;
    for (const callback of this.#callbacks) callback();
  }
}

class World {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-tail-'));
  readonly file = path.join(this.root, 'pod', '0.log');
  readonly link = path.join(this.root, 'link.log');
  readonly clock = new Steps();
  readonly written: string[] = [];
  readonly got: string[] = [];
  readonly ids = new Set<string>();
  twiceById = 0;
  full = false;
  #half = '';
  #stamp = 20_261_122_000_000;
  #input: Input | undefined;
  #dead = { is: false };

  constructor() {
    fs.mkdirSync(path.dirname(this.file));
    fs.writeFileSync(this.file, '');
    fs.symlinkSync(this.file, this.link);
  }

  async start(): Promise<void> {
    if (this.#input !== undefined) return;
    const dead = { is: false };
    this.#dead = dead;
    const refuse = () => {
      throw new Error('the process is dead');
    };
    const port = { ...fs } as Record<string, unknown>;
    for (const name of ['writeSync', 'appendFileSync', 'writeFileSync', 'renameSync', 'ftruncateSync'] as const)
      port[name] = (...args: unknown[]) => (dead.is ? refuse() : (fs[name] as (...all: unknown[]) => unknown)(...args));
    this.#input = build(this, port as unknown as FsPort, dead);
    await this.#input.start?.();
  }

  emit(stream: EventStream, dead: { is: boolean }): void {
    if (dead.is || this.full) throw new BufferOverflowError();
    for (const event of stream.events) {
      this.got.push(String(event.get('message')));
      const id = `${event.origin!.id} ${event.position}`;
      if (this.ids.has(id)) this.twiceById++;
      this.ids.add(id);
    }
  }

  async stop(kill: boolean): Promise<void> {
    this.#dead.is = kill;
    await this.#input?.stop?.();
    this.#input = undefined;
  }

  async settle(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) {
      this.clock.step();
      // Packed files are read through streams: a few turns of the event loop.
      for (let j = 0; j < 20; j++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  write(lines: number, half: boolean): void {
    let text = this.#half === '' ? '' : `${this.#half}\n`;
    if (text !== '') this.written.push(this.#line());
    this.#half = '';
    for (let i = 0; i < lines; i++) {
      const line = this.#line();
      this.written.push(line);
      text += `${line}\n`;
    }
    if (half) {
      // The first part is written now, the rest with the next write.
      const line = this.#line();
      text += line.slice(0, 3);
      this.#half = line.slice(3);
    }
    fs.appendFileSync(this.file, text);
  }

  #line(): string {
    return `line ${this.written.length} ${'x'.repeat(this.written.length % 60)}`;
  }

  rotate(): void {
    if (this.#half !== '') this.write(0, false);
    const folder = path.dirname(this.file);
    const rotated = fs.readdirSync(folder).filter((name) => name !== '0.log' && !name.endsWith('.gz'));
    for (const name of rotated) {
      const full = path.join(folder, name);
      fs.writeFileSync(`${full}.gz`, gzipSync(fs.readFileSync(full)));
      fs.rmSync(full);
    }
    this.#stamp++;
    const stamp = String(this.#stamp);
    fs.renameSync(this.file, `${this.file}.${stamp.slice(0, 8)}-${stamp.slice(8)}`);
    fs.writeFileSync(this.file, '');
  }
}

function build(world: World, port: FsPort, dead: { is: boolean }): Input {
  const params = Object.entries({
    ...{
      path: world.link,
      pos_file: path.join(world.root, 'pos'),
      tag: 't',
      read_from_head: 'true',
      refresh_interval: '1',
    },
  }).map(([name, value]): [string, Param] => [name, { value, quote: 'none', ...place }]);
  const element = new Element('source', '', place, params, [new Element('parse', '', place)]);
  const config = checkSection(plugin.schema, element, new Problems());
  const host = {
    ...{ id: 'test', hasId: false, type: 'tail', element, log, workerId: 0, workers: 1, nodeName: 'node', env: {} },
    metrics: {
      counter: () => series,
      gauge: () => series,
      summary: () => series,
      histogram: () => series,
      onCollect: quiet,
    },
    ports: { ...realPorts, fs: port, clock: world.clock.port },
    parser: () => ({
      type: 'none',
      parse: (line: string, emit: (event: LogEvent) => void) => emit(LogEvent.from(1, 0, { message: line })),
    }),
    emit: (stream: EventStream) => world.emit(stream, dead),
    received: quiet,
  };
  return plugin.create(config, host as unknown as InputHost);
}

type Action = readonly [
  kind: 'write' | 'half' | 'rotate' | 'kill' | 'stop' | 'start' | 'full' | 'room' | 'settle',
  n: number,
];
const action: fc.Arbitrary<Action> = fc.tuple(
  fc.constantFrom('write', 'write', 'half', 'rotate', 'kill', 'stop', 'start', 'full', 'room', 'settle'),
  fc.integer({ min: 1, max: 20 }),
);

async function act(world: World, [kind, n]: Action): Promise<void> {
  if (kind === 'write' || kind === 'half') world.write(n, kind === 'half');
  else if (kind === 'rotate') world.rotate();
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
        return new Set(world.got).size;
      })
      .toBe(world.written.length);
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
});
