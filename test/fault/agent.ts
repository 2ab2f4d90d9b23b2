/** The real agent as a process that may be killed at any moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'sluice');

export interface AgentOptions {
  readonly stableIds?: boolean;
  readonly totalLimit?: string;
  readonly durability?: 'fsync' | 'page_cache';
  readonly flushThreads?: number;
  /** More lines of the output, and of its buffer: the last of two equal parameters counts. `ROOT` stands for the scenario's folder. */
  readonly output?: string;
  readonly buffer?: string;
}

export class Agent {
  readonly #root: string;
  #child: ChildProcess | undefined;
  peakRss = 0;
  log = '';

  constructor(root: string, port: number, options: AgentOptions) {
    this.#root = root;
    fs.writeFileSync(path.join(root, 'fluent.conf'), configuration(root, port, options));
  }

  async start(): Promise<void> {
    const child = spawn(BIN, ['-c', path.join(this.#root, 'fluent.conf'), '--no-metrics'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, K8S_NODE_NAME: 'fault' },
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      const read = (part: Buffer) => {
        this.log = `${this.log}${part.toString()}`.slice(-20_000);
        if (this.log.includes('worker is now running')) resolve();
      };
      this.log = '';
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`the agent ended with ${code}: ${this.log}`)));
    });
  }

  measure(): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      const found = /VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
      this.peakRss = Math.max(this.peakRss, Number(found?.[1] ?? 0) / 1024);
    } catch {
      // Not on this system, or gone.
    }
  }

  get rss(): number {
    const found = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${this.#child?.pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) / 1024;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.measure();
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
    this.#child = undefined;
  }
}

function configuration(root: string, port: number, options: AgentOptions): string {
  return `
<source>
  @type tail
  path ${root}/containers/*.log
  pos_file ${root}/pos
  tag kubernetes.*
  read_from_head true
  refresh_interval 1s
  rotate_wait 2s
  <parse>
    @type json
    time_format %Y-%m-%dT%H:%M:%S.%NZ
  </parse>
</source>
<match kubernetes.**>
  @type elasticsearch
  host 127.0.0.1
  port ${port}
  logstash_format true
  request_timeout 2s
  stable_ids ${options.stableIds ?? false}
  ${(options.output ?? '').replaceAll('ROOT', root).replaceAll('PORT', String(port))}
  <buffer>
    @type file
    path ${root}/buffer
    durability ${options.durability ?? 'page_cache'}
    flush_mode interval
    flush_interval 0.3s
    flush_thread_count ${options.flushThreads ?? 1}
    chunk_limit_size 512k
    total_limit_size ${options.totalLimit ?? '64m'}
    overflow_action block
    retry_forever true
    retry_wait 0.2s
    retry_max_interval 1s
    ${options.buffer ?? ''}
  </buffer>
</match>
`;
}
