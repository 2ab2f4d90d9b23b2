/**
 * The monitoring server of the agent itself: `/metrics` on port 24231 also without a prometheus source, `/health/live`,
 * `/health/ready`. A port that is taken (by a configured prometheus source) is no error, so start it after the inputs.
 */
import { healthPages } from '../../pipeline/io/health.ts';
import { listenPages } from '../../pipeline/io/pages.ts';
import type { Logger } from '../../pipeline/plugin.ts';

const PORT = 24231;

export interface Monitoring {
  close(): Promise<void>;
}

/** What the server tells of; a reload puts another worker in its place. */
export interface Monitored {
  allMetricsText(): Promise<string>;
  running(): boolean;
}

/** Worker N listens on port + N. */
export async function startMonitoring(
  agent: () => Monitored,
  workerId: number,
  log: Logger,
): Promise<Monitoring | undefined> {
  const pages = {
    '/metrics': async () => ({ type: 'text/plain; version=0.0.4', body: await agent().allMetricsText() }),
    ...healthPages(() => agent().running()),
  };
  const onError = (path: string, error: unknown) => log.warn('a request could not be answered', { path, error });
  const port = PORT + workerId;
  try {
    return await listenPages({ bind: '0.0.0.0', port }, pages, { onError });
  } catch (error) {
    log.debug('no monitoring port of its own', { port, error });
    return undefined;
  }
}
