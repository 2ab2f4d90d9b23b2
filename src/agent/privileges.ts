/** `--user`, `--group`, `--umask`: what the process may do from then on. Names or numbers. */
import type nodeProcess from 'node:process';

export interface Privileges {
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly umask: number | undefined;
}

type Process = Pick<typeof nodeProcess, 'umask' | 'setgid' | 'setuid' | 'getgid'> & {
  /** In Node since long, not in its types. */
  initgroups?(user: string | number, extraGroup: string | number): void;
};

/** @throws where the user or group does not exist, or may not be changed to */
export function changePrivileges(process: Process, { user, group, umask }: Privileges): void {
  if (umask !== undefined) process.umask(umask);
  if (group !== undefined) process.setgid?.(idOrName(group));
  if (user === undefined) return;
  // The user's own groups, as `id -G` lists them; only while the process may still set them.
  process.initgroups?.(idOrName(user), process.getgid?.() ?? 0);
  process.setuid?.(idOrName(user));
}

function idOrName(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}
