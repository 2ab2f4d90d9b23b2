/**
 * The kernel: WebAssembly that cuts a block of alike lines into columns and puts documents together (assembly/kernel.ts), and its memory.
 *
 *     code │ block of a file │ program, pieces, constants │ table: a row per line │ seconds │ nanoseconds │ documents
 *
 * Guarantees: one kernel per process, one block and one table at a time; nothing here outlives the next block. Each region has room for what the
 * kernel reads or writes beyond its end. Leaves what lines and documents are to its callers.
 */
import { WASM } from './wasm.ts';

/** Half a millisecond of reading: small enough for fairness, large enough that a system call's cost does not count. */
export const BLOCK = 256 * 1024;
const SLACK = 64;
const BLOCK_AT = 64 * 1024;
const PROGRAM = 256 * 1024;
const PROGRAM_AT = BLOCK_AT + BLOCK + SLACK;
const TABLE = 512 * 1024;
const TABLE_AT = PROGRAM_AT + PROGRAM + SLACK;
const MAX_ROWS = 8192;
/** Where the table goes when it gets more columns. */
const OTHER_AT = TABLE_AT + TABLE + SLACK;
const SECS_AT = OTHER_AT + TABLE + SLACK;
const NSECS_AT = SECS_AT + MAX_ROWS * 8;
const OUT = 2 * 1024 * 1024;
const OUT_AT = NSECS_AT + MAX_ROWS * 4 + SLACK;
const PAGE = 64 * 1024;

/** Steps of a line: a text (bytes) that must stand there, or a column that is cut there. */
export type Program = readonly { readonly literal?: string; readonly cut?: 'json' | 'token' | 'rest' }[];

/** One piece of a document: a constant (bytes), a column as it is, a column as JSON string, digits of the nanoseconds. */
export type Piece = string | { readonly column: number; readonly escape: boolean } | { readonly digits: number };

interface Exports {
  cut(program: number, steps: number, from: number, end: number, table: number, limit: number): number;
  extend(
    program: number,
    steps: number,
    table: number,
    stride: number,
    column: number,
    rows: number,
    target: number,
  ): number;
  times(
    table: number,
    stride: number,
    column: number,
    rows: number,
    quoted: number,
    separator: number,
    form: number,
    secs: number,
    nsecs: number,
  ): number;
  end(): number;
  render(
    pieces: number,
    count: number,
    table: number,
    stride: number,
    nsecs: number,
    from: number,
    to: number,
    out: number,
    limit: number,
    room: number,
  ): number;
}

const CUTS = { json: 1, token: 2, rest: 3 } as const;

class Kernel {
  /** Where blocks are read to. */
  readonly block: Buffer;
  /** Bytes per row. */
  stride = 0;
  readonly secs: Float64Array;
  readonly nsecs: Int32Array;
  readonly #bytes: Buffer;
  readonly #words: Int32Array;
  readonly #code: Exports;
  #table = TABLE_AT;

