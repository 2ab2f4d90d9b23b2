/** A server that speaks AWS' own protocols (moto), for tests of S3 and CloudWatch Logs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, digest, locked } from './cache.ts';
import { runCommand, startChild } from './child.ts';

const REQUIREMENTS = 'moto[s3,logs,server]==5.2.5';
const START_TIMEOUT_MS = 60_000;

export interface MotoServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
  /** SIGKILL: what it holds is gone. */
  kill(): Promise<void>;
}

function folder(): string {
  return cacheFolder('moto', digest(REQUIREMENTS, script()));
}

function script(): string {
  return readFileSync(join(import.meta.dirname, 'moto', 'server.py'), 'utf8');
}

export function isMotoBuilt(): boolean {
  return existsSync(join(folder(), 'ready'));
}

/** Installs it unless it is there: 20 s the first time. */
export async function buildMoto(): Promise<string> {
  const home = folder();
  const python = join(home, 'venv', 'bin', 'python');
  if (isMotoBuilt()) return python;
  return await locked(home, async () => {
    if (isMotoBuilt()) return python;
    await runCommand('python3', ['-m', 'venv', join(home, 'venv')]);
    await runCommand(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', REQUIREMENTS]);
    writeFileSync(join(home, 'ready'), '');
    return python;
  });
}

export async function startMoto(port = 0): Promise<MotoServer> {
  const python = await buildMoto();
  const child = startChild('moto', python, [join(import.meta.dirname, 'moto', 'server.py'), String(port)]);
  const ready = (line: string) => (line.startsWith('READY ') ? Number(line.slice(6)) : undefined);
  try {
    const at = await child.waitFor(ready, START_TIMEOUT_MS);
    return { url: `http://127.0.0.1:${at}`, port: at, stop: () => child.stop(), kill: () => child.kill() };
  } catch (error) {
    await child.kill();
    throw error;
  }
}
