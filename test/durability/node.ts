/** tail and a file buffer over a disk that may forget: the log files are real, what the agent keeps is on that disk. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { checkSection } from '../../src/config/check.ts';
import { Element, type Param } from '../../src/config/element.ts';
import { Problems } from '../../src/config/problems.ts';
import { createBuffer, type OutputBuffer } from '../../src/pipeline/buffer/index.ts';
import { bufferSchema } from '../../src/pipeline/buffer/schema.ts';
import type { LogEvent } from '../../src/pipeline/core/event.ts';
import type { FsPort } from '../../src/pipeline/core/ports.ts';
import { createTail, Steps, settle } from '../../src/pipeline/input/tail/world.testing.ts';
import { realPorts } from '../../src/pipeline/io/ports.ts';
import type { Input, ReadyChunk } from '../../src/pipeline/plugin.ts';
import { log, metrics } from '../../src/pipeline/quiet.testing.ts';
import { Disk } from './disk.ts';

const place = { file: 'test', line: 1 };

export class Node {
  readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-durability-'));
  readonly disk = new Disk('/disk');
  readonly clock = new Steps();
  readonly written: string[] = [];
  readonly delivered: string[] = [];
  clusterIsUp = true;
  readonly #durability: string;
  /** Puts faults between the agent and its disk. */
  wrap: (port: FsPort) => FsPort = (port) => port;
  #stamp = 0;
  #input: Input | undefined;
  #buffer: OutputBuffer | undefined;

  constructor(durability: 'fsync' | 'page_cache') {
    this.#durability = durability;
    fs.writeFileSync(this.#log, '');
  }

  get #log(): string {
    return path.join(this.root, '0.log');
  }

  write(lines: number): void {
    for (let i = 0; i < lines; i++) {
      const line = `line ${this.written.length} ${'x'.repeat((this.written.length * 7) % 90)}`;
      this.written.push(line);
      fs.appendFileSync(this.#log, `${line}\n`);
    }
  }

  /** As the kubelet does it; older files are packed. */
  rotate(): void {
    for (const name of fs.readdirSync(this.root).filter((found) => /^0\.log\.[\d-]+$/.test(found))) {
      const file = path.join(this.root, name);
      fs.writeFileSync(`${file}.gz`, gzipSync(fs.readFileSync(file)));
      fs.rmSync(file);
    }
    const stamp = new Date(Date.UTC(2026, 10, 22) + this.#stamp++ * 1000).toISOString().replace(/[-:]|\..*/g, '');
    fs.renameSync(this.#log, `${this.#log}.${stamp.replace('T', '-')}`);
    fs.writeFileSync(this.#log, '');
  }

  async start(): Promise<void> {
    if (this.#buffer !== undefined) return;
    const port = this.wrap(this.disk.port());
    const buffer = createBuffer(...this.#bufferParts(port));
    this.#buffer = buffer;
    await buffer.start();
    this.#input = createTail({
      params: { path: this.#log, pos_file: '/disk/pos' },
      clock: this.clock,
      fs: port,
      emit: (stream) => buffer.emit(stream),
    }).input;
    await this.#input.start?.();
  }

  #bufferParts(port: FsPort): Parameters<typeof createBuffer> {
    const given = {
      ...{ '@type': 'file', path: '/disk/buffer', durability: this.#durability, flush_mode: 'interval' },
      ...{
        flush_interval: '1',
        chunk_limit_size: '2k',
        retry_forever: 'true',
        retry_wait: '0.01',
        retry_max_interval: '0.05',
      },
    };
    const values = Object.entries(given).map(([name, value]): [string, Param] => [
      name,
      { value, quote: 'none', ...place },
    ]);
    const element = new Element('buffer', 'tag', place, values);
    const output = {
      renderer: () => (event: LogEvent) => `${String(event.get('message'))}\n`,
      write: async (chunk: ReadyChunk) => {
        if (!this.clusterIsUp) throw new Error('the cluster is down');
        this.delivered.push(...chunk.read().toString('utf8').split('\n').filter(Boolean));
      },
    };
    const host = {
      ...{ log, metrics, id: 'test', type: 'test', workerId: 0, workers: 1, rootDir: '/disk' },
      ...{ slowFlushSeconds: 20, secondary: undefined },
      ports: { ...realPorts, fs: port, clock: this.clock.port },
    };
    return [checkSection(bufferSchema, element, new Problems()), element, output, host];
  }

  async stop(): Promise<void> {
    const [input, buffer] = [this.#input, this.#buffer];
    this.#input = undefined;
    this.#buffer = undefined;
    for (const part of [input, buffer])
      try {
        await part?.stop?.();
      } catch {
        // The disk of a dead process.
      }
  }

  /** Files of the agent that are open. */
  openFiles(): string[] {
    const links = fs.readdirSync('/proc/self/fd').map((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`);
      } catch {
        return '';
      }
    });
    return [...links.filter((link) => link.startsWith(`${this.root}/`)), ...this.disk.openFiles()];
  }

  missing(): string[] {
    const delivered = new Set(this.delivered);
    return this.written.filter((line) => !delivered.has(line));
  }

  /** Until every line has come, or nothing can come any more. Packed files are read by other threads: real time passes. */
  async drain(): Promise<void> {
    for (let i = 0; i < 400 && this.missing().length > 0; i++) {
      await this.settle(1);
      if (i > 10) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  settle(steps: number): Promise<void> {
    return settle(this.clock, steps);
  }

  async close(): Promise<void> {
    this.disk.kill();
    await this.stop();
    fs.rmSync(this.root, { recursive: true });
  }
}
