/** The buffer over a disk that fails, a process that dies at any step, and chunks that others left. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSection } from '../../config/check.ts';
import { Element, type Param } from '../../config/element.ts';
import { Problems } from '../../config/problems.ts';
import { encodeArrayHead, encodeEventTime, encodeMsgpack } from '../codec/msgpack.ts';
import { EventStream, LogEvent } from '../core/event.ts';
import type { FsPort } from '../core/ports.ts';
import { realPorts } from '../io/ports.ts';
import type { ReadyChunk } from '../plugin.ts';
import { log, metrics } from '../quiet.testing.ts';
import { createBuffer, type OutputBuffer } from './index.ts';
import { bufferSchema } from './schema.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-buffer-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const place = { file: 'test', line: 1 };
const quiet = () => undefined;

interface Rig {
  readonly buffer: OutputBuffer;
  readonly delivered: string[];
  readonly metas: ReadyChunk['meta'][];
}

function rig(port: Partial<FsPort>, params: Record<string, string> = {}): Rig {
  const given = { '@type': 'file', path: folder, flush_mode: 'lazy', ...params };
  const values = Object.entries(given).map(([name, value]): [string, Param] => [
    name,
    { value, quote: 'none', ...place },
  ]);
  const element = new Element('buffer', 'tag', place, values);
  const problems = new Problems();
  const config = checkSection(bufferSchema, element, problems);
  expect(problems.errors).toEqual([]);
  const delivered: string[] = [];
  const metas: ReadyChunk['meta'][] = [];
  const output = {
    renderer: () => (event: LogEvent) => `${event.toJson()}\n`,
    async write(chunk: ReadyChunk) {
      delivered.push(...chunk.read().toString('utf8').split('\n').filter(Boolean));
      metas.push(chunk.meta);
    },
  };
  const ports = { ...realPorts, fs: { ...fs, ...port } };
  const buffer = createBuffer(config, element, output, {
    ...{ log, metrics, ports, id: 'test', type: 'test', workerId: 0, workers: 1, rootDir: folder },
    slowFlushSeconds: 20,
    secondary: undefined,
  });
  return { buffer, delivered, metas };
}

const json = (n: number) => `{"n":${n}}`;
const stream = (tag: string, ...numbers: number[]) =>
  new EventStream(
    tag,
    numbers.map((n) => LogEvent.from(n, 0, { n })),
  );

async function drained({ buffer, delivered }: Rig): Promise<string[]> {
  const left = async () => {
    await buffer.flush();
    return buffer.stats()['buffer_total_queued_size'];
  };
  await expect.poll(left, { timeout: 20_000 }).toBe(0);
  await buffer.stop();
  return delivered;
}

class Killed extends Error {}
const MUTATING = ['openSync', 'writeSync', 'writeFileSync', 'renameSync', 'unlinkSync', 'ftruncateSync'] as const;

/** A disk whose call number `n` goes wrong; `dead`: as do all that follow, since the process is gone. */
function failing(n: number, dead: boolean): { port: Partial<FsPort>; calls(): number } {
  let calls = 0;
  const port = Object.fromEntries(
    MUTATING.map((name) => [
      name,
      (...args: unknown[]) => {
        calls++;
        if (dead ? calls >= n : calls === n) {
          // A write that fails may have written something.
          if (name === 'writeSync') fs.writeSync(args[0] as number, args[1] as Buffer, 0, 3, args[4] as number);
          throw dead ? new Killed() : Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' });
        }
        return (fs[name] as (...all: unknown[]) => unknown)(...args);
      },
    ]),
  );
  return { port: port as Partial<FsPort>, calls: () => calls };
}

/** Emits 1…6 in three streams over two tags; gives what was accepted. */
function emitAll({ buffer }: Rig): number[] {
  const accepted: number[] = [];
  for (const [tag, ...numbers] of [
    ['a', 1, 2],
    ['b', 3],
    ['a', 4, 5, 6],
  ] as [string, ...number[]][]) {
    try {
      void buffer.emit(stream(tag, ...numbers));
      accepted.push(...numbers);
    } catch {
      // Refused: the input would come again.
    }
  }
  return accepted;
}

