import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** True when a command can be run by its name. */
export function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
