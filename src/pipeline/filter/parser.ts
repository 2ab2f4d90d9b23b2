/**
 * `@type parser` filter: parses one field of each record with any parser and puts the result in the record's place
 * (or merges it, with `reserve_data`).
 *
 * A record that cannot be parsed goes to the error stream (`emit_invalid_record_to_error`, on by default); with `reserve_data` it also
 * passes on as it was. The field is handed to the parser as bytes.
 */
import { Accessor } from '../core/accessor.ts';
import { SluiceError } from '../core/errors.ts';
import { EventStream, LogEvent, NO_TIME } from '../core/event.ts';
import { EMPTY_SHAPE } from '../core/shape.ts';
import { Plain, type Slot } from '../core/slot.ts';
import { toBytes, type Value } from '../core/value.ts';
import { defineFilter, type Parser } from '../plugin.ts';

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
    const accessor = new Accessor(config.key_name);
    const parser = host.parser(host.element.children.find((child) => child.name === 'parse'));
    const step = new ParseStep(accessor, parser, config);
    return {
      plan: (tag) => (stream) => {
        const out: LogEvent[] = [];
        for (const event of stream.events) {
          const error = step.run(event, out);
          if (error !== undefined && config.emit_invalid_record_to_error) host.emitError(tag, event.clone(), error);
        }
        return new EventStream(tag, out);
      },
    };
  },
});

interface Options {
  reserve_time: boolean;
  reserve_data: boolean;
  remove_key_name_field: boolean;
  inject_key_prefix: string | undefined;
  hash_value_field: string | undefined;
}

class ParseStep {
  readonly #accessor: Accessor;
  readonly #parser: Parser;
  readonly #options: Options;

  constructor(accessor: Accessor, parser: Parser, options: Options) {
    this.#accessor = accessor;
    this.#parser = parser;
    this.#options = options;
  }

  /** Appends what comes of one event to `out`; returns what was wrong with it. */
  run(event: LogEvent, out: LogEvent[]): Error | undefined {
    const raw = this.#accessor.get(event);
    if (raw === undefined || raw === null) return this.#failed(event, out, `${this.#accessor.text} does not exist`);
    let failure: Error | undefined;
    try {
      this.#parser.parse(text(raw), (parsed) => {
        if (parsed === undefined) {
          failure = this.#failed(event, out, `pattern not matched with data '${text(raw).slice(0, 200)}'`);
        } else out.push(this.#merge(event, parsed));
      });
    } catch (error) {
      failure = this.#failed(event, out, error instanceof Error ? error.message : String(error));
    }
    return failure;
  }

  #failed(event: LogEvent, out: LogEvent[], message: string): Error {
    if (this.#options.reserve_data) out.push(event.clone());
    return new SluiceError('ERR_PARSE_FILTER', message);
  }

  #merge(event: LogEvent, parsed: LogEvent): LogEvent {
    const base = this.#options.reserve_data ? event.clone() : emptyLike(event);
    if (this.#options.reserve_data && this.#options.remove_key_name_field) this.#accessor.delete(base);
    if (parsed.sec !== NO_TIME && !this.#options.reserve_time) {
      base.sec = parsed.sec;
      base.nsec = parsed.nsec;
    }
    this.#put(base, parsed);
    return base;
  }

  #put(base: LogEvent, parsed: LogEvent): void {
    const prefix = this.#options.inject_key_prefix ?? '';
    const entries = parsed.shape.keys.map((key, i): [string, Slot] => [prefix + key, parsed.slots[i]!]);
    const field = this.#options.hash_value_field;
    if (field === undefined) {
      for (const [key, slot] of entries) base.setSlot(key, slot);
      return;
    }
    const inner = emptyLike(base);
    for (const [key, slot] of entries) inner.setSlot(key, slot);
    base.setSlot(field, new Plain(inner.toObject()));
  }
}

function emptyLike(event: LogEvent): LogEvent {
  const empty = new LogEvent(event.sec, event.nsec, EMPTY_SHAPE, []);
  empty.origin = event.origin;
  empty.position = event.position;
  return empty;
}

function text(value: Value): string {
  return typeof value === 'string' ? toBytes(value) : toBytes(String(value));
}
