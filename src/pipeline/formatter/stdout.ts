/** `@type stdout`: `time tag: record as JSON`, for the stdout plugins. */
import { compileStrftime } from '../codec/time.ts';
import { toBytes } from '../core/value.ts';
import { defineFormatter } from '../plugin.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'stdout',
  doc: 'Writes time, tag and record for people.',
  schema: {
    doc: 'stdout formatter.',
    params: { output_type: { type: 'string', default: 'json', doc: 'Formatter of the record.', fluentd: 'only json' } },
  },
  create() {
    const strftime = compileStrftime('%Y-%m-%d %H:%M:%S.%N %z', {});
    return {
      type: 'stdout',
      format: (tag, event) => `${strftime(event.sec, event.nsec)} ${toBytes(tag)}: ${event.toJson()}\n`,
    };
  },
});
