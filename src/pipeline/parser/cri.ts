/**
 * `@type cri`: lines of containerd and CRI-O, `time stream logtag message`, scanned without a regexp. With a nested `<parse>` the
 * message is parsed by it; then `merge_cri_fields` adds stream and logtag.
 */
import { compileTimeParser } from '../codec/time.ts';
import { ParserError } from '../core/errors.ts';
import { LogEvent } from '../core/event.ts';
import { Shape } from '../core/shape.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, stringSlot } from './common.ts';

const SPACE = 32;

export const plugin = defineParser({
  kind: 'parser',
  type: 'cri',
  doc: 'Parses the log lines of CRI runtimes.',
  schema: {
    doc: 'CRI parser.',
    params: {
      ...COMMON,
      time_format: { type: 'string', default: '%Y-%m-%dT%H:%M:%S.%L%z', doc: 'strptime of the time.' },
      merge_cri_fields: {
        type: 'bool',
        default: 'true',
        doc: 'With a nested <parse>: add stream and logtag to its record.',
      },
    },
    sections: { parse: { doc: 'Parser of the message.', params: {}, anyParam: true, plugin: 'parser' } },
  },
  create(config, host) {
    const inner = config.$element.child('parse');
    const parser = inner === undefined ? undefined : host.parser(inner);
    const parseTime = compileTimeParser(config);
    const plainShape = Shape.of(['stream', 'logtag', 'message']);
    const withTime = Shape.of(['stream', 'logtag', 'message', 'time']);
    const target = { sec: 0, nsec: 0 };
    return {
      type: 'cri',
      parse(line, emit) {
        const first = line.indexOf(' ');
        const second = line.indexOf(' ', first + 1);
        const stream = line.slice(first + 1, second);
        if (first < 0 || second < 0 || (stream !== 'stdout' && stream !== 'stderr')) return emit(undefined);
        const third = line.charCodeAt(second + 2) === SPACE ? second + 2 : -1;
        const logtag = line.slice(second + 1, second + 2);
        if (third < 0) return emit(undefined);
        const message = line.slice(third + 1);
        if (parser !== undefined) return parseInner(message);
        const time = line.slice(0, first);
        if (!parseTime(time, target)) throw new ParserError(`invalid time value: value = ${time.slice(0, 100)}`);
        const slots = [`"${stream}"`, `"${logtag}"`, stringSlot(message)];
        if (config.keep_time_key) slots.push(stringSlot(time));
        emit(new LogEvent(target.sec, target.nsec, config.keep_time_key ? withTime : plainShape, slots));

        function parseInner(text: string): void {
          parser!.parse(text, (event) => {
            if (event !== undefined && config.merge_cri_fields) {
              event.setSlot('stream', `"${stream}"`);
              event.setSlot('logtag', `"${logtag}"`);
            }
            emit(event);
          });
        }
      },
    };
  },
});
