/** `sluice view`: serves page and API. */
import type { Command, CommandContext } from '../../agent/commands/command.ts';
import { type Access as ApiAccess, apiUrl, FileAccess } from '../../pipeline/filter/kubernetes_metadata/access.ts';
import { kubeconfigAccess } from '../../pipeline/filter/kubernetes_metadata/kubeconfig.ts';
import { realPorts } from '../../pipeline/io/ports.ts';
import { type Access, isLoopback, LocalAccess, OpenAccess } from '../access/access.ts';
import { KubernetesAccess } from '../access/kubernetes.ts';
import { PROXY_HEADERS, ProxyAccess } from '../access/proxy.ts';
import { Reviews } from '../access/reviews.ts';
import { startServer } from '../http/server.ts';
import { DEFAULT_RULES } from '../jobs/default-rules.ts';
import {
  CLUSTER_FLAGS,
  type Flags,
  type FlagTable,
  flagsHelp,
  openViewer,
  readFlags,
  readText,
  UsageError,
} from './flags.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const FLAGS: FlagTable = {
  listen: {
    type: 'string',
    value: 'ADDR:PORT',
    variable: 'SLUICE_LISTEN',
    doc: 'address to serve (default 127.0.0.1:24280)',
  },
  access: {
    ...{ type: 'string', value: 'MODE', variable: 'SLUICE_ACCESS' },
    doc: 'needed beyond 127.0.0.1: kubernetes (tokens), proxy (headers of an authenticating proxy), open (everybody)',
  },
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    variable: 'SLUICE_KUBECONFIG',
    doc: 'API server to ask (default: of this cluster)',
  },
  audience: {
    type: 'string',
    value: 'NAMES',
    variable: 'SLUICE_AUDIENCE',
    doc: 'audiences that tokens must be made for, by comma',
  },
  'proxy-secret-file': {
    type: 'string',
    value: 'FILE',
    variable: 'SLUICE_PROXY_SECRET_FILE',
    doc: `what the proxy sends as ${PROXY_HEADERS.secret}`,
  },
  'proxy-user-header': { type: 'string', value: 'NAME', doc: `header with the user (default ${PROXY_HEADERS.user})` },
  'proxy-groups-header': {
    type: 'string',
    value: 'NAME',
    doc: `header with the groups, by comma (default ${PROXY_HEADERS.groups})`,
  },
  'print-rules': { type: 'boolean', doc: 'print the built-in rules and exit' },
  ...CLUSTER_FLAGS,
};

export const view: Command = {
  usage: '[--listen 127.0.0.1:PORT] [--elasticsearch URL] [--prefix feature_]',
  doc: `Shows the logs of jobs: a web page and an API (/api/v1/openapi.json).\n\n${flagsHelp(FLAGS)}`,
  run: runView,
};

async function runView(context: CommandContext): Promise<number> {
  try {
    const flags = readFlags(FLAGS, context);
    if (flags.has('print-rules')) {
      context.print(DEFAULT_RULES);
      return 0;
    }
    const { host, port } = listenAddress(flags.text('listen') ?? '127.0.0.1:24280');
    const access = await accessOf(flags, host, context.env);
    const viewer = openViewer(flags, context.printError);
    const { VERSION } = await import('../../agent/version.ts');
    const log = (message: string) => context.printError(`${new Date().toISOString()} ${message}\n`);
    const server = await startServer({ viewer, access, version: VERSION, log }, host, port);
    const shown = isLoopback(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
    context.print(`sluice viewer is ready at http://${shown}:${server.port}/\n`);
    if (!context.signal.aborted)
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
    await server.close();
    viewer.cluster.client.close();
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      context.printError(`sluice view: ${error.message}\n`);
      return 2;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    context.printError(`sluice view: ${code === 'EADDRINUSE' ? 'the address is in use' : message}\n`);
    return 1;
  }
}

function listenAddress(text: string): { host: string; port: number } {
  const match = /^(?:(\[[\da-f:]+\]|[^:]*):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) throw new UsageError(`--listen '${text}' is not ADDRESS:PORT`);
  return { host: (match[1] || '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

async function accessOf(flags: Flags, host: string, env: CommandContext['env']): Promise<Access> {
  const mode = flags.text('access');
  if (mode === undefined) {
    if (isLoopback(host)) return new LocalAccess();
    throw new UsageError(
      `--listen ${host} can be reached from elsewhere: say who may read with --access kubernetes, proxy or open`,
    );
  }
  if (mode === 'open') return new OpenAccess();
  if (mode !== 'kubernetes' && mode !== 'proxy')
    throw new UsageError(`--access '${mode}' is none of kubernetes, proxy, open`);
  const audiences = (flags.text('audience') ?? '').split(',').filter(Boolean);
  const reviews = new Reviews(await apiAccess(flags, env), audiences);
  if (mode === 'kubernetes') return new KubernetesAccess(reviews);
  const file = flags.text('proxy-secret-file');
  if (file === undefined) throw new UsageError('--access proxy needs --proxy-secret-file');
  if (readText(file).trim().length < 16) throw new UsageError(`${file}: the secret must have 16 characters at least`);
  return new ProxyAccess(reviews, () => readText(file).trim(), {
    secret: PROXY_HEADERS.secret,
    user: flags.text('proxy-user-header') ?? PROXY_HEADERS.user,
    groups: flags.text('proxy-groups-header') ?? PROXY_HEADERS.groups,
  });
}

async function apiAccess(flags: Flags, env: CommandContext['env']): Promise<ApiAccess> {
  const file = flags.text('kubeconfig');
  if (file !== undefined) return kubeconfigAccess(file);
  const url = apiUrl(undefined, env);
  if (url === undefined) throw new UsageError('this is no pod of a cluster: give --kubeconfig');
  return new FileAccess(
    url,
    {
      ...{ client_cert: undefined, client_key: undefined, ca_file: undefined, bearer_token_file: undefined },
      ...{ secret_dir: SERVICE_ACCOUNT, verify_ssl: true, ssl_partial_chain: false },
    },
    realPorts.fs,
  );
}
