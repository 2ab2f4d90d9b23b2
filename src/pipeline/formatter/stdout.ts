/** `@type stdout`: `time tag: record`, for the stdout plugins; the record by the formatter `output_type`. */
import { compileStrftime } from '../codec/time.ts';
import { toBytes } from '../core/value.ts';
import { defineFormatter } from '../plugin.ts';

export const plugin = defineFormatter({
  kind: 'formatter',
  type: 'stdout',
  doc: 'Writes time, tag and record for people.',
  schema: {
    doc: 'stdout formatter. Other parameters are those of the formatter `output_type`.',
    params: {
      output_type: { type: 'string', default: 'json', doc: 'Formatter of the record.' },
      time_format: { type: 'string', default: '%Y-%m-%d %H:%M:%S.%N %z', doc: 'strftime of the time, in local time.' },
    },
    anyParam: true,
  },
  create(config, host) {
    const strftime = compileStrftime(config.time_format, {});
    const own = ['@type', 'type', 'output_type', 'time_format'];
    const rest = [...host.element.params].filter(([name]) => !own.includes(name));
    const inner = host.formatter(host.element.copy({ params: rest }).withParam('@type', config.output_type));
    return {
      type: 'stdout',
      format(tag, event) {
        const record = inner.format(tag, event);
        return `${strftime(event.sec, event.nsec)} ${toBytes(tag)}: ${record.replace(/\r?\n$/, '')}\n`;
      },
    };
  },
});
