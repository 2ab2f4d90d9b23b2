/** Working off a backlog: the agent, or the floor beside it, ships the lines of a corpus; its CPU time is taken when the last one is there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { Corpus } from './corpus.ts';
import { type Usage, usage } from './measure.ts';
import { Agent, type AgentOptions, Sink } from './processes.ts';

export interface Run extends Usage {
  readonly scenario: string;
  /** Seconds. */
  readonly wall: number;
  readonly bytesSent: number;
  readonly perCpuSecond: number;
  /** CPU-seconds of the endpoint, its start included. */
  readonly sinkCpu: number;
}

/** `bytes`: what the agent sent for the same lines. */
export async function floor(corpus: Corpus, bytes: number, work: string): Promise<Run> {
  const growth = String(Math.max(1, bytes / corpus.bytes));
  const sink = await Sink.start('floor');
  const out = path.join(work, 'floor.out');
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'floor.ts'), String(sink.port), out, growth, ...corpus.files],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await once(child.stdout!, 'data');
  const run = await finish('floor', child.pid!, sink, started, corpus.lines, corpus.lines);
  child.stdin!.end();
  await once(child, 'exit');
  await sink.end();
  fs.unlinkSync(out);
  return run;
}

export async function agent(
  name: string,
  options: Omit<AgentOptions, 'port'>,
  check: string,
  corpus: Corpus,
): Promise<Run> {
  const sink = await Sink.start(check);
  const started = performance.now();
  const run = new Agent({ ...options, port: sink.port });
  try {
    await run.deliver(sink, corpus.documents);
    return await finish(name, run.child.pid!, sink, started, corpus.lines, corpus.documents);
  } finally {
    await run.end();
    await sink.end();
  }
}

async function finish(name: string, pid: number, sink: Sink, started: number, lines: number, documents: number) {
  const used = usage(pid);
  const wall = (performance.now() - started) / 1000;
  const sinkCpu = sink.cpu;
  const got = await sink.seen();
  if (got.documents !== documents) throw new Error(`${name}: ${got.documents} documents instead of ${documents}`);
  if (got.wrong > 0) throw new Error(`${name}: ${got.wrong} of ${got.sampled} sampled documents wrong: ${got.example}`);
  return { scenario: name, wall, bytesSent: got.bytes, perCpuSecond: lines / used.cpu, sinkCpu, ...used };
}
