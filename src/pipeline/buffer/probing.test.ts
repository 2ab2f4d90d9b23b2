/** A buffer whose output fails, over a clock that moves only when told. */
import { afterEach, describe, expect, it } from 'vitest';
import { checkSection } from '../../config/check.ts';
import { elementFrom } from '../../config/from-text.ts';
import { Problems } from '../../config/problems.ts';
import { EventStream, LogEvent } from '../core/event.ts';
import type { ClockPort } from '../core/ports.ts';
import { realPorts } from '../io/ports.ts';
import type { ReadyChunk } from '../plugin.ts';
import { log, metrics } from '../quiet.testing.ts';
import { createBuffer, type OutputBuffer } from './index.ts';
import { bufferSchema } from './schema.ts';

class ManualClock implements ClockPort {
  #now = 1_700_000_000_000;
  readonly #timers = new Set<{ at: number; every: number | undefined; call: () => void }>();
  now = () => this.#now;
  nowNanos = () => BigInt(this.#now) * 1_000_000n;
  monotonic = () => this.#now;
  after = (ms: number, call: () => void) => this.#add(ms, undefined, call);
  every = (ms: number, call: () => void) => this.#add(ms, ms, call);
  #add(ms: number, every: number | undefined, call: () => void) {
    const timer = { at: this.#now + ms, every, call };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }
  /** Moves in steps; what timers start has time to end. */
  async advance(seconds: number): Promise<void> {
    for (const end = this.#now + seconds * 1000; this.#now < end; ) {
      this.#now += 100;
      for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
        if (timer.every === undefined) this.#timers.delete(timer);
        else timer.at += timer.every;
        timer.call();
      }
      for (let i = 0; i < 20; i++) await Promise.resolve();
    }
  }
}

type State = 'up' | 'down' | 'overloaded' | 'hanging';

/** `overloaded` takes a little, never a whole chunk. */
class Rig {
  readonly clock = new ManualClock();
  readonly delivered: string[] = [];
  readonly tries: number[] = [];
  readonly probes: number[] = [];
  state: State = 'up';
  hints: object = {};
  threads: number | undefined;
  running = 0;
  mostRunning = 0;
  readonly buffer: OutputBuffer;

  constructor(text: string) {
    const element = elementFrom(`<buffer tag>\nflush_mode interval\nflush_interval 0.1\n${text}\n</buffer>\n`);
    const lines = (chunk: ReadyChunk) => chunk.read().toString().split('\n').filter(Boolean);
    const fail = () => {
      throw Object.assign(new Error(this.state), this.hints, this.state === 'hanging' ? { isHanging: true } : {});
    };
    const output = {
      renderer: () => (event: LogEvent) => `${event.toJson()}\n`,
      write: async (chunk: ReadyChunk) => {
        this.tries.push(this.clock.now());
        this.mostRunning = Math.max(this.mostRunning, ++this.running);
        await Promise.resolve();
        this.running--;
        if (this.state !== 'up') fail();
        this.delivered.push(...lines(chunk));
      },
      probe: async (chunk: ReadyChunk) => {
        this.probes.push(this.clock.now());
        if (this.state === 'down' || this.state === 'hanging') fail();
        const [first = '', ...rest] = lines(chunk);
        this.delivered.push(first);
        if (rest.length === 0) return true;
        chunk.replace(Buffer.from(`${rest.join('\n')}\n`), rest.length);
        return false;
      },
      concurrency: () => this.threads ?? Number.POSITIVE_INFINITY,
    };
    const config = checkSection(bufferSchema, element, new Problems());
    this.buffer = createBuffer(config, element, output, {
      ...{
        log,
        metrics,
        ports: { ...realPorts, clock: this.clock },
        id: 'test',
        type: 'test',
        workerId: 0,
        workers: 1,
      },
      ...{ rootDir: undefined, slowFlushSeconds: 20, secondary: undefined },
    });
    rigs.push(this);
  }

