/** What commands share that read a configuration without running it: words of the command line, the file, its plugins. */
import os from 'node:os';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { modernise } from '../../config/compat.ts';
import type { Element } from '../../config/element.ts';
import { loadConfig } from '../../config/load.ts';
import { Problems, problemText } from '../../config/problems.ts';
import { Secrets } from '../../config/secrets.ts';
import { createEmbed } from '../../ruby/embedded.ts';
import { DEFAULT_CONFIG } from '../cli.ts';
import { collectSecrets } from '../masked.ts';
import { preload } from '../preload.ts';
import { Loaded } from '../registry.ts';
import { type SystemConfig, systemConfig } from '../system.ts';
import type { CommandContext } from './command.ts';

/** Wrong words: exit code 2. */
export class UsageError extends Error {}

export interface Words {
  readonly words: readonly string[];
  text(name: string): string | undefined;
  has(name: string): boolean;
}

/** @throws UsageError */
export function readWords(context: CommandContext, options: ParseArgsOptionsConfig): Words {
  try {
    const { values, positionals } = parseArgs({ args: [...context.args], options, allowPositionals: true });
    return {
      words: positionals,
      text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
      has: (name) => values[name] === true,
    };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export function configFile(words: Words, context: CommandContext): string {
  return words.text('config') ?? context.env['FLUENTD_CONF'] ?? DEFAULT_CONFIG;
}

export interface Configuration {
  readonly root: Element;
  readonly problems: Problems;
  readonly system: SystemConfig;
  readonly loaded: Loaded;
  readonly secrets: Secrets;
}

/** Reads a configuration as the agent does. @throws where the file cannot be read */
export async function readConfiguration(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
  loaded = new Loaded(),
): Promise<Configuration> {
  const problems = new Problems();
  const embed = createEmbed({ env, hostname: os.hostname(), workerId: 0 });
  const root = modernise(await loadConfig(file, embed, problems), problems);
  const system = systemConfig(root, problems);
  await preload(root, loaded);
  const secrets = new Secrets();
  collectSecrets(root, loaded, secrets);
  problems.hide((text) => secrets.redact(text));
  return { root, problems, system, loaded, secrets };
}

/** Runs a command's work: wrong words are exit code 2, anything else that fails 1, with a message either way. */
export async function guarded(name: string, context: CommandContext, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    context.printError(`sluice ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Prints the errors of a configuration; true where there are some. */
export function printErrors(problems: Problems, context: CommandContext): boolean {
  for (const problem of problems.errors) context.printError(`config error ${problemText(problem)}\n`);
  return problems.errors.length > 0;
}
