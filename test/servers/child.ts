import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** A server process that ends when its standard input closes, so that it never outlives the test that started it. */
export interface ServerChild {
  readonly pid: number;
  /** Ends it in its orderly way and waits for its end. Twice is fine. */
  stop(): Promise<void>;
  /** SIGKILL; waits for its end. */
  kill(): Promise<void>;
  write(line: string): void;
  /** The first line of standard output, from now on, that `pick` makes something of. */
  waitFor<T>(pick: (line: string) => T | undefined, milliseconds: number): Promise<T>;
  /** The last part of its standard error. */
  log(): string;
}

export function startChild(name: string, command: string, args: readonly string[]): ServerChild {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (data: Buffer) => {
    log = (log + data).slice(-20_000);
  });
  child.stdin.on('error', () => {}); // it is gone: `ended` tells
  const lines = createInterface({ input: child.stdout });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? code}`));
  });
  return {
    pid: child.pid ?? 0,
    log: () => log,
    write: (line) => void child.stdin.write(`${line}\n`),
    async stop() {
      child.stdin.end();
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    waitFor(pick, milliseconds) {
      return new Promise((resolve, reject) => {
        const fail = (why: string) => {
          clearTimeout(timer);
          lines.off('line', onLine);
          reject(new Error(`${name} ${why}\n${log}`));
        };
        const onLine = (line: string) => {
          const found = pick(line);
          if (found === undefined) return;
          clearTimeout(timer);
          lines.off('line', onLine);
          resolve(found);
        };
        const timer = setTimeout(() => fail(`was not ready after ${milliseconds / 1000} s`), milliseconds);
        lines.on('line', onLine);
        void ended.then(fail);
      });
    },
  };
}

/** Runs a command to its end; an error quotes what it wrote. `onLine` gets its output as it comes. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; onLine?: (line: string) => void } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env ?? process.env,
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        out = `${out}${line}\n`.slice(-20_000);
        options.onLine?.(line);
      });
    }
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(`${command} is not installed (not found on PATH)`) : error),
    );
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${out}`));
    });
  });
}
