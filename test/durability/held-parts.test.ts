/** tail, concat and a kill: parts that wait in memory are read again. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSection } from '../../src/config/check.ts';
import { Element, type Param } from '../../src/config/element.ts';
import { Problems } from '../../src/config/problems.ts';
import { BufferOverflowError } from '../../src/pipeline/core/errors.ts';
import type { EventStream } from '../../src/pipeline/core/event.ts';
import { plugin as concat } from '../../src/pipeline/filter/concat/index.ts';
import { createTail, Steps, settle } from '../../src/pipeline/input/tail/world.testing.ts';
import { realPorts } from '../../src/pipeline/io/ports.ts';
import type { Filter, FilterHost, Input } from '../../src/pipeline/plugin.ts';
import { Disk } from './disk.ts';

const quiet = () => undefined;
const log = { level: 'error', trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet } as const;
const place = { file: 'test', line: 1 };

/** Records begin with `+`. */
class Life {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-parts-'));
  readonly disk = new Disk('/disk');
  readonly clock = new Steps();
  readonly records: string[][] = [];
  readonly got: string[] = [];
  isFull = false;
  #stamp = 0;
  #input: Input | undefined;
  #filter: Filter | undefined;

  constructor() {
    fs.writeFileSync(this.#log, '');
  }

  get #log(): string {
    return path.join(this.root, '0.log');
  }

  write(isFirst: boolean, size: number): void {
    const line = `${isFirst ? '+' : ' '}${this.records.length}.${this.records.at(-1)?.length ?? 0} ${'x'.repeat(size)}`;
    if (isFirst || this.records.length === 0) this.records.push([line]);
    else this.records.at(-1)!.push(line);
    fs.appendFileSync(this.#log, `${line}\n`);
  }

  rotate(): void {
    fs.renameSync(this.#log, `${this.#log}.20261122-${String(100_000 + this.#stamp++)}`);
    fs.writeFileSync(this.#log, '');
  }

  /** As logrotate does it with copytruncate. */
  cutOff(): void {
    const copies = fs.readdirSync(this.root).length - 1;
    for (let i = copies; i > 0; i--) fs.renameSync(`${this.#log}.${i}`, `${this.#log}.${i + 1}`);
    fs.copyFileSync(this.#log, `${this.#log}.1`);
    fs.truncateSync(this.#log);
  }

  async start(): Promise<void> {
    const filter = this.#concat();
    this.#filter = filter;
    const step = filter.plan('t');
    this.#input = createTail({
      params: { path: this.#log, pos_file: '/disk/pos' },
      clock: this.clock,
      fs: this.disk.port(),
      emit: async (stream) => this.#take(await step(stream)),
    }).input;
    await filter.start?.();
    await this.#input.start?.();
  }

  #take(stream: EventStream): void {
    if (this.isFull) throw new BufferOverflowError();
    this.got.push(...stream.events.map((event) => String(event.get('message'))));
  }

  #concat(): Filter {
    const given = { key: 'message', multiline_start_regexp: '/^\\+/', flush_interval: '600' };
    const params = Object.entries(given).map(([name, value]): [string, Param] => [
      name,
      { value, quote: 'none', ...place },
    ]);
    const element = new Element('filter', '**', place, params);
    const host = {
      ...{ log, element, ports: { ...realPorts, clock: this.clock.port }, hasLabel: () => false },
      emitAfter: (stream: EventStream) => this.#take(stream),
    };
    return concat.create(checkSection(concat.schema, element, new Problems()), host as unknown as FilterHost);
  }

  /** What a filter holds is gone. */
  async kill(): Promise<void> {
    this.disk.kill();
    this.#filter = undefined;
    try {
      await this.#input?.stop?.();
    } catch {
      // The disk of a dead process.
    }
  }

  /** Inputs first, then filters, as the agent does it. */
  async stop(): Promise<void> {
    await this.#input?.stop?.();
    await this.#filter?.stop?.();
  }

  settle(steps: number): Promise<void> {
    return settle(this.clock, steps);
  }

  async close(): Promise<void> {
    await this.kill();
    fs.rmSync(this.root, { recursive: true });
  }
}

type Action = readonly [kind: 'first' | 'more' | 'rotate' | 'full' | 'room' | 'kill' | 'settle', n: number];
const action: fc.Arbitrary<Action> = fc.tuple(
  fc.constantFrom('first', 'more', 'more', 'rotate', 'full', 'room', 'kill', 'settle', 'settle'),
  fc.integer({ min: 1, max: 60 }),
);

async function act(life: Life, [kind, n]: Action): Promise<void> {
  if (kind === 'first' || kind === 'more') life.write(kind === 'first', n);
  else if (kind === 'rotate') life.rotate();
  else if (kind === 'settle') await life.settle(1);
  else if (kind === 'kill') {
    await life.kill();
    await life.start();
  } else life.isFull = kind === 'full';
}

describe('a record whose parts wait in concat', () => {
  it('arrives whole, whatever is rotated, refused and killed', { timeout: 240_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
        const life = new Life();
        try {
          life.write(true, 3);
          await life.start();
          for (const one of actions) await act(life, one);
          life.isFull = false;
          // The next first part ends the last record.
          life.write(true, 1);
          const wanted = () => life.records.slice(0, -1).map((parts) => parts.join('\n'));
          const missing = () => wanted().filter((record) => !life.got.includes(record));
          // Time enough to read, not enough for concat to give up waiting.
          for (let i = 0; i < 12 && missing().length > 0; i++) {
            life.write(true, 1);
            await life.settle(1);
          }
          expect(missing()).toEqual([]);
        } finally {
          await life.close();
        }
      }),
      { numRuns: Number(process.env['SLUICE_LIVES'] ?? 150) },
    ),
  );

  it('arrives whole where its file is cut off in the middle of it, and parts stand in the copy', async () => {
    const life = new Life();
    try {
      life.write(true, 3);
      await life.start();
      await life.settle(1);
      for (let round = 0; round < 3; round++) {
        life.write(true, 5);
        life.write(false, 5);
        await life.settle(1);
        // Half of it was read.
        life.write(false, 5);
        life.write(false, 5);
        life.cutOff();
        await life.settle(2);
        life.write(true, 3);
        await life.settle(2);
      }
      const wanted = life.records.slice(0, -1).map((parts) => parts.join('\n'));
      expect(life.got).toEqual(wanted);
    } finally {
      await life.close();
    }
  });

  it('is not read again when the agent stopped in order', async () => {
    const life = new Life();
    try {
      life.write(true, 3);
      life.write(false, 3);
      await life.start();
      await life.settle(1);
      await life.stop();
      expect(life.got).toEqual([life.records[0]!.join('\n')]);
      await life.start();
      life.write(true, 3);
      life.write(true, 3);
      await life.settle(2);
      expect(life.got).toEqual(life.records.slice(0, 2).map((parts) => parts.join('\n')));
    } finally {
      await life.close();
    }
  });
});
