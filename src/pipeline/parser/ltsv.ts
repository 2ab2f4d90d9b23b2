/** `@type ltsv`: `label:value` pairs with a delimiter between them; what has no label delimiter is passed over. */

import { compileRegexp } from '../../ruby/regexp.ts';
import { LogEvent, NO_TIME } from '../core/event.ts';
import { EMPTY_SHAPE } from '../core/shape.ts';
import { Text } from '../core/slot.ts';
import { fromBytes, toBytes } from '../core/value.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, emitFinished, finisher, splitText } from './common.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'ltsv',
  doc: 'Parses labelled TSV.',
  schema: {
    doc: 'LTSV parser.',
    params: {
      ...COMMON,
      delimiter: { type: 'string', default: '\t', doc: 'Between the pairs.' },
      delimiter_pattern: { type: 'regexp', doc: 'Regexp of what stands between the pairs; wins over delimiter.' },
      label_delimiter: { type: 'string', default: ':', doc: 'Between label and value.' },
    },
  },
  create(config, host) {
    const pattern = config.delimiter_pattern;
    const delimiter = pattern === undefined ? toBytes(config.delimiter) : compileRegexp(pattern.source, pattern.flags);
    const label = toBytes(config.label_delimiter);
    const finish = finisher(config, host);
    return {
      type: 'ltsv',
      parse(line, emit) {
        const event = new LogEvent(NO_TIME, 0, EMPTY_SHAPE, []);
        for (const pair of splitText(line, delimiter)) {
          const at = pair.indexOf(label);
          if (at >= 0) event.setSlot(fromBytes(pair.slice(0, at)), new Text(pair.slice(at + label.length)));
        }
        emitFinished(event, finish, emit);
      },
    };
  },
});
