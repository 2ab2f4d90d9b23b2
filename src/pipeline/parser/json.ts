/** `@type json`: a line is one JSON object (or an array of objects, which gives several records). */

import { JsonScanner } from '../codec/json-scan.ts';
import { LogEvent, NO_TIME } from '../core/event.ts';
import { decodeJson, isHash, type Value } from '../core/value.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, finisher } from './common.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'json',
  doc: 'Parses lines of JSON.',
  schema: {
    doc: 'JSON parser.',
    params: {
      ...COMMON,
      time_type: { ...COMMON.time_type, default: 'float' },
      json_parser: { type: 'string', default: 'oj', doc: 'Ruby library of Fluentd.', fluentd: 'ignored' },
      stream_buffer_size: { type: 'integer', default: '8192', doc: 'No effect.', fluentd: 'ignored' },
    },
  },
  create(config) {
    const scanner = new JsonScanner();
    const given = config.$element.params;
    const finish = finisher(config, given.has('time_format') && !given.has('time_type') ? 'string' : undefined);
    return {
      type: 'json',
      parse(line, emit) {
        const event = scanner.scan(line);
        if (event !== undefined) emit(finish(event) ? event : undefined);
        else for (const item of arrayItems(line)) emit(item !== undefined && finish(item) ? item : undefined);
      },
    };
  },
});

/** Objects of a JSON array; one undefined for anything else. */
function arrayItems(line: string): (LogEvent | undefined)[] {
  if (!/^\s*\[/.test(line)) return [undefined];
  let value: Value;
  try {
    value = decodeJson(line);
  } catch {
    return [undefined];
  }
  return (value as readonly Value[]).map((item) => (isHash(item) ? LogEvent.from(NO_TIME, 0, item) : undefined));
}
