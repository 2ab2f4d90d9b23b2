/**
 * Where the command line reads: from the cluster itself, or through a viewer. Both run the same operations of the API: with a cluster, the server
 * of the API listens on a free port of 127.0.0.1 for as long as the command runs, so that there is one code path and one text.
 */
import type { CommandContext } from '../../agent/commands/command.ts';
import { LocalAccess } from '../access/access.ts';
import { startServer } from '../http/server.ts';
import { CLUSTER_FLAGS, type Flags, type FlagTable, openViewer, readText, UsageError } from './flags.ts';
import { ServerClient } from './server-client.ts';

export const BACKEND_FLAGS: FlagTable = {
  server: {
    type: 'string',
    value: 'URL',
    variable: 'SLUICE_SERVER',
    doc: 'read through this viewer instead of the cluster',
  },
  'token-file': { type: 'string', value: 'FILE', variable: 'SLUICE_TOKEN_FILE', doc: 'bearer token for --server' },
  kubeconfig: { type: 'string', value: 'FILE', doc: 'take the bearer token for --server from this kubeconfig’s user' },
  ...CLUSTER_FLAGS,
};

export interface Backend {
  readonly client: ServerClient;
  close(): Promise<void>;
}

/** @throws UsageError */
export async function openBackend(flags: Flags, context: CommandContext): Promise<Backend> {
  const url = flags.text('server');
  if (url !== undefined) {
    if (!URL.canParse(url)) throw new UsageError(`--server '${url}' is not a URL`);
    return {
      client: new ServerClient(url, await tokenSource(flags), flags.text('prefix')),
      close: async () => undefined,
    };
  }
  const viewer = openViewer(flags, context.printError);
  const log = (message: string) => context.printError(`${message}\n`);
  const server = await startServer({ viewer, access: new LocalAccess(), version: '', log }, '127.0.0.1', 0);
  return {
    client: new ServerClient(`http://127.0.0.1:${server.port}`, () => undefined),
    async close() {
      await server.close();
      viewer.cluster.client.close();
    },
  };
}

async function tokenSource(flags: Flags): Promise<() => string | undefined> {
  const tokenFile = flags.text('token-file');
  if (tokenFile !== undefined) return () => readText(tokenFile).trim();
  const kubeconfig = flags.text('kubeconfig');
  if (kubeconfig === undefined) return () => undefined;
  const { kubeconfigAccess } = await import('../../pipeline/filter/kubernetes_metadata/kubeconfig.ts');
  const { headers } = await (await kubeconfigAccess(kubeconfig)).options();
  const given = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const token = /^Bearer (.+)$/.exec(String(given))?.[1];
  if (token === undefined) throw new UsageError(`${kubeconfig}: its user has no bearer token`);
  return () => token;
}
