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
  /** All of the buffer's lines but its type and path. */
  readonly wholeBuffer?: string;
  /** More lines of the source, its parser, and what stands between source and match. */
  readonly source?: string;
  readonly parse?: string;
  readonly filters?: string;
  /** Worker processes; the first one does the work. */
  readonly workers?: number;
  readonly chunkLimit?: string;
  /** MiB of a memory group, where this system lets us make one. */
  readonly memory?: number;
  /** Open files. */
  readonly files?: number;
  /** The scenario's file `hosts` takes the place of /etc/hosts: names that the scenario gives addresses. */
  readonly hosts?: true;
  /** Folder of the buffer and the pos_file, inside the scenario's. */
  readonly state?: string;
}

export class Agent {
  readonly #root: string;
  readonly #options: AgentOptions;
  #group: MemoryGroup | undefined;
  #child: ChildProcess | undefined;
  peakRss = 0;
  log = '';

  constructor(root: string, port: number, options: AgentOptions) {
    this.#root = root;
    this.#options = options;
    fs.writeFileSync(path.join(root, 'fluent.conf'), configuration(root, port, options));
  }

  async start(): Promise<void> {
    const { memory, files, hosts } = this.#options;
    if (memory !== undefined) this.#group ??= memoryGroup(memory);
    const limits = [
      ...(this.#group === undefined ? [] : [`echo $$ > ${this.#group.join}`]),
      ...(files === undefined ? [] : [`ulimit -n ${files}`]),
      ...(hosts === undefined ? [] : [`mount --bind ${path.join(this.#root, 'hosts')} /etc/hosts`]),
    ];
    const command = [...limits, 'exec "$@"'].join(' && ');
    const shell = ['/bin/sh', '-c', command, 'sh', BIN, '-c', path.join(this.#root, 'fluent.conf'), '--no-metrics'];
    // A mount that nobody else sees.
    const [program, ...args] = hosts === undefined ? shell : ['unshare', '-m', ...shell];
    const child = spawn(program!, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, K8S_NODE_NAME: 'fault' },
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      const read = (part: Buffer) => {
        this.log = `${this.log}${part.toString()}`.slice(-20_000);
        if (this.log.includes('worker is now running worker=0')) resolve();
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
    this.#group?.remove();
    this.#group = undefined;
  }

  /** It did not end by itself. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** It runs in a memory group. */
  get isLimited(): boolean {
    return this.#group !== undefined;
  }

  get openFiles(): number {
    return fs.readdirSync(`/proc/${this.#child?.pid}/fd`).length;
  }
}

interface MemoryGroup {
  /** File that takes the pid of who joins. */
  readonly join: string;
  remove(): void;
}

/** Both versions of cgroups; undefined where we may not make one. */
function memoryGroup(mib: number): MemoryGroup | undefined {
  for (const [root, limit] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const) {
    const group = path.join(root, `sluice-fault-${process.pid}`);
    try {
      if (!fs.existsSync(path.join(root, root.endsWith('memory') ? limit : 'cgroup.controllers'))) continue;
      fs.mkdirSync(group, { recursive: true });
      fs.writeFileSync(path.join(group, limit), String(mib * 1024 * 1024));
      return { join: path.join(group, 'cgroup.procs'), remove: () => removeGroup(group) };
    } catch {
      // Not ours to make: the peak of RSS is looked at all the same.
    }
  }
  return undefined;
}

function removeGroup(group: string): void {
  try {
    fs.rmdirSync(group);
  } catch {
    // A process of it is not quite gone; an empty group costs nothing.
  }
}

function configuration(root: string, port: number, options: AgentOptions): string {
  const state = options.state === undefined ? root : path.join(root, options.state);
  return `
<system>
  workers ${options.workers ?? 1}
</system>
<worker 0>
<source>
  @type tail
  path ${root}/containers/*.log
  pos_file ${state}/pos
  tag kubernetes.*
  read_from_head true
  refresh_interval 1s
  rotate_wait 2s
  ${options.source ?? ''}
  <parse>
    ${options.parse ?? '@type json\ntime_format %Y-%m-%dT%H:%M:%S.%NZ'}
  </parse>
</source>
${options.filters ?? ''}
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
    path ${state}/buffer
    ${options.wholeBuffer ?? bufferLines(options)}
  </buffer>
</match>
</worker>
`;
}

function bufferLines(options: AgentOptions): string {
  return `
    durability ${options.durability ?? 'page_cache'}
    flush_mode interval
    flush_interval 0.3s
    flush_thread_count ${options.flushThreads ?? 1}
    chunk_limit_size ${options.chunkLimit ?? '512k'}
    total_limit_size ${options.totalLimit ?? '64m'}
    overflow_action block
    retry_forever true
    retry_wait 0.2s
    retry_max_interval 1s
    ${options.buffer ?? ''}`;
}