  emit(n: number, tag = 'a'): void {
    const events = Array.from({ length: n }, (_, i) => LogEvent.from(1, 0, { n: i }));
    void this.buffer.emit(new EventStream(tag, events));
  }
}

const rigs: Rig[] = [];
afterEach(async () => {
  for (const { buffer, clock } of rigs.splice(0)) {
    const stopped = buffer.stop();
    await clock.advance(30);
    await stopped;
  }
});

async function running(text: string): Promise<Rig> {
  const rig = new Rig(text);
  await rig.buffer.start();
  return rig;
}

const LONG = 'retry_forever true\nretry_wait 1000s\nretry_randomize false';

describe('between two tries that are far apart', () => {
  it('a little is sent every few seconds, and the rest follows as soon as it is taken', async () => {
    const rig = await running(LONG);
    rig.state = 'down';
    rig.emit(5);
    await rig.clock.advance(60);
    expect(rig.tries).toHaveLength(1);
    expect(rig.probes.length).toBeGreaterThanOrEqual(18);
    rig.state = 'up';
    await rig.clock.advance(4);
    expect(rig.delivered).toEqual([0, 1, 2, 3, 4].map((n) => `{"n":${n}}`));
    const { length } = rig.probes;
    await rig.clock.advance(60);
    expect(rig.probes).toHaveLength(length);
  });

  it('a chunk of one event is done with it', async () => {
    const rig = await running(LONG);
    rig.state = 'down';
    rig.emit(1);
    await rig.clock.advance(5);
    rig.state = 'up';
    await rig.clock.advance(10);
    expect([rig.delivered, rig.tries.length]).toEqual([['{"n":0}'], 1]);
    rig.emit(1);
    await rig.clock.advance(2);
    expect(rig.delivered).toHaveLength(2);
  });

  it('nothing is sent before the time that the server named', async () => {
    const rig = await running(LONG);
    [rig.state, rig.hints] = ['down', { retryAfter: 30 }];
    rig.emit(2);
    await rig.clock.advance(29);
    expect(rig.probes).toEqual([]);
    await rig.clock.advance(3);
    expect(rig.probes).toHaveLength(1);
  });

  it('a cluster that takes a little and refuses the rest is asked ever more rarely', async () => {
    const rig = await running(LONG);
    rig.state = 'overloaded';
    rig.emit(200);
    await rig.clock.advance(300);
    const gaps = rig.probes.slice(1).map((at, i) => (at - rig.probes[i]!) / 1000);
    expect(Math.max(...gaps)).toBeGreaterThan(17);
    expect(rig.probes.length).toBeLessThan(25);
    rig.state = 'up';
    await rig.clock.advance(25);
    expect(rig.delivered).toHaveLength(200);
  });

  it('after a request without an answer a little is sent in place of the next try', async () => {
    const rig = await running('retry_forever true\nretry_wait 1s\nretry_max_interval 1s\nretry_randomize false');
    rig.state = 'hanging';
    rig.emit(3);
    await rig.clock.advance(20);
    expect(rig.tries).toHaveLength(1);
    expect(rig.probes.length).toBeGreaterThan(10);
    rig.state = 'up';
    await rig.clock.advance(2);
    expect(rig.delivered).toHaveLength(3);
  });

  it('retry_probe_interval 0 leaves it to the tries', async () => {
    const rig = await running(`${LONG}\nretry_probe_interval 0`);
    rig.state = 'down';
    rig.emit(2);
    await rig.clock.advance(60);
    expect(rig.probes).toEqual([]);
  });

  it('short waits need none', async () => {
    const rig = await running('retry_forever true\nretry_wait 1s\nretry_max_interval 2s');
    rig.state = 'down';
    rig.emit(2);
    await rig.clock.advance(60);
    expect(rig.probes).toEqual([]);
    expect(rig.tries.length).toBeGreaterThan(25);
  });
});

it('as many chunks are written at the same time as the output allows', async () => {
  const rig = await running('flush_thread_count 4');
  rig.threads = 2;
  for (const tag of ['a', 'b', 'c', 'd', 'e', 'f']) rig.emit(1, tag);
  await rig.clock.advance(5);
  expect([rig.delivered.length, rig.mostRunning]).toEqual([6, 2]);
  rig.threads = undefined;
  for (const tag of ['a', 'b', 'c', 'd', 'e', 'f']) rig.emit(1, tag);
  await rig.clock.advance(5);
  expect([rig.delivered.length, rig.mostRunning]).toEqual([12, 4]);
});
