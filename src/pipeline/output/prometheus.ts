/** `@type prometheus` output: metrics that records move; the records end here. */
import { LRUCache } from 'lru-cache';
import { defineOutput } from '../plugin.ts';
import { type Instrument, Instruments } from '../prometheus/instruments.ts';
import { LABELS, METRIC } from '../prometheus/schema.ts';

/** Tags whose labels stay compiled. */
const MAX_TAGS = 4096;

export const plugin = defineOutput({
  kind: 'output',
  type: 'prometheus',
  buffering: 'none',
  doc: 'Counts records in Prometheus metrics and drops them.',
  schema: { doc: 'Prometheus output.', params: {}, sections: { labels: LABELS, metric: METRIC } },
  create(config, host) {
    const instruments = new Instruments(config.$element, host);
    const plans = new LRUCache<string, Instrument>({ max: MAX_TAGS, memoMethod: (tag) => instruments.plan(tag) });
    return {
      emit: (stream) => plans.memo(stream.tag)(stream),
      start: () => instruments.start(),
      stop: () => instruments.stop(),
    };
  },
});
