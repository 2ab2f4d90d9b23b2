/** Client libraries that few need: optional dependencies, which the default image leaves out. */
import { createRequire } from 'node:module';
import { PluginConfigError } from '../core/errors.ts';

const { resolve } = createRequire(import.meta.url);

/** Tells at once, without loading any code, what must be installed. @throws PluginConfigError */
export function needPackages(type: string, names: readonly string[]): void {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  throw new PluginConfigError(
    `output ${type} needs ${missing.join(' and ')}, which is not installed: build the image with \`--build-arg CLIENTS=include\`, ` +
      `or run \`npm install ${missing.join(' ')}\` where sluice is installed`,
  );
}

function isInstalled(name: string): boolean {
  try {
    resolve(name);
    return true;
  } catch {
    return false;
  }
}
