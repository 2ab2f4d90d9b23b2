/**
 * The monitoring server of the agent itself: `/metrics` on port 24231 also without a prometheus source, `/health/live`,
 * `/health/ready`. A port that is taken (by a configured prometheus source) is no error.
 */
import http from 'node:http';
import type { AgentView, Logger } from '../../pipeline/plugin.ts';

const PORT = 24231;

export interface Monitoring {
  close(): Promise<void>;
}

export async function startMonitoring(agent: () => AgentView, log: Logger): Promise<Monitoring | undefined> {
  const server = http.createServer((request, response) => {
    answer(request.url ?? '/', agent(), response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', (error) => {
      log.debug('no monitoring port of its own', { port: PORT, error });
      resolve(false);
    });
    server.listen(PORT, '0.0.0.0', () => resolve(true));
  });
  if (!listening) return undefined;
  server.unref();
  return {
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(url: string, agent: AgentView, response: http.ServerResponse): Promise<void> {
  const path = url.split('?')[0];
  if (path === '/metrics') {
    response
      .writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
      .end(await agent.metricsText());
  } else if (path === '/health/live' || path === '/health/ready') {
    const ready = path === '/health/live' || agent.plugins().length > 0;
    response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: ready }));
  } else response.writeHead(404).end();
}