describe('a file buffer', () => {
  it('ships what it accepted, whichever call to the disk fails', async () => {
    for (let n = 1; ; n++) {
      const disk = failing(n, false);
      const one = rig(disk.port);
      await one.buffer.start();
      const accepted = emitAll(one);
      const delivered = await drained(one);
      for (const number of accepted) expect(delivered, `call ${n}`).toContain(json(number));
      expect(new Set(delivered).size, `call ${n}`).toBe(delivered.length);
      if (disk.calls() < n) break;
    }
  });

  it('ships after a restart what it accepted before it was killed, whichever step was the last', async () => {
    for (let n = 1; ; n++) {
      const disk = failing(n, true);
      const first = rig(disk.port);
      await first.buffer.start().catch(quiet);
      const accepted = emitAll(first);
      await first.buffer.flush().catch(quiet);
      await new Promise((resolve) => setImmediate(resolve));
      await first.buffer.stop().catch(quiet);
      const second = rig({});
      await second.buffer.start();
      const delivered = [...first.delivered, ...(await drained(second))];
      for (const number of accepted) expect(delivered, `step ${n}`).toContain(json(number));
      expect(
        fs.readdirSync(folder).filter((name) => name !== 'backup'),
        `step ${n}`,
      ).toEqual([]);
      fs.rmSync(path.join(folder, 'backup'), { recursive: true, force: true });
      if (disk.calls() < n) break;
    }
  });

  it('keeps a copy of a damaged chunk in backup/ and ships the rest, with the metadata lost or not', async () => {
    const first = rig({});
    await first.buffer.start();
    void first.buffer.emit(stream('a', 1));
    void first.buffer.emit(stream('a', 2));
    await first.buffer.stop();
    const name = fs.readdirSync(folder).find((file) => file.endsWith('.log'))!;
    const file = path.join(folder, name);
    const bytes = fs.readFileSync(file);
    bytes[8]! ^= 1;
    fs.writeFileSync(file, bytes);
    fs.writeFileSync(`${file}.meta`, '{"tag":"a","crea');
    const second = rig({});
    await second.buffer.start();
    expect(await drained(second)).toEqual([json(2)]);
    expect(fs.readdirSync(path.join(folder, 'backup'))).toEqual([name]);
  });

  const pair = (n: number) => encodeArrayHead(2) + encodeEventTime(n, 0) + encodeMsgpack({ n });
  const id = '0123456789abcdef'.repeat(2);
  for (const [form, pack] of [
    ['plain', (text: string) => Buffer.from(text, 'latin1')],
    [
      'compressed by gzip in members',
      (text: string) =>
        Buffer.concat([...text.matchAll(/.{1,20}/gs)].map((part) => gzipSync(Buffer.from(part[0], 'latin1')))),
    ],
  ] as const)
    it(`ships chunks that Fluentd left, ${form}, with their metadata, and what stands before a torn end`, async () => {
      const meta = Buffer.from(
        encodeMsgpack({ tag: 'kube.a', timekey: null, variables: null, s: 2, c: 1, m: 1 }),
        'latin1',
      );
      const head = Buffer.from([0xc1, 0, 0, 0, 0, meta.length]);
      fs.writeFileSync(path.join(folder, `buffer.b${id}.log`), pack(pair(1) + pair(2) + pair(3).slice(0, 5)));
      fs.writeFileSync(path.join(folder, `buffer.b${id}.log.meta`), Buffer.concat([head, meta]));
      fs.writeFileSync(path.join(folder, `buffer.q${id}.log`), pack(pair(4)));
      fs.writeFileSync(path.join(folder, `buffer.q${id}.log.meta`), meta);
      const one = rig({});
      await one.buffer.start();
      expect((await drained(one)).sort()).toEqual([json(1), json(2), json(4)]);
      expect(one.metas.map((found) => found.tag)).toEqual(['kube.a']);
      expect(fs.readdirSync(folder)).toEqual(['backup']);
    });
});

describe('a file_single buffer', () => {
  it('keeps the chunk key in the name and takes it up again', async () => {
    const params = { '@type': 'file_single' };
    const first = rig({}, params);
    await first.buffer.start();
    void first.buffer.emit(stream('kube.a b/é', 1));
    await first.buffer.stop();
    expect(fs.readdirSync(folder)).toEqual([expect.stringMatching(/^fsb\.kube\.a%20b%2F%C3%A9\.b[0-9a-f]{32}\.buf$/)]);
    const second = rig({}, params);
    await second.buffer.start();
    expect(await drained(second)).toEqual([json(1)]);
    expect(second.metas).toEqual([{ tag: 'kube.a b/é' }]);
  });
});
