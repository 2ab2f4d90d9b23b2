/** `@type multiline`: a record over several lines; `format_firstline` tells where it begins, `format1` … are joined to one regexp. */
import { compileRegexp } from '../../ruby/regexp.ts';
import { PluginConfigError } from '../core/errors.ts';
import { fromBytes } from '../core/value.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, finisher } from './common.ts';
import { compileMatcher } from './regexp-match.ts';

const MAX_FORMATS = 20;

export const plugin = defineParser({
  kind: 'parser',
  type: 'multiline',
  doc: 'Parses records that span lines.',
  schema: {
    doc: 'Multiline parser.',
    params: {
      ...COMMON,
      format_firstline: { type: 'string', doc: 'Regexp of a record’s first line.' },
      unmatched_lines: { type: 'bool', doc: 'Emit lines before the first first line.' },
      ...(Object.fromEntries(
        Array.from({ length: MAX_FORMATS }, (_, i) => [
          `format${i + 1}`,
          { type: 'string', doc: 'Part of the regexp.' },
        ]),
      ) as Record<string, { type: 'string'; doc: string }>),
    },
  },
  create(config) {
    const parts = Array.from({ length: MAX_FORMATS }, (_, i) => config.$element.text(`format${i + 1}`)).filter(
      (part) => part !== undefined,
    );
    if (parts.length === 0) throw new PluginConfigError('No format1 to formatN specified in multiline parser');
    const match = compileMatcher(compileRegexp(parts.map(inner).join(''), 'm'));
    const first = config.format_firstline === undefined ? undefined : compileRegexp(inner(config.format_firstline));
    const finish = finisher(config);
    return {
      type: 'multiline',
      parse(line, emit) {
        const event = match(line);
        emit(event !== undefined && finish(event) ? event : undefined);
      },
      ...(first === undefined ? {} : { firstLine: (line: string) => first.test(fromBytes(line)) }),
    };
  },
});

function inner(text: string): string {
  const literal = /^\/(.*)\/$/s.exec(text);
  if (literal === null) throw new PluginConfigError(`Invalid regexp in multiline parser: ${text}`);
  return literal[1]!;
}
