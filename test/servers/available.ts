import { hasClassPath } from './elasticsearch/classpath.ts';
import { ENGINES, type EngineVersion } from './elasticsearch/engines.ts';
import { newestJdk } from './elasticsearch/java.ts';
import { hasKafka, KAFKA_JAVA } from './kafka.ts';
import { isKubeBuilt } from './kube/build.ts';
import { isKustomizeBuilt } from './kustomize.ts';
import { isLokiBuilt } from './loki/build.ts';
import { isMotoBuilt } from './moto.ts';
import { onPath } from './path.ts';

export type ServerKind = 'elasticsearch' | 'kafka' | 'kube' | 'kustomize' | 'loki' | 'moto';

const NAMES: Readonly<Record<ServerKind, string>> = {
  elasticsearch: 'a real Elasticsearch',
  kafka: 'a real Kafka broker',
  kube: 'a real kube-apiserver',
  kustomize: 'rendered manifests',
  loki: 'a real Loki',
  moto: 'a server that speaks AWS’ protocols',
};

/** Engines that `npm test` asks; the others only with SLUICE_ALL_ENGINES=1, as `npm run e2e` does. */
export const QUICK_ENGINES: readonly EngineVersion[] = ['7.4.2', '9.5.3', 'opensearch-3.8.0'];

/** What must be installed before the server can be started; undefined when nothing is missing. */
export function missingFor(kind: ServerKind, version: EngineVersion = '9.5.3'): string | undefined {
  if (kind === 'kube') return isKubeBuilt() || onPath('go') ? undefined : 'Go 1.25 or later';
  if (kind === 'kustomize') return isKustomizeBuilt() || onPath('kubectl') || onPath('go') ? undefined : 'kubectl';
  if (kind === 'loki') return isLokiBuilt() || onPath('go') ? undefined : 'Go 1.26 or later';
  if (kind === 'moto') return isMotoBuilt() || onPath('python3') ? undefined : 'Python 3 with venv';
  const java = kind === 'kafka' ? KAFKA_JAVA : ENGINES[version].java;
  const isHere = kind === 'kafka' ? hasKafka() : hasClassPath(version);
  const missing = [
    ...((newestJdk()?.major ?? 0) < java ? [`a JDK ${java} or later`] : []),
    ...(isHere || onPath('mvn') ? [] : ['Maven (mvn)']),
  ];
  return missing.length === 0 ? undefined : missing.join(' and ');
}

/** One line for each server whose tests cannot run here, with what to install. */
export function leftOut(engines: readonly EngineVersion[] = QUICK_ENGINES): string[] {
  const kinds = (Object.keys(NAMES) as ServerKind[]).filter((kind) => kind !== 'elasticsearch');
  const lines = kinds.flatMap((kind) => lineFor(kind) ?? []);
  // What the most demanding engine wants is enough for the others.
  const demanding = [...engines].sort((a, b) => ENGINES[b].java - ENGINES[a].java);
  const line = demanding.map((version) => lineFor('elasticsearch', version)).find((text) => text !== undefined);
  return line === undefined ? lines : [line, ...lines];
}

function lineFor(kind: ServerKind, version?: EngineVersion): string | undefined {
  const missing = missingFor(kind, version);
  return missing === undefined ? undefined : `left out: tests on ${NAMES[kind]}; install ${missing} to run them`;
}

const told = new Set<string>();

/**
 * Tells whether tests that need this server can run: `describe.runIf(serverAvailable('kube'))`. If not, prints one
 * line of what is left out and what to install (`npm test` does so itself, once for all, and says so in SLUICE_LEFT_OUT); with CI=true
 * it throws instead, so that no check is lost silently.
 */
export function serverAvailable(kind: ServerKind, version?: EngineVersion): boolean {
  const line = lineFor(kind, version);
  if (line === undefined) return true;
  if (process.env.CI === 'true') throw new Error(line);
  if (!told.has(line) && process.env.SLUICE_LEFT_OUT !== 'told') process.stderr.write(`${line}\n`);
  told.add(line);
  return false;
}
