/** `@type regexp`: named groups become fields. */
import { compileRegexp } from '../../ruby/regexp.ts';
import { PluginConfigError } from '../core/errors.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, finisher } from './common.ts';
import { compileMatcher } from './regexp-match.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'regexp',
  doc: 'Parses lines by a regexp with named groups.',
  schema: {
    doc: 'Regexp parser.',
    params: {
      ...COMMON,
      expression: { type: 'regexp', required: true, doc: 'The regexp, with a named group per field.' },
      ignorecase: { type: 'bool', default: 'false', doc: 'Ignore case.' },
      multiline: { type: 'bool', default: 'false', doc: '`.` matches line ends.' },
    },
  },
  create(config) {
    const { source, flags } = config.expression ?? { source: '(?<x>)', flags: '' };
    const all = flags + (config.ignorecase ? 'i' : '') + (config.multiline ? 'm' : '');
    if (!/\(\?<[a-zA-Z_]|\(\?'/.test(source))
      throw new PluginConfigError('No named captures in the regexp of `expression`');
    // The x flag is accepted and ignored, as Fluentd does.
    const match = compileMatcher(compileRegexp(source, all.replaceAll('x', '')));
    const finish = finisher(config);
    return {
      type: 'regexp',
      parse(line, emit) {
        const event = match(line);
        emit(event !== undefined && finish(event) ? event : undefined);
      },
    };
  },
});
