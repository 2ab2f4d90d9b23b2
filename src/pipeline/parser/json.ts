/** `@type json`: a line is one JSON object (or an array of objects, which gives several records). */
import { JsonScanner } from '../codec/json-scan.ts';
import { LogEvent, NO_TIME } from '../core/event.ts';
import { decodeJson, isHash, type Value } from '../core/value.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, emitFinished, finishColumns, finisher } from './common.ts';

export const plugin = defineParser({
  kind: 'parser',
  type: 'json',
  doc: 'Parses lines of JSON.',
  schema: {
    doc: 'JSON parser.',
    params: {
      ...COMMON,
      time_type: { ...COMMON.time_type, default: 'float' },
      json_parser: {
        type: 'enum',
        values: ['oj', 'yajl', 'json'],
        default: 'oj',
        doc: 'Ruby library of Fluentd: `oj` takes raw control characters in strings, and unknown escapes such as `\\x22`.',
      },
      stream_buffer_size: { type: 'integer', default: '8192', doc: 'No effect.', fluentd: 'ignored' },
    },
  },
  create(config, host) {
    const scanner = new JsonScanner();
    const loose = config.json_parser === 'oj';
    const given = config.$element.params;
    // A format can only be that of a text.
    const time_type = given.has('time_format') && !given.has('time_type') ? 'string' : config.time_type;
    const finish = finisher({ ...config, time_type }, host);
    return {
      type: 'json',
      parse(line, emit) {
        const event = loose ? scanner.scanMended(line) : scanner.scan(line);
        if (event !== undefined) emitFinished(event, finish, emit);
        else for (const item of arrayItems(line)) emitFinished(item, finish, emit);
      },
      // A field that holds the time would have to be read.
      fields: (columns, column) => {
        if (finish.converts) return undefined;
        const found = scanner.fields(columns, column);
        return config.time_key !== undefined && found?.has(config.time_key) ? undefined : found;
      },
      ...(finish.columns === undefined ? {} : { columns: (length) => finishColumns(scanner.columns(length), finish) }),
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
