import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, locked } from '../cache.ts';
import { runCommand } from '../child.ts';
import { ENGINES, type EngineVersion } from './engines.ts';

/** True when this engine's jars are here already, so that Maven is not needed. */
export function hasClassPath(version: EngineVersion): boolean {
  return readClassPath(version) !== undefined;
}

/** The engine's class path; Maven fetches the jars into its own repository the first time (5 to 10 s an engine). */
export async function classPath(version: EngineVersion): Promise<string> {
  const known = readClassPath(version);
  if (known !== undefined) return known;
  const { folder, pom, list } = filesOf(version);
  return await locked(folder, async () => {
    const meanwhile = readClassPath(version);
    if (meanwhile !== undefined) return meanwhile;
    writeFileSync(pom, pomOf(version));
    await runCommand('mvn', ['-B', '-q', '-f', pom, 'dependency:build-classpath', `-Dmdep.outputFile=${list}`]);
    return readFileSync(list, 'utf8');
  });
}

function filesOf(version: EngineVersion): { folder: string; pom: string; list: string } {
  const folder = cacheFolder('elasticsearch', version);
  return { folder, pom: join(folder, 'pom.xml'), list: join(folder, 'classpath') };
}

function readClassPath(version: EngineVersion): string | undefined {
  const { pom, list } = filesOf(version);
  if (!existsSync(list) || readFileSync(pom, 'utf8') !== pomOf(version)) return undefined;
  const text = readFileSync(list, 'utf8');
  return text.split(':').every((jar) => existsSync(jar)) ? text : undefined;
}

function pomOf(version: EngineVersion): string {
  const dependencies = ENGINES[version].jars.map((jar) => {
    const [group, artifact, number] = jar.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${number}</version></dependency>`;
  });
  return `<project><modelVersion>4.0.0</modelVersion><groupId>t</groupId><artifactId>t</artifactId><version>1</version><packaging>pom</packaging><dependencies>
${dependencies.join('\n')}
</dependencies></project>
`;
}
