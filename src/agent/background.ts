/** `-d PIDFILE`: the same command again as a process in the background. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';

/** Set for the process in the background, which must not go there again. */
export const IN_BACKGROUND = 'SLUICE_IN_BACKGROUND';

/** Its process id stands in the file when this returns. */
export function startInBackground(pidFile: string, process: NodeJS.Process): void {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, [IN_BACKGROUND]: '1' },
  });
  if (child.pid === undefined) throw new Error('the process in the background could not be started');
  fs.writeFileSync(pidFile, `${child.pid}\n`);
  child.unref();
}
