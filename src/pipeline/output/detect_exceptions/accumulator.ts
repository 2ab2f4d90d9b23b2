/**
 * Holds the lines of a trace back until it ends, then gives them as one record: the first line's, with all texts in its message field. Records
 * that belong to no trace pass at once, in order.
 */
import type { LogEvent } from '../../core/event.ts';
import { hold, isTakenBack, release } from '../../core/holds.ts';
import { slotBytes, Text } from '../../core/slot.ts';
import type { Detector, Verdict } from './detector.ts';

/** Where messages usually stand; the first record that has one of them decides. */
const DEFAULT_FIELDS = ['message', 'log'];

export interface AccumulatorOptions {
  /** Empty: found out from the first record. */
  readonly message: string;
  readonly forceLineBreaks: boolean;
  /** 0: no limit. */
  readonly maxLines: number;
  /** 0: no limit. */
  readonly maxBytes: number;
}

export class Accumulator {
  readonly #options: AccumulatorOptions;
  readonly #detector: Detector;
  #field: string;
  #first: LogEvent | undefined;
  #texts: string[] = [];
  #size = 0;
  /** Monotonic milliseconds of the first line that is held back. */
  since = 0;

  constructor(options: AccumulatorOptions, detector: Detector) {
    this.#options = options;
    this.#detector = detector;
    this.#field = options.message;
  }

  /** Appends to `out` what can go. */
  push(event: LogEvent, now: number, out: LogEvent[]): void {
    this.#forgetTakenBack();
    const slot = event.slot(this.#messageField(event));
    // A message that is no text matches nothing.
    const text = slot === undefined ? undefined : slotBytes(slot);
    const { maxBytes, maxLines } = this.#options;
    if (text === undefined) this.#detector.reset();
    else if (maxBytes > 0 && this.#size + text.length > maxBytes) this.forceFlush(out);
    const verdict = text === undefined ? 'no_trace' : this.#detector.update(text);
    this.#take(verdict, event, text, now, out);
    if (maxLines > 0 && this.#texts.length === maxLines) this.forceFlush(out);
  }

  /** Gives what is held back and forgets the trace. */
  forceFlush(out: LogEvent[]): void {
    this.#flush(out);
    this.#detector.reset();
  }

  /** As `forceFlush`, but the position stays before what it gives until it is released. */
  takeHeld(): LogEvent | undefined {
    this.#forgetTakenBack();
    const out: LogEvent[] = [];
    if (this.#first !== undefined) this.#join(this.#first, out);
    this.#detector.reset();
    return out[0];
  }

  /** A trace whose emit was refused comes again. */
  #forgetTakenBack(): void {
    if (this.#first === undefined || !isTakenBack(this.#first)) return;
    this.#first = undefined;
    this.#texts = [];
    this.#size = 0;
    this.#detector.reset();
  }

  get empty(): boolean {
    return this.#first === undefined;
  }

  #messageField(event: LogEvent): string {
    if (this.#field === '') this.#field = DEFAULT_FIELDS.find((field) => event.has(field)) ?? '';
    return this.#field;
  }

  #take(verdict: Verdict, event: LogEvent, text: string | undefined, now: number, out: LogEvent[]): void {
    if (text === undefined || verdict === 'no_trace') {
      this.#flush(out);
      out.push(event);
      return;
    }
    if (verdict === 'start_trace') this.#flush(out);
    if (verdict === 'end_trace' && this.empty) {
      out.push(event);
      return;
    }
    this.#add(event, text, now);
    if (verdict === 'end_trace') this.#flush(out);
  }

  #add(event: LogEvent, text: string, now: number): void {
    if (this.#first === undefined) {
      this.#first = event;
      hold(event);
      this.since = now;
    }
    const broken = this.#options.forceLineBreaks && this.#texts.length > 0 && !text.includes('\n');
    const added = broken ? `\n${text}` : text;
    this.#texts.push(added);
    this.#size += added.length;
  }

  #flush(out: LogEvent[]): void {
    const first = this.#first;
    if (first === undefined) return;
    release(first);
    this.#join(first, out);
  }

  #join(first: LogEvent, out: LogEvent[]): void {
    if (this.#texts.length > 1) first.setSlot(this.#field, new Text(this.#texts.join('')));
    out.push(first);
    this.#first = undefined;
    this.#texts = [];
    this.#size = 0;
  }
}
