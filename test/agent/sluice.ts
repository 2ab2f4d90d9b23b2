/** Runs bin/sluice as people do: arguments in, exit code and text out; or as an agent that goes on. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const bin = path.join(import.meta.dirname, '../../bin/sluice');

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function sluice(args: readonly string[], env: Record<string, string> = {}): Result {
  const { status, stdout, stderr } = spawnSync(bin, args, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return { code: status, stdout, stderr };
}

/** As `sluice`, while servers of this process go on. */
export function sluiceBeside(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  const child = spawn(bin, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (part: string) => {
      texts[name] += part;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });
}

/** A folder of its own that is gone with `remove`. */
export function temporaryFolder(): { path: string; write(name: string, text: string): string; remove(): void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-test-'));
  return {
    path: folder,
    write(name, text) {
      const file = path.join(folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
      return file;
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Agent {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves when the output holds the text. @throws after a minute, or when the agent has ended */
  until(text: string): Promise<void>;
  stop(): Promise<number | null>;
}

export function startAgent(args: readonly string[], env: Record<string, string> = {}): Agent {
  const child = spawn(bin, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const waiting = new Set<() => void>();
  const add = (bytes: Buffer) => {
    output += bytes.toString();
    for (const look of waiting) look();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    child,
    output: () => output,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!output.includes(text)) return;
          done();
          resolve();
        };
        const timer = setTimeout(() => fail(`no '${text}' within a minute`), 60_000);
        const done = () => {
          clearTimeout(timer);
          waiting.delete(look);
        };
        const fail = (message: string) => {
          done();
          reject(new Error(`${message}; output:\n${output}`));
        };
        waiting.add(look);
        void ended.then(() => output.includes(text) || fail('the agent has ended'));
        look();
      }),
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
