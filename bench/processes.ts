/** The processes of a run: the sink, and the agent with a scenario's configuration in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { compiledAgent } from './compiled.ts';
import { usage } from './measure.ts';

const here = import.meta.dirname;
export const NODE = 'bench-node';

export interface Seen {
  readonly documents: number;
  readonly bytes: number;
  readonly sampled: number;
  readonly wrong: number;
  readonly example: string;
  readonly latencies: readonly number[];
}

export class Sink {
  readonly #child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(check: string): Promise<Sink> {
    const child = spawn(process.execPath, [path.join(here, 'sink.ts'), check], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    return new Sink(child, Number(line.toString()));
  }

  async seen(): Promise<Seen> {
    return (await (await fetch(`http://127.0.0.1:${this.port}/_seen`)).json()) as Seen;
  }

  /** CPU-seconds so far. */
  get cpu(): number {
    return usage(this.#child.pid!).cpu;
  }

  end(): Promise<void> {
    return end(this.#child);
  }
}

export interface AgentOptions {
  /** Folder under scenarios/. */
  readonly scenario: string;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly api: string;
  readonly port: number;
  /** Where the pods' files are; they are shown as var/log/containers of the run's folder. */
  readonly logs: string;
  readonly work: string;
  readonly profile?: string | undefined;
}

export class Agent {
  readonly child: ChildProcess;
  readonly #dir: string;

  constructor(options: AgentOptions) {
    const dir = fs.mkdtempSync(path.join(options.work, 'agent-'));
    this.#dir = dir;
    // The names of pods are read from tags that hold var.log.containers.
    fs.mkdirSync(path.join(dir, 'var', 'log'), { recursive: true });
    fs.symlinkSync(options.logs, path.join(dir, 'var', 'log', 'containers'));
    const template = fs.readFileSync(path.join(here, 'scenarios', options.scenario, 'sluice.conf'), 'utf8');
    const fill: Record<string, string> = {
      DIR: dir,
      API: options.api,
      PORT: String(options.port),
      COMPRESSION: 'no_compression',
      MODE: 'interval',
      FLUSH: 'flush_interval 1s',
      ...options.variables,
    };
    const config = path.join(dir, 'sluice.conf');
    fs.writeFileSync(
      config,
      template.replace(/@([A-Z]+)@/g, (whole, name: string) => fill[name] ?? whole),
    );
    const log = fs.openSync(path.join(dir, 'log'), 'w');
    const { profile } = options;
    this.child = spawn(compiledAgent(), ['-c', config, '--no-metrics'], {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        K8S_NODE_NAME: NODE,
        FLUENT_HOSTNAME: NODE,
        ...(profile === undefined
          ? {}
          : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${path.resolve(profile, options.scenario)}` }),
      },
    });
    fs.closeSync(log);
  }

  /** @throws when the sink has not seen `documents` within five minutes */
  async deliver(sink: Sink, documents: number, everyMs = 50): Promise<void> {
    const limit = performance.now() + 300_000;
    while ((await sink.seen()).documents < documents) {
      if (performance.now() > limit || this.child.exitCode !== null)
        throw new Error(
          `${(await sink.seen()).documents} of ${documents} documents arrived:\n${fs.readFileSync(path.join(this.#dir, 'log'), 'utf8').slice(-2000)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  async end(): Promise<void> {
    await end(this.child);
    fs.rmSync(this.#dir, { recursive: true, force: true });
  }
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}
