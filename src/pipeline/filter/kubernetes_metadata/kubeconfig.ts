/**
 * Access by a kubeconfig file, with everything such files may hold (exec plugins, OIDC, inline certificates): the work of
 * @kubernetes/client-node. Importing its configuration module takes 80 MiB RSS on top of Node's 40 (Node 26; its file
 * configuration pulls in undici and all API models), so it is imported only where a kubeconfig is used: never in a cluster.
 */
import type { RequestOptions } from 'node:https';
import { PluginConfigError } from '../../core/errors.ts';
import { type Access, apiBase } from './access.ts';

/** @throws PluginConfigError */
export async function kubeconfigAccess(file: string): Promise<Access> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    throw new PluginConfigError(`kubeconfig: cannot read '${file}': ${(error as Error).message}`);
  }
  const url = config.getCurrentCluster()?.server;
  if (url === undefined) throw new PluginConfigError(`kubeconfig: '${file}' has no current cluster`);
  return {
    url,
    base: apiBase(url),
    async options() {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      // The agent that the package makes for each call would keep no connection alive; its TLS options are in `options` too.
      const { agent: _agent, ...rest } = options;
      return rest;
    },
  };
}
