/** `<client>` of servers: who may connect, by address, host name or network. */
import dns from 'node:dns/promises';
import net from 'node:net';
import { PluginConfigError } from '../core/errors.ts';

export interface ClientSpec {
  readonly host: string | undefined;
  readonly network: string | undefined;
}

export const CLIENT_PARAMS = {
  host: { type: 'string', doc: 'Address or host name of the client.' },
  network: { type: 'string', doc: 'Network of the client: 10.0.0.0/8.' },
} as const;

/** Problems that can be told without looking names up. */
export function checkClients(clients: readonly ClientSpec[]): void {
  for (const { host, network } of clients) {
    if (host !== undefined && network !== undefined)
      throw new PluginConfigError("both of 'host' and 'network' are specified for client");
    if (host === undefined && network === undefined)
      throw new PluginConfigError("Either of 'host' and 'network' must be specified for client");
    if (network !== undefined) subnet(network);
  }
}

/** Clients with their addresses, in the order of the configuration. @throws PluginConfigError for a name without address */
export async function resolveClients<C extends ClientSpec>(
  clients: readonly C[],
): Promise<readonly { readonly client: C; includes(address: string): boolean }[]> {
  return Promise.all(
    clients.map(async (client) => {
      const list = new net.BlockList();
      const [address, prefix] =
        client.network !== undefined ? subnet(client.network) : [await lookup(client.host!), undefined];
      const family = net.isIPv6(address) ? 'ipv6' : 'ipv4';
      if (prefix === undefined) list.addAddress(address, family);
      else list.addSubnet(address, prefix, family);
      return { client, includes: (other: string) => list.check(other, net.isIPv6(other) ? 'ipv6' : 'ipv4') };
    }),
  );
}

function subnet(text: string): [string, number | undefined] {
  const [address = '', bits] = text.split('/');
  const most = net.isIPv6(address) ? 128 : 32;
  const prefix = bits === undefined ? undefined : Number(bits);
  if (!net.isIP(address) || (prefix !== undefined && !(Number.isInteger(prefix) && prefix >= 0 && prefix <= most)))
    throw new PluginConfigError(`network '${text}' address format is invalid`);
  return [address, prefix];
}

async function lookup(host: string): Promise<string> {
  try {
    return (await dns.lookup(host)).address;
  } catch {
    throw new PluginConfigError(`host '${host}' cannot be resolved`);
  }
}
