/**
 * From a request's parameters to events: the built-in reading of JSON, newline-delimited JSON and msgpack, or a `<parse>` section's parser.
 *
 * A body that is no JSON gives no event and no error, as in Fluentd (clients are answered 200); JSON that is no hash, a bad line of several, a
 * request without a body parameter, a time that is none or a record that a parser refuses is an error (400). Times: the parameter `time`, else the record's time field, else now.
 */
import type { Element } from '../../../config/element.ts';
import { typedValue } from '../../../config/types.ts';
import { rubyToS } from '../../../ruby/to-s.ts';
import { JsonScanner } from '../../codec/json-scan.ts';
import { decodeMsgpack } from '../../codec/msgpack.ts';
import { validBytes } from '../../codec/text.ts';
import { compileTimeParser, type TimeParser } from '../../codec/time.ts';
import { SluiceError } from '../../core/errors.ts';
import { LogEvent, NO_TIME } from '../../core/event.ts';
import { decodeJson, isHash, type Value } from '../../core/value.ts';
import type { InputHost, Parser } from '../../plugin.ts';
import type { Params } from './form.ts';

/** Where a body stands among the parameters, for a `<parse>` section's parser. */
export const BODY = '_event_record';

export class BadRequest extends SluiceError {
  constructor(message: string) {
    super('ERR_BAD_REQUEST', message);
  }
}

/** Events of a request, without those that are nothing; times are set. @throws BadRequest */
export type ReadEvents = (params: Params) => LogEvent[];

export function compileReader(parse: Element | undefined, host: InputHost): ReadEvents {
  const type = parse?.text('@type') ?? parse?.text('type');
  return type === undefined || type === 'in_http'
    ? new BuiltIn(parse, host).read
    : withParser(host.parser(parse), type, host);
}

function now(event: LogEvent, host: InputHost): void {
  const nanos = host.ports.clock.nowNanos();
  event.sec = Number(nanos / 1_000_000_000n);
  event.nsec = Number(nanos % 1_000_000_000n);
}

/** True where the request names a time. */
function timeFromParams(event: LogEvent, params: Params, host: InputHost): boolean {
  const text = params.get('time');
  if (text === undefined) return false;
  const found = /^\s*([-+]?\d+)(?:\.(\d+))?/.exec(text);
  const nsec = Number((found?.[2] ?? '').padEnd(9, '0').slice(0, 9));
  if (found === null || (Number(found[1]) === 0 && nsec === 0)) now(event, host);
  else {
    event.sec = Number(found[1]);
    event.nsec = nsec;
  }
  return true;
}

class BuiltIn {
  readonly #host: InputHost;
  readonly #scanner = new JsonScanner();
  readonly #timeKey: string;
  readonly #keepTime: boolean;
  readonly #parseTime: TimeParser | undefined;

  constructor(parse: Element | undefined, host: InputHost) {
    this.#host = host;
    this.#timeKey = parse?.text('time_key') ?? 'time';
    this.#keepTime = bool(parse, 'keep_time_key', false);
    if (parse?.text('time_type') !== undefined || parse?.text('time_format') !== undefined)
      this.#parseTime = compileTimeParser({
        time_type: (parse.text('time_type') ?? 'string') as 'string',
        time_format: parse.text('time_format'),
        timezone: parse.text('timezone'),
        utc: bool(parse, 'utc', false),
        localtime: bool(parse, 'localtime', true),
      });
  }

  readonly read: ReadEvents = (params) => {
    const events = this.#events(params);
    for (const event of events) if (!timeFromParams(event, params, this.#host)) this.#setTime(event);
    return events;
  };

  #events(params: Params): LogEvent[] {
    const msgpack = params.get('msgpack');
    if (msgpack !== undefined) return records(decodeMsgpack(Buffer.from(msgpack, 'latin1')));
    const json = params.get('json');
    if (json !== undefined) return this.#json(json);
    const lines = params.get('ndjson');
    if (lines === undefined) throw new BadRequest("'json', 'ndjson' or 'msgpack' parameter is required");
    return lines
      .replace(/[\r\n]+$/, '')
      .split(/\r?\n/)
      .map((line) => this.#line(line));
  }

  #json(given: string): LogEvent[] {
    const text = validBytes(given);
    const event = this.#scanner.scanMended(text);
    if (event !== undefined) return [event];
    let value: Value;
    try {
      value = decodeJson(text);
    } catch {
      return [];
    }
    return records(value);
  }

  /** One of several lines: a bad one makes the whole request bad. */
  #line(text: string): LogEvent {
    const event = this.#scanner.scanMended(validBytes(text));
    if (event === undefined) throw new BadRequest('a line of the body is no JSON hash');
    return event;
  }

  #setTime(event: LogEvent): void {
    const value = event.get(this.#timeKey);
    if (!this.#keepTime) event.delete(this.#timeKey);
    if (value === undefined || value === null || value === false) return now(event, this.#host);
    const parse = this.#parseTime ?? numberTime;
    if (parse(value, event)) return;
    const given = value === true ? 'true' : kindOf(value);
    throw new BadRequest(
      this.#parseTime === undefined
        ? `can't convert ${given} into an exact number`
        : `invalid time format: value = ${rubyToS(value)}`,
    );
  }
}

const floatTime = compileTimeParser({ time_type: 'float' });

const numberTime: TimeParser = (value, target) => typeof value !== 'string' && floatTime(value, target);

function kindOf(value: Value): string {
  return typeof value === 'string' ? 'String' : Array.isArray(value) ? 'Array' : 'Hash';
}

/** null is no event, as what is no JSON. */
function records(value: Value): LogEvent[] {
  if (value === null) return [];
  const items = Array.isArray(value) ? (value as readonly Value[]) : [value];
  return items.map((item) => {
    if (!isHash(item)) throw new BadRequest('a record must be a hash');
    return LogEvent.from(NO_TIME, 0, item);
  });
}

function withParser(parser: Parser, type: string, host: InputHost): ReadEvents {
  return (params) => {
    const content = params.get(BODY);
    if (content === undefined) throw new BadRequest(`'${BODY}' parameter is required`);
    const events: LogEvent[] = [];
    // MessagePack is no text.
    parser.parse(type === 'msgpack' ? content : validBytes(content), (event) => {
      if (event === undefined) throw new BadRequest(`Received event is not ${type}: ${content.slice(0, 1000)}`);
      if (!timeFromParams(event, params, host) && event.sec === NO_TIME) now(event, host);
      events.push(event);
    });
    return events;
  };
}

function bool(parse: Element | undefined, name: string, fallback: boolean): boolean {
  const text = parse?.text(name);
  return text === undefined ? fallback : typedValue(text, { type: 'bool', doc: '' }) === true;
}
