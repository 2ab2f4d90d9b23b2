/** `@type multi_format`: the first of several `<pattern>` parsers that matches. */
import { defineParser } from '../plugin.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'multi_format',
  doc: 'Tries several parsers in order.',
  schema: {
    doc: 'Multi format parser.',
    params: { format_key: { type: 'string', doc: 'Field that takes the `format_name` of the pattern that matched.' } },
    sections: { pattern: { doc: 'One parser.', params: {}, multi: true, anyParam: true, plugin: 'parser' } },
  },
  create(config, host) {
    const patterns = config.$element.children.filter((child) => child.name === 'pattern');
    if (patterns.length === 0) host.log.warn('multi_format without <pattern>: no line will match');
    const parsers = patterns.map((pattern) => {
      const params = [...pattern.params].filter(([name]) => name !== 'format_name');
      return { parser: host.parser(pattern.copy({ params })), name: pattern.text('format_name') ?? null };
    });
    const { format_key: key } = config;
    return {
      type: 'multi_format',
      parse(line, emit) {
        for (const { parser, name } of parsers) {
          let matched = false;
          try {
            parser.parse(line, (event) => {
              if (event === undefined) return;
              matched = true;
              if (key !== undefined) event.set(key, name);
              emit(event);
            });
          } catch (error) {
            // A line that is broken for one pattern may fit the next.
            if (matched) throw error;
          }
          if (matched) return;
        }
        emit(undefined);
      },
      whole(value, emit) {
        const taker = parsers.find(({ parser }) => parser.whole !== undefined);
        if (taker === undefined) return emit(undefined);
        taker.parser.whole!(value, (event) => {
          if (key !== undefined) event?.set(key, taker.name);
          emit(event);
        });
      },
    };
  },
});
