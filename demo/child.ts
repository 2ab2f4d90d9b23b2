/** The programs of the demonstration, started as anybody would start them: `bin/sluice …`. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const SLUICE = path.join(import.meta.dirname, '..', 'bin', 'sluice');
const START_MS = 60_000;

export interface Child {
  /** What `ready` captured. */
  readonly told: string;
  readonly process: ChildProcess;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Starts sluice with these arguments and waits until its output says that it is ready. */
export async function startSluice(args: readonly string[], env: Record<string, string>, ready: RegExp): Promise<Child> {
  // A group of its own: Ctrl-C reaches only the demonstration, which stops the others in order.
  const child = spawn(SLUICE, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  const told = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`sluice ${args[0]} ${why}:\n${output.slice(-4000)}`));
    const timer = setTimeout(() => fail('is not ready in time'), START_MS);
    const look = (part: string) => {
      output = (output + part).slice(-20_000);
      const match = ready.exec(output);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match[1] ?? match[0]);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', look);
    child.once('error', (error) => fail(error.message));
    void ended.then((code) => fail(`ended with ${code}`));
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    told,
    process: child,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
