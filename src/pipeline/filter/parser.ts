/**
 * `@type parser` filter: parses one field of each record with any parser and puts the result in the record's place
 * (or merges it, with `reserve_data`).
 *
 * Guarantees: the field's bytes go to the parser and the parsed fields into the record as raw slots, without decoding either. A record that
 * does not match goes to the error stream and, with `reserve_data`, also on as it was; one that is broken goes to the error stream, and on where
 * `failedPass` (plugin.ts) says so.
 */
import { isUtf8 } from 'node:buffer';
import { Accessor } from '../core/accessor.ts';
import { Column, type Columns } from '../core/columns.ts';
import { SluiceError } from '../core/errors.ts';
import { EventStream, LogEvent, NO_TIME, NULL_TIME } from '../core/event.ts';
import { EMPTY_SHAPE, Shape } from '../core/shape.ts';
import { type Slot, slotBytes } from '../core/slot.ts';
import { toBytes } from '../core/value.ts';
import { defineFilter, type FilterHost, type Parser } from '../plugin.ts';
import { ShapeMerger } from './shape-merger.ts';

export const plugin = defineFilter({
  kind: 'filter',
  type: 'parser',
  doc: 'Parses a field of each record.',
  schema: {
    doc: 'Parser filter.',
    params: {
      key_name: { type: 'string', required: true, doc: 'Field to parse: a key or a record accessor.' },
      reserve_time: { type: 'bool', default: 'false', doc: 'Keep the event time even if the parser finds one.' },
      reserve_data: { type: 'bool', default: 'false', doc: 'Keep the other fields; parsed fields win.' },
      remove_key_name_field: {
        type: 'bool',
        default: 'false',
        doc: 'With reserve_data: drop the parsed field when parsing succeeds.',
      },
      inject_key_prefix: { type: 'string', doc: 'Prefix of parsed keys.' },
      hash_value_field: { type: 'string', doc: 'Put the parsed record as one hash into this field.' },
      replace_invalid_sequence: { type: 'bool', default: 'false', doc: 'Replace invalid bytes by `?` before parsing.' },
      emit_invalid_record_to_error: {
        type: 'bool',
        default: 'true',
        doc: 'Send records that cannot be parsed to the error stream.',
      },
      suppress_parse_error_log: {
        type: 'bool',
        default: 'false',
        deprecated: 'route @ERROR instead',
        doc: 'Old; no effect.',
      },
    },
    sections: {
      parse: { doc: 'The parser.', params: {}, required: true, anyParam: true, plugin: 'parser' },
    },
  },
  create(config, host) {
    const accessor = new Accessor(config.key_name ?? '');
    const section = host.element.child('parse');
    const parser = host.parser(section, undefined, { encoding: 'utf-8', timeless: true });
    const step = new ParseStep(accessor, parser, config, host);
    return {
      plan: (tag, failedPass) => (stream) => {
        if (stream.columns !== undefined && step.columns(stream.columns)) return stream;
        const out: LogEvent[] = [];
        for (const event of stream.events) {
          const failure = step.run(event, out);
          if (failure === undefined || !config.emit_invalid_record_to_error) continue;
          host.emitError(tag, event.clone(), failure.error);
          if (failure.raised && failedPass) out.push(event);
        }
        return new EventStream(tag, out);
      },
    };
  },
});

interface Options {
  readonly reserve_time: boolean;
  readonly reserve_data: boolean;
  readonly remove_key_name_field: boolean;
  readonly inject_key_prefix: string | undefined;
  readonly hash_value_field: string | undefined;
  readonly replace_invalid_sequence: boolean;
}

interface Failure {
  readonly error: Error;
  /** The parser broke; otherwise it told that the text does not match. */
  readonly raised: boolean;
}

const NOTHING = new LogEvent(NULL_TIME, 0, EMPTY_SHAPE, []);

class ParseStep {
  readonly #accessor: Accessor;
  readonly #parser: Parser;
  readonly #options: Options;
  readonly #host: FilterHost;
  readonly #merger: ShapeMerger;

  constructor(accessor: Accessor, parser: Parser, options: Options, host: FilterHost) {
    this.#accessor = accessor;
    this.#parser = parser;
    this.#options = options;
    this.#host = host;
    this.#merger = new ShapeMerger(options.inject_key_prefix ?? '');
  }

