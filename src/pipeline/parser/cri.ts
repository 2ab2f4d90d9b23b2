/**
 * `@type cri`: lines of containerd and CRI-O, `time stream logtag message`, cut at the first three spaces; nothing is decoded. With a
 * nested `<parse>` the message is parsed by it, the time of the line is lost, and `merge_cri_fields` adds stream and logtag.
 */

import { compileTimeParser } from '../codec/time.ts';
import { Column, Columns } from '../core/columns.ts';
import { LogEvent } from '../core/event.ts';
import { theKernel } from '../core/kernel/index.ts';
import { Shape } from '../core/shape.ts';
import { type Slot, Text } from '../core/slot.ts';
import { defineParser } from '../plugin.ts';
import { COMMON, invalidTime } from './common.ts';

const OTHER_SPACE = /[\t\n\v\f\r]/;
/** What nearly every line has, as JSON. */
const KNOWN: Readonly<Record<string, string>> = { stdout: '"stdout"', stderr: '"stderr"', F: '"F"', P: '"P"' };

export const plugin = defineParser({
  kind: 'parser',
  type: 'cri',
  doc: 'Parses the log lines of CRI runtimes.',
  schema: {
    doc: 'CRI parser.',
    params: {
      ...COMMON,
      time_format: { type: 'string', default: '%Y-%m-%dT%H:%M:%S.%L%z', doc: 'strptime of the time.' },
      keep_time_key: { ...COMMON.keep_time_key, default: 'true' },
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
    const { keep_time_key: keep, merge_cri_fields: merge } = config;
    const shape = Shape.of(['stream', 'logtag', 'message', ...(keep ? [config.time_key] : [])]);
    const target = { sec: 0, nsec: 0 };
    const { form } = parseTime;
    const slots = [STREAM, LOGTAG, MESSAGE, ...(keep ? [TIME] : [])];
    const columns = (length: number) => {
      const all = Columns.cut(theKernel(), PROGRAM, shape, slots, length);
      return all?.readTimes(TIME, form!) ? all : undefined;
    };
    return {
      ...(parser === undefined && form !== undefined ? { columns } : {}),
      type: 'cri',
      parse(line, emit) {
        const cut = cutLine(line);
        if (cut === undefined) return emit(undefined);
        const { time, message } = cut;
        const stream = KNOWN[cut.stream] ?? new Text(cut.stream);
        const logtag = KNOWN[cut.logtag] ?? new Text(cut.logtag);
        if (parser === undefined) {
          if (!parseTime(time, target)) throw invalidTime(time);
          const slots: Slot[] = [stream, logtag, new Text(message)];
          if (keep) slots.push(new Text(time));
          return emit(new LogEvent(target.sec, target.nsec, shape, slots));
        }
        parser.parse(message, (event) => {
          if (event !== undefined && merge) {
            event.setSlot('stream', stream);
            event.setSlot('logtag', logtag);
          }
          emit(event);
        });
      },
    };
  },
});

const [TIME, STREAM, LOGTAG, MESSAGE] = [0, 1, 2, 3].map((i) => new Column(i, false)) as [
  Column,
  Column,
  Column,
  Column,
];
const SPACE = { literal: ' ' };
const TOKEN = { cut: 'token' } as const;
const PROGRAM = [TOKEN, SPACE, TOKEN, SPACE, TOKEN, SPACE, { cut: 'rest' }] as const;

interface Cut {
  readonly time: string;
  readonly stream: string;
  readonly logtag: string;
  readonly message: string;
}

/** Cuts at the first three white spaces, whatever they are; undefined where there are fewer. */
function cutLine(line: string): Cut | undefined {
  const first = line.indexOf(' ');
  const second = line.indexOf(' ', first + 1);
  const third = line.indexOf(' ', second + 1);
  if (first >= 0 && second >= 0 && third >= 0 && !OTHER_SPACE.test(line.slice(0, third))) {
    return {
      time: line.slice(0, first),
      stream: line.slice(first + 1, second),
      logtag: line.slice(second + 1, third),
      message: line.slice(third + 1),
    };
  }
  const found = /^(.*?)[ \t\n\v\f\r](.*?)[ \t\n\v\f\r](.*?)[ \t\n\v\f\r](.*)$/s.exec(line);
  return found === null ? undefined : { time: found[1]!, stream: found[2]!, logtag: found[3]!, message: found[4]! };
}
