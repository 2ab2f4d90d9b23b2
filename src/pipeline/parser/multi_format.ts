/** `@type multi_format`: the first of several `<pattern>` parsers that matches. */
import { PluginConfigError } from '../core/errors.ts';
import type { LogEvent } from '../core/event.ts';
import { defineParser } from '../plugin.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'multi_format',
  doc: 'Tries several parsers in order.',
  schema: {
    doc: 'Multi format parser.',
    params: {},
    sections: { pattern: { doc: 'One parser.', params: {}, multi: true, anyParam: true, plugin: 'parser' } },
  },
  create(config, host) {
    const parsers = config.$element.children
      .filter((child) => child.name === 'pattern')
      .map((child) => host.parser(child));
    if (parsers.length === 0) throw new PluginConfigError("'<pattern>' is required in multi_format");
    return {
      type: 'multi_format',
      parse(line, emit) {
        for (const parser of parsers) {
          const found: LogEvent[] = [];
          try {
            parser.parse(line, (event) => {
              if (event !== undefined) found.push(event);
            });
          } catch {
            // A line that is broken for one pattern may fit the next.
            continue;
          }
          if (found.length > 0) {
            for (const event of found) emit(event);
            return;
          }
        }
        emit(undefined);
      },
    };
  },
});
