import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, digest, locked } from '../cache.ts';
import { runCommand } from '../child.ts';

const SOURCES = ['go.mod', 'go.sum', 'main.go'];

/** Where the built server lies: the name holds a digest of its sources, so that a changed source builds anew. */
function lokiBinary(): string {
  const contents = SOURCES.map((name) => readFileSync(join(import.meta.dirname, name)));
  return cacheFolder('loki', digest(process.platform, process.arch, ...contents), 'loki');
}

export function isLokiBuilt(): boolean {
  return existsSync(lokiBinary());
}

/** Builds the server unless it is there: 7 CPU-minutes the first time. */
export async function buildLoki(onLine?: (line: string) => void): Promise<string> {
  const binary = lokiBinary();
  if (existsSync(binary)) return binary;
  return await locked(join(binary, '..'), async () => {
    if (existsSync(binary)) return binary;
    await runCommand(
      'go',
      ['build', '-v', '-buildvcs=false', '-trimpath', '-ldflags', '-s -w', '-o', `${binary}.tmp`, '.'],
      {
        cwd: import.meta.dirname,
        env: { ...process.env, GOFLAGS: '-mod=readonly' },
        ...(onLine ? { onLine } : {}),
      },
    );
    renameSync(`${binary}.tmp`, binary);
    return binary;
  });
}
