/** `@type stdout` filter: prints every event that passes and passes it on. */
import { fromBytes } from '../core/value.ts';
import { defineFilter } from '../plugin.ts';

export const plugin = defineFilter({
  kind: 'filter',
  type: 'stdout',
  doc: 'Prints events that pass by: for finding out what a filter sees.',
  schema: {
    doc: 'Stdout filter.',
    params: { output_type: { type: 'string', deprecated: 'use <format>', doc: 'Old spelling of the formatter.' } },
    sections: {
      format: { doc: 'How an event is printed; default `stdout`.', params: {}, anyParam: true, plugin: 'formatter' },
    },
  },
  create(_config, host) {
    const formatter = host.formatter(
      host.element.children.find((child) => child.name === 'format'),
      'stdout',
    );
    return {
      plan: (tag) => (stream) => {
        let text = '';
        for (const event of stream.events) {
          const line = formatter.format(tag, event);
          text += line.endsWith('\n') ? line : `${line}\n`;
        }
        host.print(fromBytes(text));
        return stream;
      },
    };
  },
});
