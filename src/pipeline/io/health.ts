/** `/health/live` and `/health/ready`, for the probes of a container: on every port where metrics are. */
import type { Page, Pages } from './pages.ts';

export function healthPages(running: () => boolean): Pages {
  return { '/health/live': () => health(true), '/health/ready': () => health(running()) };
}

function health(ok: boolean): Page {
  return { status: ok ? 200 : 503, type: 'application/json', body: JSON.stringify({ ok }) };
}
