/** `@type stdout`: prints events on the own log's stream. Buffered only where a `<buffer>` section says so. */
import { compileInject, INJECT } from '../codec/inject.ts';
import { defineBufferedOutput } from '../plugin.ts';

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'stdout',
  buffering: 'with-section',
  bufferDefaults: { $arg: 'tag', flush_at_shutdown: 'true', chunk_limit_size: '10240' },
  doc: 'Prints events: for trying out a configuration.',
  schema: {
    doc: 'Stdout output.',
    params: {
      output_type: { type: 'string', deprecated: 'use <format>', doc: 'Old spelling of the formatter.' },
      use_logger: { type: 'bool', default: 'true', doc: 'Print through the log stream (true) or straight to stdout.' },
    },
    sections: {
      format: { doc: 'How an event is printed; default `stdout`.', params: {}, anyParam: true, plugin: 'formatter' },
      inject: INJECT,
    },
  },
  create(config, host) {
    const formatter = host.formatter(host.element.child('format'), 'stdout');
    const inject = compileInject(config.$sections.inject[0], host.workerId);
    return {
      renderer(tag) {
        const add = inject?.(tag);
        return (event) => {
          const text = formatter.format(tag, add === undefined ? event : add(event));
          return text.endsWith('\n') ? text : `${text}\n`;
        };
      },
      async write(chunk) {
        host.print(chunk.read().toString('utf8'));
      },
    };
  },
});
