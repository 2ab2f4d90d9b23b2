/** Class paths of test servers: Maven fetches the jars into its own repository the first time, the list is kept in the cache. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, locked } from './cache.ts';
import { runCommand } from './child.ts';

/** What a server is made of: its place in the cache and `group:artifact:version` of its jars. */
export interface Jars {
  readonly folder: readonly string[];
  readonly coordinates: readonly string[];
}

/** The class path, where it is here already, so that Maven is not needed. */
export function knownClassPath(jars: Jars): string | undefined {
  const { pom, list } = filesOf(jars);
  if (!existsSync(list) || !existsSync(pom) || readFileSync(pom, 'utf8') !== pomOf(jars)) return undefined;
  const text = readFileSync(list, 'utf8');
  return text.split(':').every((jar) => existsSync(jar)) ? text : undefined;
}

export async function classPathOf(jars: Jars): Promise<string> {
  const known = knownClassPath(jars);
  if (known !== undefined) return known;
  const { folder, pom, list } = filesOf(jars);
  return await locked(folder, async () => {
    const meanwhile = knownClassPath(jars);
    if (meanwhile !== undefined) return meanwhile;
    const next = { pom: `${pom}.next`, list: `${list}.next` };
    writeFileSync(next.pom, pomOf(jars));
    await locked(cacheFolder('maven'), () => fetchJars(next.pom, next.list));
    // The list comes before what says that it fits: a run that is killed leaves nothing that looks whole.
    renameSync(next.list, list);
    renameSync(next.pom, pom);
    return readFileSync(list, 'utf8');
  });
}

// With its version, so that Maven need not look for one: what it says without network is then the reason.
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:2.8';

/** Maven's own repository takes no parallel writers: under a lock. */
async function fetchJars(pom: string, list: string): Promise<void> {
  try {
    await runCommand('mvn', ['-B', '-q', '-f', pom, `${PLUGIN}:build-classpath`, `-Dmdep.outputFile=${list}`]);
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(
      `Maven could not fetch a test server's jars (behind a proxy or a mirror it needs ~/.m2/settings.xml): ${message}`,
      { cause },
    );
  }
}

function filesOf(jars: Jars): { folder: string; pom: string; list: string } {
  const folder = cacheFolder(...jars.folder);
  return { folder, pom: join(folder, 'pom.xml'), list: join(folder, 'classpath') };
}

function pomOf({ coordinates }: Jars): string {
  const dependencies = coordinates.map((jar) => {
    const [group, artifact, number] = jar.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${number}</version></dependency>`;
  });
  return `<project><modelVersion>4.0.0</modelVersion><groupId>t</groupId><artifactId>t</artifactId><version>1</version><packaging>pom</packaging><dependencies>
${dependencies.join('\n')}
</dependencies></project>
`;
}