  /** Parses all rows at once, where they are alike; false where it must be done one by one. */
  columns(columns: Columns): boolean {
    const { reserve_data, reserve_time, remove_key_name_field, hash_value_field } = this.#options;
    const slot = this.#accessor.nested ? undefined : columns.template.slot(this.#accessor.key);
    // Without reserve_time each record would get a time of its own.
    if (!reserve_time || hash_value_field !== undefined || !(slot instanceof Column)) return false;
    const parsed = this.#parser.fields?.(columns, slot);
    if (parsed === undefined) return false;
    return columns.change((one) => {
      if (!reserve_data) one.clear();
      else if (remove_key_name_field) this.#accessor.delete(one);
      this.#merger.merge(one, parsed);
    });
  }

  /** Appends what comes of one event to `out`; returns what was wrong with it. */
  run(event: LogEvent, out: LogEvent[]): Failure | undefined {
    const slot = this.#accessor.nested ? undefined : event.slot(this.#accessor.key);
    const bytes = slot === undefined ? this.#nestedBytes(event) : slotBytes(slot);
    if (bytes === undefined) return this.#noText(event, out);
    const text = this.#options.replace_invalid_sequence ? scrubbed(bytes) : bytes;
    let failure: Failure | undefined;
    try {
      this.#parser.parse(text, (parsed) => {
        if (parsed === undefined) failure = this.#unmatched(event, out, bytes);
        else out.push(this.#merge(event, parsed, true));
      });
    } catch (error) {
      failure = { error: error instanceof Error ? error : new Error(String(error)), raised: true };
    }
    return failure;
  }

  #nestedBytes(event: LogEvent): string | undefined {
    const value = this.#accessor.nested ? this.#accessor.get(event) : undefined;
    return typeof value === 'string' ? toBytes(value) : undefined;
  }

  /** A field that is missing, null or no string. */
  #noText(event: LogEvent, out: LogEvent[]): Failure | undefined {
    const value = this.#accessor.get(event);
    if (value === undefined || value === null) {
      if (this.#options.reserve_data) out.push(this.#merge(event, NOTHING, false));
      return failed(`${this.#accessor.text} does not exist`);
    }
    // Ruby's JSON libraries say that it is no JSON, the other parsers break.
    if (this.#parser.type === 'json') return this.#unmatched(event, out, String(value));
    if (this.#parser.whole === undefined) return failed(`parse failed: ${this.#accessor.text} is no string`, true);
    let failure: Failure | undefined;
    this.#parser.whole(value, (parsed) => {
      if (parsed === undefined) failure = this.#unmatched(event, out, String(value));
      else out.push(this.#merge(event, parsed, true));
    });
    return failure;
  }

  #unmatched(event: LogEvent, out: LogEvent[], data: string): Failure {
    if (this.#options.reserve_data) out.push(this.#merge(event, NOTHING, false));
    return failed(`pattern not matched with data '${data.slice(0, 200)}'`);
  }

  #merge(event: LogEvent, parsed: LogEvent, success: boolean): LogEvent {
    const { reserve_data: reserve, remove_key_name_field: remove, hash_value_field: field } = this.#options;
    const base = reserve ? event.clone() : emptyLike(event);
    if (reserve && remove && success) this.#accessor.delete(base);
    if (!this.#options.reserve_time) this.#setTime(base, parsed);
    if (field === undefined) this.#merger.merge(base, parsed);
    else base.setSlot(field, this.#hash(parsed));
    return base;
  }

  #setTime(base: LogEvent, parsed: LogEvent): void {
    if (parsed.sec === NULL_TIME) return;
    base.sec = parsed.sec;
    base.nsec = parsed.nsec;
    if (parsed.sec !== NO_TIME) return;
    const now = this.#host.ports.clock.nowNanos();
    base.sec = Number(now / 1_000_000_000n);
    base.nsec = Number(now % 1_000_000_000n);
  }

  /** The parsed record as JSON: it becomes a slot as it is. */
  #hash(parsed: LogEvent): Slot {
    const prefix = this.#options.inject_key_prefix;
    if (prefix === undefined) return parsed.toJson();
    const keys = parsed.keys().map((key) => prefix + key);
    return new LogEvent(0, 0, Shape.of(keys), parsed.slots).toJson();
  }
}

function failed(message: string, raised = false): Failure {
  return { error: new SluiceError('ERR_PARSE_FILTER', message), raised };
}

function emptyLike(event: LogEvent): LogEvent {
  const empty = new LogEvent(event.sec, event.nsec, EMPTY_SHAPE, []);
  empty.origin = event.origin;
  empty.position = event.position;
  return empty;
}

function scrubbed(bytes: string): string {
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? bytes : toBytes(buffer.toString('utf8').replaceAll('\ufffd', '?'));
}
