/** A log and metrics for tests that look at neither. */
const quiet = () => undefined;
const series = { inc: quiet, set: quiet, observe: quiet, init: quiet, remove: quiet, clear: quiet };

export const log = { level: 'error', trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet } as const;
export const metrics = {
  counter: () => series,
  gauge: () => series,
  summary: () => series,
  histogram: () => series,
  onCollect: quiet,
};
