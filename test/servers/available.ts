import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { hasClassPath } from './elasticsearch/classpath.ts';
import { ENGINES, type EngineVersion } from './elasticsearch/engines.ts';
import { newestJdk } from './elasticsearch/java.ts';
import { hasKafka, KAFKA_JAVA } from './kafka.ts';
import { isKubeBuilt } from './kube/build.ts';
import { isLokiBuilt } from './loki/build.ts';
import { isMotoBuilt } from './moto.ts';

export type ServerKind = 'elasticsearch' | 'kafka' | 'kube' | 'loki' | 'moto';

const NAMES: Readonly<Record<ServerKind, string>> = {
  elasticsearch: 'a real Elasticsearch',
  kafka: 'a real Kafka broker',
  kube: 'a real kube-apiserver',
  loki: 'a real Loki',
  moto: 'a server that speaks AWS’ protocols',
};

/** What must be installed before the server can be started; undefined when nothing is missing. */
export function missingFor(kind: ServerKind, version: EngineVersion = '9.5.3'): string | undefined {
  if (kind === 'kube') return isKubeBuilt() || onPath('go') ? undefined : 'Go 1.25 or later';
  if (kind === 'loki') return isLokiBuilt() || onPath('go') ? undefined : 'Go 1.26 or later';
  if (kind === 'moto') return isMotoBuilt() || onPath('python3') ? undefined : 'Python 3 with venv';
  const java = kind === 'kafka' ? KAFKA_JAVA : ENGINES[version].java;
  if ((newestJdk()?.major ?? 0) < java) return `a JDK ${java} or later`;
  const isHere = kind === 'kafka' ? hasKafka() : hasClassPath(version);
  return isHere || onPath('mvn') ? undefined : 'Maven (mvn)';
}

const told = new Set<string>();

/**
 * Tells whether tests that need this server can run: `describe.runIf(serverAvailable('kube'))`. If not, prints one
 * line of what is left out and what to install; with CI=true it throws instead, so that no check is lost silently.
 */
export function serverAvailable(kind: ServerKind, version?: EngineVersion): boolean {
  const missing = missingFor(kind, version);
  if (missing === undefined) return true;
  const line = `left out: tests on ${NAMES[kind]}; install ${missing} to run them`;
  if (process.env.CI === 'true') throw new Error(line);
  if (!told.has(line)) process.stderr.write(`${line}\n`);
  told.add(line);
  return false;
}

export function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
