import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, digest, locked } from '../cache.ts';
import { runCommand } from '../child.ts';

const SOURCES = ['go.mod', 'go.sum', 'main.go'];

/** Where the built server lies: the name holds a digest of its sources, so that a changed source builds anew. */
export function kubeBinary(): string {
  const contents = SOURCES.map((name) => readFileSync(join(import.meta.dirname, name)));
  return cacheFolder('kube', digest(process.platform, process.arch, ...contents), 'kube-dev-api');
}

export function isKubeBuilt(): boolean {
  return existsSync(kubeBinary());
}

/** Builds the server unless it is there: 8 minutes on two cores the first time, 86 MB of Go modules. */
export async function buildKube(onLine?: (line: string) => void): Promise<string> {
  const binary = kubeBinary();
  if (existsSync(binary)) return binary;
  return await locked(join(binary, '..'), async () => {
    if (!existsSync(binary)) await build(binary, onLine);
    return binary;
  });
}

async function build(binary: string, onLine: ((line: string) => void) | undefined): Promise<void> {
  const goMod = readFileSync(join(import.meta.dirname, 'go.mod'), 'utf8');
  const version = /^\tk8s\.io\/kubernetes (v1\.(\d+)\.\d+)$/m.exec(goMod);
  if (!version) throw new Error('kube/go.mod does not name k8s.io/kubernetes');
  const unset = 'k8s.io/component-base/version';
  const flags = `-s -w -X ${unset}.gitVersion=${version[1]} -X ${unset}.gitMajor=1 -X ${unset}.gitMinor=${version[2]}`;
  const parallel = String(availableParallelism());
  const args = ['build', '-v', '-p', parallel, '-buildvcs=false', '-trimpath', '-ldflags', flags];
  await runCommand('go', [...args, '-o', `${binary}.tmp`, '.'], {
    cwd: import.meta.dirname,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' },
    ...(onLine ? { onLine } : {}),
  });
  renameSync(`${binary}.tmp`, binary);
  writeFileSync(join(binary, '..', 'version'), `${version[1]}\n`);
}
