/** Reads a configuration from disk: v1 syntax, or YAML by the file's ending. */
import fs from 'node:fs';
import path from 'node:path';
import type { Element } from './element.ts';
import { type ConfigFiles, parseConfig } from './parse.ts';
import type { Problems } from './problems.ts';
import type { Embed } from './scanner.ts';

export const diskFiles: ConfigFiles = {
  read: (file) => fs.readFileSync(file, 'utf8'),
  glob: (pattern) => {
    if (!/[*?[{]/.test(pattern)) return fs.existsSync(pattern) ? [pattern] : [];
    return fs.globSync(pattern).sort();
  },
};

export interface LoadOptions {
  /** `yaml` whatever the file's ending is. */
  readonly type?: 'guess' | 'yaml';
  /** As TextDecoder names it. */
  readonly encoding?: string;
  /** Text that is put behind the file's own (v1 syntax only, as in Fluentd); `\n` in it is a line end. */
  readonly inline?: string | undefined;
}

/** @throws when the file itself cannot be read; what is wrong inside is collected in `problems`. */
export async function loadConfig(
  file: string,
  embed: Embed,
  problems: Problems,
  { type = 'guess', encoding = 'utf-8', inline }: LoadOptions = {},
): Promise<Element> {
  const absolute = path.resolve(file);
  if (type === 'yaml' || /\.ya?ml$/.test(absolute)) {
    const { parseYamlConfig } = await import('./yaml.ts');
    return parseYamlConfig(diskFiles.read(absolute), absolute, { embed, files: diskFiles, problems });
  }
  const own = new TextDecoder(encoding, { ignoreBOM: true }).decode(fs.readFileSync(absolute));
  const text = inline === undefined ? own : `${own}\n${inline.replaceAll('\\n', '\n')}`;
  return parseConfig(text, absolute, { embed, files: diskFiles, problems });
}
