/** Flags and environment variables that `view`, `logs` and `jobs` share; a flag comes before its variable. */
import fs from 'node:fs';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { CommandContext } from '../../agent/commands/command.ts';
import { Problems, problemText } from '../../config/problems.ts';
import { ClusterClient, clusterAddress } from '../cluster/client.ts';
import { Cluster, PREFIX } from '../cluster/index.ts';
import { DEFAULT_RULES } from '../jobs/default-rules.ts';
import { parseRules } from '../jobs/rules.ts';
import { Viewer } from '../viewer.ts';

export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Name of the value in the help. */
  readonly value?: string;
  readonly variable?: string;
  readonly doc: string;
}

export type FlagTable = Readonly<Record<string, Flag>>;

export const CLUSTER_FLAGS: FlagTable = {
  elasticsearch: {
    ...{ type: 'string', value: 'URL', variable: 'SLUICE_ELASTICSEARCH' },
    doc: 'the cluster; several by comma (default http://127.0.0.1:9200)',
  },
  prefix: {
    ...{ type: 'string', value: 'PREFIX', variable: 'SLUICE_PREFIX' },
    doc: 'what the names of the indices begin with; several by comma (default feature_)',
  },
  'api-key-file': {
    type: 'string',
    value: 'FILE',
    variable: 'SLUICE_API_KEY_FILE',
    doc: 'file with an API key of the cluster',
  },
  'ca-file': { type: 'string', value: 'FILE', variable: 'SLUICE_CA_FILE', doc: 'certificate authority of the cluster' },
  insecure: { type: 'boolean', doc: 'do not check the cluster’s certificate' },
  rules: {
    type: 'string',
    value: 'FILE',
    variable: 'SLUICE_RULES',
    doc: 'rules that make jobs of containers (default: built in)',
  },
};

export class UsageError extends Error {}

export interface Flags {
  text(name: string): string | undefined;
  has(name: string): boolean;
  readonly words: readonly string[];
}

/** @throws UsageError */
export function readFlags(table: FlagTable, { args, env }: Pick<CommandContext, 'args' | 'env'>): Flags {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, { type, short }] of Object.entries(table))
    options[name] = { type, ...(short === undefined ? {} : { short }) };
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return {
    words: parsed.positionals,
    has: (name) => parsed.values[name] === true,
    text(name) {
      const value = parsed.values[name];
      if (typeof value === 'string') return value;
      const variable = table[name]?.variable;
      return (variable === undefined ? undefined : env[variable]) || undefined;
    },
  };
}

/** @throws UsageError */
export function outputOf(flags: Flags): 'text' | 'json' {
  const output = flags.text('output') ?? 'text';
  if (output !== 'text' && output !== 'json') throw new UsageError(`-o '${output}' is none of text, json`);
  return output;
}

export function flagsHelp(table: FlagTable): string {
  const lines = Object.entries(table).map(([name, { short, value, variable, doc }]) => {
    const left = `  ${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return `${left.padEnd(30)} ${doc}${variable === undefined ? '' : ` [${variable}]`}`;
  });
  return lines.join('\n');
}

/** @throws UsageError with all that is wrong, each with its place */
export function openViewer(flags: Flags, warn: (text: string) => void): Viewer {
  const problems = new Problems();
  const file = flags.text('rules');
  const place = parseRules(file === undefined ? DEFAULT_RULES : readText(file), file ?? 'default rules', problems);
  for (const problem of problems.warnings) warn(`${problemText(problem)}\n`);
  if (problems.errors.length > 0) throw new UsageError(problems.errors.map(problemText).join('\n'));
  const keyFile = flags.text('api-key-file');
  const caFile = flags.text('ca-file');
  let address: ReturnType<typeof clusterAddress>;
  try {
    address = clusterAddress(flags.text('elasticsearch') ?? 'http://127.0.0.1:9200', {
      verify: !flags.has('insecure'),
      ...(keyFile === undefined ? {} : { apiKey: readText(keyFile).trim() }),
      ...(caFile === undefined ? {} : { caFile }),
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError('--elasticsearch is not a URL');
  }
  const prefixes = (flags.text('prefix') ?? 'feature_').split(',').map((prefix) => prefix.trim());
  for (const prefix of prefixes)
    if (!PREFIX.test(prefix)) throw new UsageError(`--prefix '${prefix}' cannot begin the name of an index`);
  const cluster = new Cluster(new ClusterClient(address), prefixes);
  return new Viewer(cluster, place);
}

/** @throws UsageError */
export function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
