/** DateTime and Date: what configurations do with them is to parse a text and write it in another form. */
import { numeric } from '../equal.ts';
import { RubyDateTime, RubyError, type RubyTime } from '../objects.ts';
import { define, type Method } from './dispatch.ts';
import { now, parse, strptime } from './time.ts';

/** A text without a zone is UTC. */
function dateTime(time: RubyTime): RubyDateTime {
  if (time.fixed) return new RubyDateTime(time.sec, time.nsec, time.offset);
  return new RubyDateTime(time.sec + time.offset, time.nsec, 0);
}

const dated =
  (make: (args: readonly unknown[]) => RubyTime): Method =>
  (_self, args) => {
    try {
      return dateTime(make(args));
    } catch (error) {
      if (error instanceof RubyError && error.className === 'ArgumentError')
        throw new RubyError('Date::Error', 'invalid date');
      throw error;
    }
  };

define('DateTime.', {
  parse: dated(([text]) => parse(text)),
  iso8601: dated(([text]) => parse(text)),
  rfc3339: dated(([text]) => parse(text)),
  strptime: dated(([text, format = '%FT%T%z']) => strptime(text, format)),
  now: () => {
    const time = now();
    return new RubyDateTime(time.sec, time.nsec, time.offset);
  },
});

/** A DateTime counts days. */
const days =
  (sign: number): Method =>
  (self: RubyDateTime, [by]) => {
    const seconds = self.sec + sign * Number(numeric(by)) * 86_400;
    return self.moved(Math.floor(seconds), self.nsec);
  };
define('DateTime', {
  '+': days(1),
  '-': days(-1),
  to_datetime: (self) => self,
  minute: (self: RubyDateTime) => self.date.getUTCMinutes(),
  second: (self: RubyDateTime) => self.date.getUTCSeconds(),
});
define('Time', { to_datetime: (self: RubyTime) => new RubyDateTime(self.sec, self.nsec, self.offset) });
