/** `@type stdout` filter: prints every event that passes and passes it on. */
import { compileInject, INJECT } from '../codec/inject.ts';
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
      inject: INJECT,
    },
  },
  create(config, host) {
    const formatter = host.formatter(host.element.child('format'), 'stdout');
    const inject = compileInject(config.$sections.inject[0], host.workerId);
    return {
      wholeStreams: true,
      plan(tag) {
        const add = inject?.(tag);
        return (stream) => {
          let text = '';
          for (const event of stream.events) text += formatter.format(tag, add === undefined ? event : add(event));
          host.print(fromBytes(text));
          return stream;
        };
      },
    };
  },
});
