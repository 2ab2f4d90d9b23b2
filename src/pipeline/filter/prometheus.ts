/** `@type prometheus` filter: metrics that records move; the records pass unchanged. */
import { defineFilter } from '../plugin.ts';
import { Instruments } from '../prometheus/instruments.ts';
import { LABELS, METRIC } from '../prometheus/schema.ts';

export const plugin = defineFilter({
  kind: 'filter',
  type: 'prometheus',
  doc: 'Counts records in Prometheus metrics.',
  schema: { doc: 'Prometheus filter.', params: {}, sections: { labels: LABELS, metric: METRIC } },
  create(config, host) {
    const instruments = new Instruments(config.$element, host);
    return {
      plan(tag) {
        const instrument = instruments.plan(tag);
        return (stream) => {
          instrument(stream);
          return stream;
        };
      },
      start: () => instruments.start(),
      stop: () => instruments.stop(),
    };
  },
});
