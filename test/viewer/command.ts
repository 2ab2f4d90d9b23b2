/** Runs `sluice …` as a user does. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { root } from './node.ts';

const bin = path.join(root, 'bin', 'sluice');

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export async function sluice(...args: string[]): Promise<Finished> {
  const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  let err = '';
  child.stdout.on('data', (part: Buffer) => out.push(part));
  child.stderr.on('data', (part: Buffer) => {
    err += part;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out: Buffer.concat(out).toString('utf8'), err };
}

export interface Serving {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** `sluice view …` on a free port; resolves when it is ready. */
export function sluiceView(...args: string[]): Promise<Serving> {
  return serve('view', args);
}

/** `sluice store …` likewise. */
export function sluiceStore(...args: string[]): Promise<Serving> {
  return serve('store', args);
}

async function serve(command: string, args: readonly string[]): Promise<Serving> {
  const child = spawn(bin, [command, '--listen', '127.0.0.1:0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (part: Buffer) => {
      text += part;
      const match = /(http:\S+?)\/?\n/.exec(text);
      if (match !== null) resolve(match[1]!);
    });
    void ended.then(() => reject(new Error(`sluice ${command} ended`)));
  });
  return {
    ...{ url, pid: child.pid! },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
