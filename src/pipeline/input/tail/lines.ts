/** Lines → events: parser, unmatched lines, path_key, multi-line records. One of these per watcher. */

import { decoderOf } from '../../codec/encodings.ts';
import type { Columns } from '../../core/columns.ts';
import { ParserError } from '../../core/errors.ts';
import { LogEvent, NO_TIME, type Origin } from '../../core/event.ts';
import { Shape } from '../../core/shape.ts';
import { Shared } from '../../core/slot.ts';
import { encodeJson, fromBytes } from '../../core/value.ts';
import type { InputHost, Parser } from '../../plugin.ts';
import type { Lines } from './watcher.ts';

export interface LineOptions {
  readonly parser: Parser;
  readonly host: InputHost;
  readonly pathKey: string | undefined;
  readonly emitUnmatched: boolean;
  readonly maxLine: number | undefined;
  /** Changes the bytes of a line (encodings). */
  readonly recode: ((line: string) => string) | undefined;
}

const CARRIAGE_RETURN = 13;
const FEW = 256;
const UNMATCHED = Shape.of(['unmatched_line']);

export class LineReader {
  readonly #options: LineOptions;
  readonly #path: Shared;
  readonly #origin: Origin;
  /** Lines of an unfinished multi-line record. */
  #pending: string[] = [];
  #pendingFrom = 0;
  pendingSince = 0;

  constructor(options: LineOptions, path: string, origin: Origin) {
    this.#options = options;
    this.#path = new Shared(path);
    this.#origin = origin;
  }

  get pending(): boolean {
    return this.#pending.length > 0;
  }

  /** First byte whose event has not been made. */
  safePosition(to: number): number {
    return this.#pending.length > 0 ? this.#pendingFrom : to;
  }

  /**
   * The lines at the beginning of a block as columns. Undefined where they must be made one by one, also where alike lines are few: the block would be
   * read again for the rest.
   */
  columns({ inKernel, from, to }: Lines): Columns | undefined {
    const { parser, recode, maxLine, pathKey } = this.#options;
    if (inKernel !== true || recode !== undefined || maxLine !== undefined) return undefined;
    const columns = parser.columns?.(to - from);
    if (columns === undefined || (columns.length < to - from && columns.rows < FEW)) return undefined;
    columns.origin = this.#origin;
    columns.from = from;
    if (pathKey === undefined || columns.template.has(pathKey)) return columns;
    return columns.change((one) => one.setShared(pathKey, this.#path)) ? columns : undefined;
  }

  /** Appends the events of a block of whole lines; `from` is the block's position. */
  read(text: string, from: number, out: LogEvent[], nowMs: number): void {
    const { recode, maxLine, parser } = this.#options;
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf('\n', at);
      const raw = text.slice(at, end);
      const position = from + at;
      at = end + 1;
      if (maxLine !== undefined && raw.length + 1 > maxLine) {
        this.#options.host.log.warn('received line length is longer than max_line_size', {
          length: raw.length + 1,
          max_line_size: maxLine,
        });
        continue;
      }
      const line = recode === undefined ? raw : recode(raw);
      if (parser.accumulates) this.#accumulate(line, position, out, nowMs);
      else if (parser.firstLine === undefined) this.#parse(line, position, out, nowMs);
      else this.#collect(line, position, parser.firstLine(line), out, nowMs);
    }
  }

  /** Forgets an unfinished record: it will be read again. */
  forget(): void {
    this.#pending = [];
  }

  flush(out: LogEvent[], nowMs: number): void {
    if (this.#pending.length === 0) return;
    const text = this.#pending.join('\n');
    this.#pending = [];
    this.#parse(text, this.#pendingFrom, out, nowMs);
  }

  #collect(line: string, position: number, isFirst: boolean, out: LogEvent[], nowMs: number): void {
    if (isFirst) this.flush(out, nowMs);
    else if (this.#pending.length === 0) {
      this.#parse(line, position, out, nowMs);
      return;
    }
    if (this.#pending.length === 0) this.#pendingFrom = position;
    this.#pending.push(line);
    this.pendingSince = nowMs;
  }

  /** Collects lines until they give a record. */
  #accumulate(line: string, position: number, out: LogEvent[], nowMs: number): void {
    if (this.#pending.length === 0) this.#pendingFrom = position;
    this.#pending.push(line);
    this.pendingSince = nowMs;
    let found = false;
    try {
      // Tried with its line end, parsed without it: a format that ends in `\n` is a match that then fails, as in Fluentd.
      this.#options.parser.parse(`${this.#pending.join('\n')}\n`, (event) => {
        found ||= event !== undefined;
      });
    } catch {
      // Told when the lines are parsed for good.
    }
    if (found) this.flush(out, nowMs);
  }

  #parse(text: string, position: number, out: LogEvent[], nowMs: number): void {
    const { host, parser } = this.#options;
    // A carriage return before the line end belongs to the end.
    const line = text.charCodeAt(text.length - 1) === CARRIAGE_RETURN ? text.slice(0, -1) : text;
    try {
      parser.parse(line, (event) => {
        const made = event ?? this.#unmatched(line);
        if (made === undefined) return;
        if (made.sec === NO_TIME) {
          made.sec = Math.floor(nowMs / 1000);
          made.nsec = Number(host.ports.clock.nowNanos() % 1_000_000_000n);
        }
        made.origin = this.#origin;
        made.position = position;
        const { pathKey } = this.#options;
        if (pathKey !== undefined && !made.has(pathKey)) made.setShared(pathKey, this.#path);
        out.push(made);
      });
    } catch (error) {
      if (!(error instanceof ParserError)) throw error;
      host.log.warn('invalid line found', {
        file: this.#path.value,
        line: fromBytes(line).slice(0, 200),
        error: error.message,
      });
    }
  }

  #unmatched(line: string): LogEvent | undefined {
    if (this.#options.emitUnmatched) return new LogEvent(NO_TIME, 0, UNMATCHED, [encodeJson(fromBytes(line))]);
    this.#options.host.log.warn(`pattern not matched: ${JSON.stringify(fromBytes(line).slice(0, 200))}`);
    return undefined;
  }
}

/** `encoding` / `from_encoding`, as Fluentd: the bytes are read as `from`, and what the target cannot hold is U+FFFD. */
export function recoder(
  encoding: string | undefined,
  from: string | undefined,
): ((line: string) => string) | undefined {
  if (encoding === undefined && from === undefined) return undefined;
  if (from === undefined && /^(?:ascii-8bit|binary)$/i.test(encoding!)) return undefined;
  // Without from_encoding the line counts as bytes of no encoding: only ASCII can be converted.
  if (from === undefined) return (line) => line.replace(/[^\x00-\x7f]/g, '\xef\xbf\xbd');
  if (/^utf-?8$/i.test(from)) return undefined;
  const decode = decoderOf(from);
  if (decode === undefined) return undefined;
  const whole = wholeUnits(from);
  return (line) =>
    Buffer.from(decode(Buffer.from(whole(line), 'latin1')).replace(/\r$/, ''), 'utf8').toString('latin1');
}

/** Lines are cut at the byte of a line feed: in UTF-16 its other byte is left at the next line's begin (LE) or at the line's own end (BE). */
function wholeUnits(encoding: string): (line: string) => string {
  if (/^utf-?16le$/i.test(encoding))
    return (line) => (line.length % 2 === 1 && line.startsWith('\0') ? line.slice(1) : line);
  if (/^utf-?16be$/i.test(encoding))
    return (line) => (line.length % 2 === 1 && line.endsWith('\0') ? line.slice(0, -1) : line);
  return (line) => line;
}
