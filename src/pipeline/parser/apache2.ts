/** `@type apache2`: access logs in the combined format; `-` is null, code and size are numbers. */

import { compileLineRegexp } from '../../ruby/line-regexp.ts';
import { compileTimeParser } from '../codec/time.ts';
import { LogEvent } from '../core/event.ts';
import { Shape } from '../core/shape.ts';
import { type Slot, Text } from '../core/slot.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, invalidTime } from './common.ts';

const EXPRESSION =
  '^(?<host>[^ ]*) [^ ]* (?<user>[^ ]*) \\[(?<time>[^\\]]*)\\] "(?<method>\\S+)(?: +(?<path>(?:[^"]|\\\\")*?)(?: +\\S*)?)?" (?<code>[^ ]*) (?<size>[^ ]*)(?: "(?<referer>(?:[^"]|\\\\")*)" "(?<agent>(?:[^"]|\\\\")*)")?$';
const KEYS = ['host', 'user', 'method', 'path', 'code', 'size', 'referer', 'agent'];

export const plugin = defineParser({
  kind: 'parser',
  type: 'apache2',
  doc: 'Parses access logs of Apache in the combined format.',
  schema: { doc: 'Apache2 parser.', params: { ...COMMON } },
  create(config, host) {
    const regexp = compileLineRegexp(EXPRESSION, '', host.use.encoding ?? 'bytes');
    const parseTime = compileTimeParser({ ...config, time_type: 'string', time_format: '%d/%b/%Y:%H:%M:%S %z' });
    const shape = Shape.of(config.keep_time_key ? [...KEYS, 'time'] : KEYS);
    const target = { sec: 0, nsec: 0 };
    return {
      type: 'apache2',
      parse(line, emit) {
        const values = regexp.exec(line);
        if (values === undefined) return emit(undefined);
        const [client, user, time = '', method, path, code = '', size = '', referer, agent] = values;
        if (!parseTime(time, target)) throw invalidTime(time);
        const status = leadingDigits(code);
        const slots: Slot[] = [
          ...[text(client), text(user), new Text(method ?? ''), path === undefined ? 'null' : new Text(path)],
          ...[
            status === '0' ? 'null' : status,
            size === '-' ? 'null' : leadingDigits(size),
            text(referer),
            text(agent),
          ],
        ];
        if (config.keep_time_key) slots.push(new Text(time));
        emit(new LogEvent(target.sec, target.nsec, shape, slots));
      },
    };
  },
});

function text(value: string | undefined): Slot {
  return value === undefined || value === '-' ? 'null' : new Text(value);
}

/** Ruby's `to_i`, as JSON. */
function leadingDigits(value: string): string {
  return (
    /^[-+]?\d+/
      .exec(value)?.[0]
      .replace(/^\+?0*(?=\d)/, '')
      .replace(/^\+/, '') ?? '0'
  );
}
