/** A whole agent as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'sluice');

export interface Agent {
  readonly pid: number;
  /** What it has printed so far. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

export function startAgent(folder: string, config: string, args: readonly string[] = []): Agent {
  const file = path.join(folder, 'fluent.conf');
  fs.writeFileSync(file, config);
  const child: ChildProcess = spawn(BIN, ['-c', file, '--no-metrics', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TZ: 'UTC' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (output += part.toString()));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    signal: (name) => void child.kill(name),
    ended,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
