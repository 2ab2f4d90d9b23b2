/** Loads that last: lines at a steady rate, files that rest, and how soon a line arrives. Start-up does not count. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { docker, logFile, sampleLines } from './corpus.ts';
import { usage } from './measure.ts';
import { Agent, type AgentOptions, end, Sink } from './processes.ts';

export interface Load {
  /** Share of one core. */
  readonly cores: number;
  /** Bytes: the highest of the window. */
  readonly rss: number;
  readonly linesPerSecond: number;
}

const SETTLE_MS = 5000;
/** The article's own interval. */
const ARTICLE = { FLUSH: 'flush_interval 10s' };
const IMMEDIATE = { MODE: 'immediate', FLUSH: '' };

type Options = Omit<AgentOptions, 'port' | 'logs'>;

/** `pods` files with some lines each; `rate` lines a second come in (0: none). */
export async function steady(options: Options, pods: number, rate: number, seconds: number): Promise<Load> {
  const logs = fs.mkdtempSync(path.join(options.work, 'steady-'));
  firstLines(logs, pods);
  const sink = await Sink.start(options.scenario);
  const agent = new Agent({ ...options, variables: ARTICLE, logs, port: sink.port });
  const writer =
    rate === 0
      ? undefined
      : spawn(process.execPath, [path.join(import.meta.dirname, 'writer.ts'), logs, String(pods), String(rate)], {
          stdio: ['ignore', 'ignore', 'inherit'],
        });
  try {
    await agent.deliver(sink, pods);
    await sleep(SETTLE_MS);
    const [before, seen, at] = [usage(agent.child.pid!).cpu, (await sink.seen()).documents, performance.now()];
    let rss = 0;
    while (performance.now() - at < seconds * 1000) {
      await sleep(500);
      rss = Math.max(rss, usage(agent.child.pid!).rss);
    }
    const wall = (performance.now() - at) / 1000;
    return {
      cores: (usage(agent.child.pid!).cpu - before) / wall,
      rss,
      linesPerSecond: ((await sink.seen()).documents - seen) / wall,
    };
  } finally {
    if (writer !== undefined) await end(writer);
    await agent.end();
    await sink.end();
  }
}

/** Milliseconds from the start of the process until the first document is there. */
export async function startUp(options: Options): Promise<number> {
  const logs = fs.mkdtempSync(path.join(options.work, 'start-'));
  firstLines(logs, 8);
  const sink = await Sink.start(options.scenario);
  const started = performance.now();
  const agent = new Agent({ ...options, variables: IMMEDIATE, logs, port: sink.port });
  try {
    await agent.deliver(sink, 1, 3);
    return performance.now() - started;
  } finally {
    await agent.end();
    await sink.end();
  }
}

/** Milliseconds from writing a line until the cluster has it, sorted: `count` lines, one every 50 ms, over 8 pods, flush_mode immediate. */
export async function latencies(options: Options, count: number): Promise<number[]> {
  const logs = fs.mkdtempSync(path.join(options.work, 'latency-'));
  firstLines(logs, 8);
  const sink = await Sink.start(options.scenario);
  const agent = new Agent({ ...options, variables: IMMEDIATE, logs, port: sink.port });
  try {
    await agent.deliver(sink, 8);
    for (let i = 0; i < count; i++) {
      const now = performance.timeOrigin + performance.now();
      fs.appendFileSync(logFile(logs, i % 8), docker.line(i, now, `sent=${now.toFixed(3)} `));
      await sleep(40 + (i % 21));
    }
    await agent.deliver(sink, 8 + count);
    return (await sink.seen()).latencies.toSorted((a, b) => a - b);
  } finally {
    await agent.end();
    await sink.end();
  }
}

function firstLines(logs: string, pods: number): void {
  const samples = sampleLines();
  for (let pod = 0; pod < pods; pod++) fs.writeFileSync(logFile(logs, pod), docker.line(0, Date.now(), samples[pod]!));
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
