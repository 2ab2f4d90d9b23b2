/** Syslog by regexps. The time is cut off first, so that its format may be any. */
import { compileLineRegexp } from '../../../ruby/line-regexp.ts';
import type { Host } from '../../plugin.ts';
import { chomp, cutTime, Fields, type ReadSyslog, type SyslogOptions, wordsOf } from './fields.ts';

const RFC3164 = '(?<host>[^ ]*) (?<ident>[^ :\\[]*)(?:\\[(?<pid>[0-9]+)\\])?(?:[^\\:]*\\:)? *(?<message>.*)$';
const RFC5424 =
  '(?<host>[!-~]{1,255}) (?<ident>[!-~]{1,48}) (?<pid>[!-~]{1,128}) (?<msgid>[!-~]{1,32}) (?<extradata>(?:\\-|(?:\\[.*?(?<!\\\\)\\])+))(?: (?<message>.+))?\\z';

export const matcherRfc3164 = matcher(RFC3164, '', /^<([0-9]{1,3})>/);
export const matcherRfc5424 = matcher(RFC5424, 'm', /^<(\d{1,3})>\d\d{0,2}\s/);

function matcher(source: string, flags: string, priority: RegExp) {
  return (format: string, options: SyslogOptions, host: Pick<Host, 'use'>): ReadSyslog => {
    const regexp = compileLineRegexp(source, flags, host.use.encoding ?? 'bytes');
    const words = wordsOf(format);
    return (line) => {
      const fields = new Fields();
      let at = 0;
      if (options.priority) {
        const found = priority.exec(line);
        if (found === null) return undefined;
        fields.putNumber('pri', found[1]!);
        at = found[0].length;
      }
      const { time, end } = cutTime(line, at, words);
      fields.time = time;
      if (options.keepTime) fields.put('time', time);
      const values = regexp.exec(line.slice(end));
      if (values === undefined) return undefined;
      for (const [i, value] of values.entries()) {
        const name = regexp.names[i]!;
        if (value !== undefined) fields.put(name, name === 'message' ? chomp(value) : value);
      }
      return fields;
    };
  };
}
