/** The agent as the image has it (image/compile): it is what runs on nodes. Compiled once for all runs. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
let command: string | undefined;

/** Path of the command. Always at the same place, so that V8's code cache holds, as in the image. */
export function compiledAgent(): string {
  command ??= compile();
  return command;
}

function compile(): string {
  const modules = path.join(root, 'node_modules');
  const app = path.join(modules, '.cache', 'compiled-agent');
  fs.rmSync(app, { recursive: true, force: true });
  execFileSync(path.join(root, 'image', 'compile'), [app], { stdio: 'inherit' });
  fs.symlinkSync(modules, path.join(app, 'node_modules'));
  return path.join(app, 'bin', 'sluice');
}
