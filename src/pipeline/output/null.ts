/** `@type null`: takes everything and forgets it. `never_flush` exists for Fluentd's own tests and is accepted. */
import { defineBufferedOutput } from '../plugin.ts';

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'null',
  buffering: 'with-section',
  doc: 'Drops every event. Put it where events are matched on purpose to go nowhere.',
  schema: {
    doc: 'Null output.',
    params: {
      never_flush: {
        type: 'bool',
        default: 'false',
        doc: 'Exists in Fluentd for its tests; no effect.',
        fluentd: 'ignored',
      },
    },
  },
  create: () => ({ renderer: () => () => '', write: async () => {} }),
});
