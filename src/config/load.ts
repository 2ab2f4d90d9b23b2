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

/** @throws when the file itself cannot be read; what is wrong inside is collected in `problems`. */
export async function loadConfig(file: string, embed: Embed, problems: Problems): Promise<Element> {
  const absolute = path.resolve(file);
  const text = diskFiles.read(absolute);
  if (/\.ya?ml$/.test(absolute)) {
    const { parseYamlConfig } = await import('./yaml.ts');
    return parseYamlConfig(text, absolute, { embed, files: diskFiles, problems });
  }
  return parseConfig(text, absolute, { embed, files: diskFiles, problems });
}
