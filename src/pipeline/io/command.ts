/**
 * Runs a command line with the shell, for plugins that configurations give commands to.
 *
 * Guarantees: the child's output is read block by block and only as fast as `onOutput` takes it; `stop` asks the child (and what it started)
 * to end and kills it after KILL_AFTER_MS; the agent's end does not leave it behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';

const KILL_AFTER_MS = 5000;

export interface CommandOptions {
  readonly withStderr: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
  onOutput(block: Buffer): void | Promise<void>;
  /** The error output, where it is not part of the output. */
  onError?(block: Buffer): void;
}

export class RunningCommand {
  readonly #child: ChildProcess;
  /** Resolves when the command ended and its output was taken; rejects when it could not be started. */
  readonly done: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(command: string, options: CommandOptions) {
    this.#child = spawn('/bin/sh', ['-c', command], {
      stdio: ['ignore', 'pipe', options.withStderr ? 'pipe' : 'ignore'],
      // A group of its own: a shell's children end with it.
      detached: true,
      ...(options.env === undefined ? {} : { env: options.env as NodeJS.ProcessEnv }),
    });
    this.done = this.#run(options);
  }

  async stop(): Promise<void> {
    this.#kill('SIGTERM');
    const timer = setTimeout(() => this.#kill('SIGKILL'), KILL_AFTER_MS);
    await this.done.catch(() => undefined);
    clearTimeout(timer);
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It ended in between.
    }
  }

  async #run(options: CommandOptions) {
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
    const takeAll = async (stream: AsyncIterable<Buffer> | null, take: (block: Buffer) => void | Promise<void>) => {
      for await (const block of stream ?? []) await take(block);
    };
    const onError = options.onError ?? options.onOutput;
    await Promise.all([
      takeAll(this.#child.stdout, (block) => options.onOutput(block)),
      takeAll(this.#child.stderr, (block) => onError.call(options, block)),
    ]);
    return ended;
  }
}
