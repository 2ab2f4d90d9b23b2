import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, locked } from './cache.ts';
import { runCommand } from './child.ts';
import { onPath } from './path.ts';

const VERSION = 'v5.8.0';

export function isKustomizeBuilt(): boolean {
  return existsSync(join(cacheFolder('kustomize', VERSION), 'kustomize'));
}

/** The objects of a kustomization as YAML documents: by kubectl where it is, else by kustomize, built from its Go module once. */
export async function kustomize(folder: string): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), 'sluice-kustomize-'));
  const file = join(out, 'objects.yaml');
  try {
    if (onPath('kubectl')) await runCommand('kubectl', ['kustomize', folder, '-o', file]);
    else await runCommand(await buildKustomize(), ['build', folder, '-o', file]);
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function buildKustomize(): Promise<string> {
  const folder = cacheFolder('kustomize', VERSION);
  const binary = join(folder, 'kustomize');
  return await locked(folder, async () => {
    if (!existsSync(binary)) {
      const module = `sigs.k8s.io/kustomize/kustomize/v5@${VERSION}`;
      await runCommand('go', ['install', module], { env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' } });
    }
    return binary;
  });
}
