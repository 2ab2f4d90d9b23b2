/** The fields of a syslog message while they are gathered, in the order of the record. */

import { ParserError } from '../../core/errors.ts';
import { LogEvent } from '../../core/event.ts';
import { EMPTY_SHAPE } from '../../core/shape.ts';
import { Text } from '../../core/slot.ts';

export interface SyslogOptions {
  readonly priority: boolean;
  readonly keepTime: boolean;
  readonly colonless: boolean;
}

/** Undefined: unmatched. @throws ParserError for a message that ends within its header */
export type ReadSyslog = (line: string) => Fields | undefined;

export class Fields {
  /** Text of the time. */
  time = '';
  readonly #event = new LogEvent(0, 0, EMPTY_SHAPE, []);

  put(key: string, text: string): void {
    this.#event.setSlot(key, new Text(text));
  }

  /** Ruby's `to_i` of the digits. */
  putNumber(key: string, digits: string): void {
    this.#event.setSlot(key, String(Number.parseInt(digits, 10) || 0));
  }

  event(time: { readonly sec: number; readonly nsec: number }): LogEvent {
    this.#event.sec = time.sec;
    this.#event.nsec = time.nsec;
    return this.#event;
  }
}

/** Index of a space from `from` on; there must be one. */
export function space(line: string, from: number): number {
  const at = line.indexOf(' ', from);
  if (at < 0) throw tooShort(line);
  return at;
}

export function tooShort(line: string): ParserError {
  return new ParserError(`the message ends within its header: ${line.slice(0, 100)}`);
}

/** Words of a time format: that many are cut from the message. */
export function wordsOf(format: string): number {
  return format.replace(/ +/g, ' ').split(' ').length;
}

/** Cuts the time of `words` words; runs of spaces inside count as one. `end` is behind the space that follows. */
export function cutTime(line: string, from: number, words: number): { time: string; end: number } {
  let at = from - 1;
  for (let i = 0; i < words; i++) {
    while (line[at + 1] === ' ') at++;
    at = space(line, at + 1);
  }
  const time = line.slice(from, at);
  return { time: time.includes('  ') || time.startsWith(' ') ? time.replace(/ +/g, ' ') : time, end: at + 1 };
}

export function chomp(text: string): string {
  return text.replace(/\r?\n$|\r$/, '');
}
