/** A log folder, a clock that the test moves, and the real tail over them: what was written beside what was handed on. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { checkSection } from '../../../config/check.ts';
import { Element, type Param } from '../../../config/element.ts';
import { Problems } from '../../../config/problems.ts';
import { BufferOverflowError } from '../../core/errors.ts';
import { type EventStream, LogEvent } from '../../core/event.ts';
import type { FsPort } from '../../core/ports.ts';
import { realPorts } from '../../io/ports.ts';
import type { Input, InputHost } from '../../plugin.ts';
import { log, metrics } from '../../quiet.testing.ts';
import { plugin } from './index.ts';

const quiet = () => undefined;
const place = { file: 'test', line: 1 };

/** Time that the test moves: every timer is called once per step. */
export class Steps {
  now = 1_700_000_000_000;
  /** What the wall clock is ahead, milliseconds. */
  wall = 0;
  readonly #callbacks = new Set<() => void>();
  readonly port = {
    ...realPorts.clock,
    now: () => this.now + this.wall,
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

export class World {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-tail-'));
  readonly file = path.join(this.root, 'pod', '0.log');
  readonly link = path.join(this.root, 'link.log');
  readonly clock = new Steps();
  readonly written: string[] = [];
  readonly got: string[] = [];
  /** Lines that were cut off before they came. */
  readonly gone = new Set<string>();
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
    this.#input = createTail({
      params: { path: this.link, pos_file: path.join(this.root, 'pos') },
      clock: this.clock,
      fs: port as unknown as FsPort,
      emit: (stream) => this.emit(stream, dead),
    }).input;
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

  settle(steps: number): Promise<void> {
    return settle(this.clock, steps);
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

  /** As logrotate does it: copies count up, none is overwritten. */
  copyTruncate(): void {
    if (this.#half !== '') this.write(0, false);
    const folder = path.dirname(this.file);
    const copies = fs.readdirSync(folder).filter((name) => name !== '0.log');
    for (let i = copies.length; i > 0; i--) fs.renameSync(`${this.file}.${i}`, `${this.file}.${i + 1}`);
    fs.copyFileSync(this.file, `${this.file}.1`);
    fs.truncateSync(this.file);
  }

  /** Nobody has a copy. */
  truncate(): void {
    if (this.#half !== '') this.write(0, false);
    for (const line of fs.readFileSync(this.file, 'utf8').split('\n'))
      if (!this.got.includes(line)) this.gone.add(line);
    fs.truncateSync(this.file);
  }

  /** Lines that must come. */
  get owed(): string[] {
    return this.written.filter((line) => !this.gone.has(line));
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

export interface TailOptions {
  readonly params: Readonly<Record<string, string>>;
  readonly clock: Steps;
  readonly fs?: Partial<FsPort>;
  emit(stream: EventStream): void | Promise<void>;
}

/** The real tail with a parser that takes a line as it is; `counters`: what its metrics count. */
export function createTail(options: TailOptions): { input: Input; counters: Map<string, number> } {
  const given = { tag: 't', read_from_head: 'true', refresh_interval: '1', ...options.params };
  const params = Object.entries(given).map(([name, value]): [string, Param] => [
    name,
    { value, quote: 'none', ...place },
  ]);
  const element = new Element('source', '', place, params, [new Element('parse', '', place)]);
  const config = checkSection(plugin.schema, element, new Problems());
  const counters = new Map<string, number>();
  const counter = (name: string) => ({
    inc: (by = 1) => void counters.set(name, (counters.get(name) ?? 0) + by),
    remove: quiet,
  });
  const host = {
    ...{ id: 'test', hasId: false, type: 'tail', element, log, workerId: 0, workers: 1, nodeName: 'node', env: {} },
    metrics: { ...metrics, counter },
    ports: { ...realPorts, fs: { ...fs, ...options.fs }, clock: options.clock.port },
    parser: () => ({
      type: 'none',
      parse: (line: string, emit: (event: LogEvent) => void) => emit(LogEvent.from(1, 0, { message: line })),
    }),
    emit: options.emit,
    received: quiet,
  };
  return { input: plugin.create(config, host as unknown as InputHost), counters };
}

/** A few turns of the event loop after each step: packed files are read through streams. */
export async function settle(clock: Steps, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    clock.step();
    for (let j = 0; j < 20; j++) await new Promise((resolve) => setImmediate(resolve));
  }
}