  constructor() {
    const pages = Math.ceil((OUT_AT + OUT + SLACK) / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const module = new WebAssembly.Module(Buffer.from(WASM, 'base64'));
    this.#code = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
    this.#bytes = Buffer.from(memory.buffer);
    this.#words = new Int32Array(memory.buffer);
    this.block = this.#bytes.subarray(BLOCK_AT, BLOCK_AT + BLOCK);
    this.secs = new Float64Array(memory.buffer, SECS_AT, MAX_ROWS);
    this.nsecs = new Int32Array(memory.buffer, NSECS_AT, MAX_ROWS);
  }

  /** Cuts the lines of the block between two offsets; gives the number of rows. */
  cut(program: Program, from: number, end: number): number {
    this.#table = TABLE_AT;
    const columns = this.#write(program);
    if (columns < 0) return 0;
    this.stride = 4 + columns * 8;
    const rows = Math.min(MAX_ROWS, Math.floor(TABLE / this.stride) - 1);
    return this.#code.cut(PROGRAM_AT, program.length, BLOCK_AT + from, BLOCK_AT + end, this.#table, rows);
  }

  /** Cuts a column of all rows into more columns, whose indices follow those there are. False, and nothing is done, where one does not fit. */
  extend(program: Program, column: number, rows: number): boolean {
    const columns = this.#write(program);
    const stride = this.stride + columns * 8;
    if (columns < 0 || rows * stride > TABLE) return false;
    const target = this.#table === TABLE_AT ? OTHER_AT : TABLE_AT;
    const done = this.#code.extend(PROGRAM_AT, program.length, this.#table, this.stride, column, rows, target);
    if (done < rows) return false;
    this.#table = target;
    this.stride = stride;
    return true;
  }

  get columns(): number {
    return (this.stride - 4) / 8;
  }

  /** Gives the number of columns; -1 where there is no room for the program. */
  #write(program: Program): number {
    let constants = PROGRAM_AT + program.length * 12;
    let columns = 0;
    for (const [i, { literal, cut }] of program.entries()) {
      const at = (PROGRAM_AT + i * 12) >> 2;
      if (literal === undefined) {
        columns++;
        this.#words[at] = CUTS[cut!];
        continue;
      }
      if (constants + literal.length > PROGRAM_AT + PROGRAM) return -1;
      this.#words[at] = 0;
      this.#words[at + 1] = constants;
      this.#words[at + 2] = this.#bytes.write(literal, constants, 'latin1');
      constants += literal.length;
    }
    return columns;
  }

  /** Reads times (see assembly/kernel.ts) into `secs` and `nsecs`; gives the number of rows that have one. */
  times(column: number, rows: number, isJson: boolean, separator: string, form: number): number {
    const quoted = isJson ? 1 : 0;
    const code = separator.charCodeAt(0);
    return this.#code.times(this.#table, this.stride, column, rows, quoted, code, form, SECS_AT, NSECS_AT);
  }

  /** Offset in the block of a row's line. */
  lineStart(row: number): number {
    return this.#words[(this.#table + row * this.stride) >> 2]! - BLOCK_AT;
  }

  /** Offset behind a row's line end. */
  lineEnd(row: number): number {
    return this.block.indexOf(10, this.lineStart(row)) + 1;
  }

  start(row: number, column: number): number {
    return this.#words[((this.#table + row * this.stride) >> 2) + 1 + column * 2]! - BLOCK_AT;
  }

  end(row: number, column: number): number {
    return this.#words[((this.#table + row * this.stride) >> 2) + 2 + column * 2]! - BLOCK_AT;
  }

  /**
   * Puts the documents of rows `from` … `to` together at an offset of the documents' place, as many as fit into `limit` bytes and the room there is.
   * Gives the row of the first that does not fit; `rendered` then tells the offset behind the last.
   */
  render(pieces: readonly Piece[], from: number, to: number, limit: number, at: number): number {
    let constants = PROGRAM_AT + pieces.length * 12;
    for (const [i, piece] of pieces.entries()) {
      const at = (PROGRAM_AT + i * 12) >> 2;
      if (typeof piece === 'string') {
        if (constants + piece.length > PROGRAM_AT + PROGRAM) return from;
        this.#words[at] = 0;
        this.#words[at + 1] = constants;
        this.#words[at + 2] = this.#bytes.write(piece, constants, 'latin1');
        constants += piece.length;
      } else if ('column' in piece) {
        this.#words[at] = piece.escape ? 2 : 1;
        this.#words[at + 1] = piece.column;
      } else {
        this.#words[at] = 3;
        this.#words[at + 1] = piece.digits;
      }
    }
    const out = OUT_AT + at;
    const room = OUT_AT + OUT;
    const { length } = pieces;
    const until = Math.min(room, out + limit);
    return this.#code.render(PROGRAM_AT, length, this.#table, this.stride, NSECS_AT, from, to, out, until, room);
  }

  /** Offset behind the last document of the last `render`. */
  rendered(): number {
    return this.#code.end() - OUT_AT;
  }

  /** The documents' place up to an offset; good until the next `render`. */
  documents(end: number): Buffer {
    return this.#bytes.subarray(OUT_AT, OUT_AT + end);
  }
}

export type { Kernel };

let kernel: Kernel | undefined;

/** Made at the first use. */
export function theKernel(): Kernel {
  kernel ??= new Kernel();
  return kernel;
}
