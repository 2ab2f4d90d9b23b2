import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Jdk {
  readonly java: string;
  readonly major: number;
}

const JVM_FOLDERS = ['/usr/lib/jvm', '/opt/java', '/usr/java', '/Library/Java/JavaVirtualMachines'];

/** The newest Java development kit of this machine: the one of PATH is often too old for Elasticsearch 9. */
export function newestJdk(): Jdk | undefined {
  const folders = [...JVM_FOLDERS, join(homedir(), '.sdkman', 'candidates', 'java')];
  const homes = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .flatMap((home) => [home, join(home, 'Contents', 'Home')]);
  if (process.env.JAVA_HOME) homes.push(process.env.JAVA_HOME);
  const found = homes.map(jdkAt).filter((jdk) => jdk !== undefined);
  return found.sort((a, b) => b.major - a.major)[0];
}

function jdkAt(home: string): Jdk | undefined {
  const java = join(home, 'bin', 'java');
  // A runtime without compiler cannot launch Server.java from source.
  if (!existsSync(java) || !existsSync(join(home, 'bin', 'javac'))) return undefined;
  const release = join(home, 'release');
  const text = existsSync(release) ? readFileSync(release, 'utf8') : '';
  const major = Number(/^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(text)?.[1] ?? 0);
  return { java, major };
}
