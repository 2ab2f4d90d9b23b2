/**
 * Columns: many alike lines of a block as one record whose fields are places in the block. What is the same for all of them (metadata,
 * constants, which field goes where) is done once, on the template; what differs stays where it was read until it is sent.
 *
 * Guarantees: `events` gives the records that the plain code would have made; a change of the template happens as a whole or not at all, and
 * only where it is the same for all records. Good until the next block is read: who waits takes `events` first.
 */
import { LogEvent, type Origin } from './event.ts';
import type { Kernel, Piece, Program } from './kernel/index.ts';
import type { Shape } from './shape.ts';
import { Shared, type Slot, slotText, Text } from './slot.ts';

/** What depends on a field that differs from record to record asks for the records. */
class Varies extends Error {
  constructor() {
    super('the value differs from record to record');
  }
}
const VARIES = new Varies();

/** The slot of a field whose text differs from record to record. */
export class Column {
  readonly index: number;
  /** The bytes are JSON, else those of a text. */
  readonly isJson: boolean;
  constructor(index: number, isJson: boolean) {
    this.index = index;
    this.isJson = isJson;
  }
  get text(): never {
    throw VARIES;
  }
  get value(): never {
    throw VARIES;
  }
}

/** The slot of a time's text, which renderers make: digits of the nanoseconds within JSON that is the same for a second. */
export class TimeText extends Column {
  readonly before: string;
  readonly digits: number;
  readonly after: string;
  constructor(before: string, digits: number, after: string) {
    super(-1, true);
    this.before = before;
    this.digits = digits;
    this.after = after;
  }
}

/** The record that stands for all: its slots are columns and shared values; it has no time. */
export class Template extends LogEvent {
  constructor(shape: Shape, slots: Slot[]) {
    super(Number.NaN, Number.NaN, shape, slots);
  }
  copy(): Template {
    return new Template(this.shape, this.slots.slice());
  }
}

/** How a time is written; see assembly/kernel.ts. */
export interface TimeForm {
  readonly separator: string;
  readonly bits: number;
  /** Seconds of a wall clock's time, where the text names no offset. */
  readonly fromWall: ((wall: number) => number) | undefined;
}

export class Columns {
  readonly kernel: Kernel;
  rows: number;
  template: Template;
  /** Bytes of the block that the rows take. */
  length: number;
  origin: Origin | undefined = undefined;
  /** Position of the block's first byte in its origin. */
  from = 0;

  constructor(kernel: Kernel, rows: number, template: Template, length: number) {
    this.kernel = kernel;
    this.rows = rows;
    this.template = template;
    this.length = length;
  }

  clone(): Columns {
    const copy = new Columns(this.kernel, this.rows, this.template.copy(), this.length);
    copy.origin = this.origin;
    copy.from = this.from;
    return copy;
  }

  /** Cuts the lines at the beginning of `length` bytes of the block; undefined where the first one does not fit. */
  static cut(
    kernel: Kernel,
    program: Program,
    shape: Shape,
    slots: readonly Slot[],
    length: number,
  ): Columns | undefined {
    const rows = kernel.cut(program, 0, length);
    if (rows === 0) return undefined;
    const columns = new Columns(kernel, rows, new Template(shape, slots.slice()), length);
    columns.length = kernel.lineEnd(rows - 1);
    return columns;
  }

  /**
   * Cuts the text of a column into fields, in all rows. Undefined where one does not fit; else the record of these fields, all of them JSON.
   */
  extend(column: Column, program: Program, shape: Shape): Template | undefined {
    const first = this.kernel.columns;
    if (column.isJson || !this.kernel.extend(program, column.index, this.rows)) return undefined;
    return new Template(
      shape,
      shape.keys.map((_, i) => new Column(first + i, true)),
    );
  }

  /** Reads the rows' times from a column; rows behind the first that has none are left to others. False where none is left. */
  readTimes(column: Column, { separator, bits, fromWall }: TimeForm): boolean {
    const read = this.kernel.times(column.index, this.rows, column.isJson, separator, bits);
    if (read < this.rows) this.#keep(read);
    if (fromWall !== undefined) {
      const { secs } = this.kernel;
      let wall = Number.NaN;
      let sec = 0;
      for (let i = 0; i < read; i++) {
        if (secs[i] !== wall) {
          wall = secs[i]!;
          sec = fromWall(wall);
        }
        secs[i] = sec;
      }
    }
    return read > 0;
  }

  #keep(rows: number): void {
    if (rows > 0) this.length = this.kernel.lineStart(rows);
    this.rows = rows;
  }

  /** True when all times are `sec` or later; `before`: when all are earlier. */
  isSince(sec: number, before = false): boolean {
    const { secs } = this.kernel;
    for (let i = 0; i < this.rows; i++) if (secs[i]! >= sec === before) return false;
    return true;
  }

  /** Makes a change that is the same for all records. False, and nothing is done, where it depends on what differs. */
  change(make: (template: Template) => void): boolean {
    const copy = this.template.copy();
    try {
      make(copy);
    } catch {
      // Also what goes wrong: then the plain code tells of it, record by record.
      return false;
    }
    for (const slot of copy.slots) if (!(slot instanceof Column || slot instanceof Shared)) return false;
    this.template = copy;
    return true;
  }

  /** The records one by one. */
  events(): LogEvent[] {
    const { kernel, template, rows } = this;
    const text = kernel.block.toString('latin1', 0, this.length);
    const { shape } = template;
    const events: LogEvent[] = new Array(rows);
    for (let row = 0; row < rows; row++) {
      const slots: Slot[] = [];
      for (const slot of template.slots) {
        if (!(slot instanceof Column)) {
          slots.push(slot);
          continue;
        }
        const bytes = text.slice(kernel.start(row, slot.index), kernel.end(row, slot.index));
        slots.push(slot.isJson ? bytes : new Text(bytes));
      }
      const event = new LogEvent(kernel.secs[row]!, kernel.nsecs[row]!, shape, slots);
      event.origin = this.origin;
      event.position = this.from + kernel.lineStart(row);
      events[row] = event;
    }
    return events;
  }
}

/** The JSON of records: what is the same for all as text, the rest as columns; with what stands before and behind it. */
export function piecesOf({ shape, slots }: LogEvent, before: string, behind: string): Piece[] {
  const pieces: Piece[] = [];
  let text = slots.length === 0 ? `${before}{` : before;
  for (const [i, slot] of slots.entries()) {
    text += shape.heads[i]!;
    if (!(slot instanceof Column)) {
      text += slotText(slot);
    } else if (slot instanceof TimeText) {
      pieces.push(text + slot.before, { digits: slot.digits });
      text = slot.after;
    } else {
      pieces.push(text, { column: slot.index, escape: !slot.isJson });
      text = '';
    }
  }
  pieces.push(`${text}}${behind}`);
  return pieces;
}
