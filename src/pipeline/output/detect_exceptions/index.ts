/**
 * `@type detect_exceptions`: joins the lines of stack traces and sends all events on with a tag without `remove_tag_prefix`.
 *
 * Each tag (and value of the `stream` field) has its own state. What is held back goes after `multiline_flush_interval`, and before the outputs
 * stop. A record without message in the middle of a trace ends it and passes (Fluentd's plugin loses it).
 */

import { rubyToS } from '../../../ruby/to-s.ts';
import { EventStream, type LogEvent } from '../../core/event.ts';
import { release } from '../../core/holds.ts';
import type { Timer } from '../../core/ports.ts';
import { defineOutput, type Output, type OutputHost } from '../../plugin.ts';
import { Accumulator, type AccumulatorOptions } from './accumulator.ts';
import { compileStates, Detector } from './detector.ts';

export const plugin = defineOutput({
  kind: 'output',
  type: 'detect_exceptions',
  buffering: 'none',
  doc: 'Joins the lines of stack traces.',
  schema: {
    doc: 'Detect exceptions output.',
    params: {
      remove_tag_prefix: { type: 'string', required: true, doc: 'First part of the tag, which is taken off.' },
      message: { type: 'string', default: '', doc: 'Field with the text; by default `message` or `log`.' },
      multiline_flush_interval: { type: 'time', doc: 'How long an unfinished trace is held back.' },
      languages: {
        type: 'array',
        default: '',
        doc: 'java, js, javascript, csharp, py, python, php, go, rb, ruby, dart, all (the default).',
      },
      force_line_breaks: { type: 'bool', default: 'false', doc: 'Begin a new line for each text without one.' },
      max_lines: { type: 'integer', default: '1000', doc: 'Most lines of one record; 0: no limit.' },
      max_bytes: { type: 'integer', default: '0', doc: 'Most bytes of one record; 0: no limit.' },
      stream: { type: 'string', default: '', doc: 'Field that tells streams of one tag apart.' },
    },
  },
  create(config, host) {
    const start = compileStates(config.languages);
    const options: AccumulatorOptions = {
      message: config.message,
      forceLineBreaks: config.force_line_breaks,
      maxLines: config.max_lines,
      maxBytes: config.max_bytes,
    };
    return new DetectExceptions(host, {
      prefix: `${config.remove_tag_prefix}.`,
      stream: config.stream,
      interval: config.multiline_flush_interval,
      label: config.$element.text('@label'),
      make: () => new Accumulator(options, new Detector(start)),
    });
  },
});

interface Options {
  readonly prefix: string;
  readonly stream: string;
  /** Seconds. */
  readonly interval: number | undefined;
  readonly label: string | undefined;
  readonly make: () => Accumulator;
}

interface Line {
  readonly tag: string;
  readonly accumulator: Accumulator;
  /** Monotonic milliseconds of its last event. */
  touched: number;
}

/** Tags of containers that are gone are forgotten after this time, looked at as often. */
const IDLE_MS = 600_000;

class DetectExceptions implements Output {
  readonly #host: OutputHost;
  readonly #options: Options;
  readonly #lines = new Map<string, Line>();
  /** Traces that waited too long, and are on their way. */
  readonly #overdue: { readonly tag: string; readonly held: LogEvent }[] = [];
  #timers: Timer[] = [];

  constructor(host: OutputHost, options: Options) {
    this.#host = host;
    this.#options = options;
  }

  start(): void {
    const { interval } = this.#options;
    const { clock } = this.#host.ports;
    this.#timers.push(clock.every(IDLE_MS, () => this.#forget()));
    if (interval === undefined) return;
    const every = Math.max(interval * 0.1, 1) * 1000;
    this.#timers.push(clock.every(every, () => void this.#flush(interval * 1000)));
  }

  emit(stream: EventStream): void | Promise<void> {
    const now = this.#host.ports.clock.monotonic();
    const tag = this.#outTag(stream.tag);
    const out: LogEvent[] = [];
    if (this.#options.stream === '') {
      const { accumulator } = this.#line(stream.tag, '', tag, now);
      for (const event of stream.events) accumulator.push(event, now, out);
    } else {
      for (const event of stream.events) {
        const value = rubyToS(event.get(this.#options.stream) ?? '');
        this.#line(stream.tag, value, tag, now).accumulator.push(event, now, out);
      }
    }
    return this.#send(tag, out);
  }

  beforeStop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    return this.#flush(0);
  }

  stop(): Promise<void> {
    return this.beforeStop();
  }

  flush(): Promise<void> {
    return this.#flush(0);
  }

  #forget(): void {
    const before = this.#host.ports.clock.monotonic() - IDLE_MS;
    for (const [key, line] of this.#lines) if (line.accumulator.empty && line.touched < before) this.#lines.delete(key);
  }

  /** Sends what has been held back for at least `ms`. */
  async #flush(ms: number): Promise<void> {
    const now = this.#host.ports.clock.monotonic();
    for (const { tag, accumulator } of this.#lines.values()) {
      if (accumulator.empty || now - accumulator.since < ms) continue;
      const held = accumulator.takeHeld();
      if (held !== undefined) this.#overdue.push({ tag, held });
    }
    await this.#sendOverdue();
  }

  /** What is refused is tried again with the next flush; until then its position is not saved. */
  async #sendOverdue(): Promise<void> {
    for (const one of this.#overdue.splice(0)) {
      try {
        await this.#send(one.tag, [one.held]);
        release(one.held);
      } catch (error) {
        this.#overdue.push(one);
        this.#host.log.error('a stack trace could not be emitted', { tag: one.tag, error });
      }
    }
  }

  #line(tag: string, stream: string, outTag: string, now: number): Line {
    const key = `${tag}\0${stream}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { tag: outTag, accumulator: this.#options.make(), touched: now };
      this.#lines.set(key, line);
    }
    line.touched = now;
    return line;
  }

  #outTag(tag: string): string {
    const { prefix } = this.#options;
    return tag.startsWith(prefix) ? tag.slice(prefix.length) : tag;
  }

  #send(tag: string, events: LogEvent[]): void | Promise<void> {
    if (events.length === 0) return;
    const stream = new EventStream(tag, events);
    const { label } = this.#options;
    return label === undefined ? this.#host.emit(stream) : this.#host.emitToLabel(label, stream);
  }
}
