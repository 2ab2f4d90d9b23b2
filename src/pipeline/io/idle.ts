import type { Agent } from 'node:http';

/**
 * Closes connections that are kept and not in use. After a failure they may lead to an address that the host's name no longer has, or to a machine that
 * is gone, and requests would fail on one after the other; the next request looks the name up and connects anew.
 */
export function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}
