/**
 * A folder of configurations that people run: `configs/*.conf` and `manifest.jsonl` with Fluentd's verdict on each. The folder is
 * not part of the project (its files belong to their authors): it is given as an argument or by SLUICE_REALWORLD.
 */
import fs from 'node:fs';
import path from 'node:path';

export interface Entry {
  readonly id: string;
  readonly file: string;
  /** Has an Elasticsearch output. */
  readonly es: boolean;
  readonly accepted: boolean;
  /** `kind:type` of plugins that are no part of a usual image. */
  readonly stubbed: readonly string[];
  readonly error: string;
}

/** The folder, or undefined after saying in one line that there is none. */
export function folderOf(what: string): string | undefined {
  const given = process.argv.slice(2).find((arg) => !arg.startsWith('-')) ?? process.env['SLUICE_REALWORLD'];
  if (given !== undefined && fs.existsSync(path.join(given, 'manifest.jsonl'))) return given;
  console.log(`${what}: left out, no folder of real configurations (argument or SLUICE_REALWORLD)`);
  return undefined;
}

export function readManifest(folder: string): Entry[] {
  return fs
    .readFileSync(path.join(folder, 'manifest.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      const id = String(entry['id']);
      return {
        id,
        file: path.join(folder, 'configs', `${id}.conf`),
        es: entry['es'] === true,
        accepted: entry['fluentd_accepts'] === true,
        stubbed: (entry['stubbed'] ?? []) as string[],
        error: String(entry['error'] ?? ''),
      };
    })
    .filter((entry) => fs.existsSync(entry.file));
}

/** What a variable of this name may plausibly hold. */
const PLAUSIBLE: readonly [RegExp, string][] = [
  [/^KUBERNETES_SERVICE_HOST$/, '127.0.0.1'],
  [/^KUBERNETES_SERVICE_PORT$/, '443'],
  [/PORT$/, '9200'],
  [/SCHEME$|PROTOCOL$/, 'http'],
  [/(LOG_?LEVEL)$/, 'info'],
  [/REGEX(?:P)?$/, '/nothing/'],
  [/(?:_SIZE|_LIMIT|CHUNK.*)$/, '8m'],
  [/(?:INTERVAL|TIMEOUT|WAIT|_TTL)$/, '5s'],
  [/(?:COUNT|THREADS|LENGTH|_DAYS|_SIZE)$/, '4'],
  [/(?:VERIFY|FOREVER|FORMAT|WATCH|WATCHER|ENABLE.*|SSL|TLS|OVERWRITE|_HEAD)$/, 'true'],
  [/URL$|URI$|ENDPOINT$/, 'http://127.0.0.1:9200'],
  [/HOST$/, 'localhost'],
  [/(?:PATH|FILE|CERT|KEY|CA)$/, '/tmp/plausible'],
  [/REGION$/, 'eu-central-1'],
];

/**
 * Values for the variables without which a configuration means nothing: those it fetches without a default, and those whose empty
 * value is an error. Others stay unset, as in a cluster where nobody set them.
 */
export function plausibleEnvironment(text: string, only: 'fetched' | 'all'): Record<string, string> {
  const env: Record<string, string> = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
  // With a default behind it a variable needs no value.
  const pattern =
    only === 'fetched'
      ? /ENV\.fetch\(\s*['"](\w+)['"]\s*\)/g
      : /ENV(?:\.fetch\(\s*['"](\w+)['"]\s*\)|\[\s*['"](\w+)['"]\s*\](?!\s*\|\|))/g;
  for (const [, a, b] of text.matchAll(pattern)) {
    const name = (a ?? b)!;
    env[name] ??= PLAUSIBLE.find(([regexp]) => regexp.test(name))?.[1] ?? 'plausible';
  }
  return env;
}
