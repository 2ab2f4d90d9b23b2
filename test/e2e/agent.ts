/** The agent as a process of its own, as `bin/sluice` starts it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export class AgentProcess {
  readonly #config: string;
  readonly #log: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  /** `log`: the file that takes its output, one start after the other. */
  constructor(config: string, log: string, env: Readonly<Record<string, string>>) {
    this.#config = config;
    this.#log = log;
    this.#env = env;
    writeFileSync(log, '');
  }

  get log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  /** Resolves when the inputs run. */
  async start(): Promise<void> {
    const env = { ...process.env, ...this.#env };
    const child = spawn(join(root, 'bin', 'sluice'), ['--no-metrics', '-c', this.#config], { env });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      let seen = '';
      const onData = (data: Buffer) => {
        appendFileSync(this.#log, data);
        seen = (seen + data).slice(-10_000);
        if (seen.includes('worker is now running')) resolve();
      };
      child.stdout.on('data', onData);
      child.stderr.on('data', onData);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the agent ended with ${code} before it ran\n${seen}`)));
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    return await new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
  }
}
