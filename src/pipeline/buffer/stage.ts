/**
 * The chunks that take events: one for each metadata, and those that became full since they were last asked for.
 *
 * Guarantees: all events of a stream with equal metadata are one append per chunk, or few; no chunk grows beyond its limits; what an emit has put in can be taken
 * back until `settle`.
 */
import { LRUCache } from 'lru-cache';
import type { Columns } from '../core/columns.ts';
import type { EventStream, LogEvent } from '../core/event.ts';
import type { BufferedOutput, ChunkMeta, Layout, Render } from '../plugin.ts';
import { type Chunk, HEAD, type Mark } from './chunk.ts';
import type { Limits } from './limits.ts';
import { metaKey } from './metadata.ts';

/** Characters of entries that are put together before they become bytes: longer strings live in pages of their own. */
const PIECE = 32 * 1024;

export interface StageOptions {
  readonly output: Pick<BufferedOutput, 'renderer'>;
  readonly limits: Limits;
  readonly create: (meta: ChunkMeta) => Chunk;
  readonly diskRefused: () => void;
}

/** Where the events of a stream go. */
interface Target {
  readonly key: string;
  readonly meta: ChunkMeta;
  readonly render: Render;
}

export class Stage {
  readonly #options: StageOptions;
  readonly #chunks = new Map<string, Chunk>();
  /** Until the emit is done, or the disk lets them be queued. */
  readonly #filled: Chunk[] = [];
  readonly #renderers = new LRUCache<string, Render>({ max: 4096 });
  /** Chunks that the emit of now has put something into, as they were before. */
  readonly #touched: { readonly chunk: Chunk; readonly mark: Mark }[] = [];
  /** Bytes that were put in since the start. */
  written = 0;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Chunks that take more. */
  open(): Chunk[] {
    return [...this.#chunks.values()];
  }

  all(): Chunk[] {
    return [...this.#chunks.values(), ...this.#filled];
  }

  get bytes(): number {
    let total = 0;
    for (const chunk of this.#chunks.values()) total += chunk.size;
    for (const chunk of this.#filled) total += chunk.size;
    return total;
  }

  /** Goes on with a chunk of a previous run; false where its metadata has one already. */
  adopt(chunk: Chunk): boolean {
    const key = metaKey(chunk.meta);
    if (this.#chunks.has(key)) return false;
    this.#chunks.set(key, chunk);
    return true;
  }

  /** It takes no more events. */
  remove(chunk: Chunk): void {
    this.#chunks.delete(metaKey(chunk.meta));
  }

  /** Full chunks, once. */
  takeFilled(): Chunk[] {
    return this.#filled.splice(0);
  }

  giveBack(filled: Chunk): void {
    this.#filled.push(filled);
  }

  /** What was put in stays. */
  settle(): void {
    this.#touched.length = 0;
  }

  /** All or nothing: what an emit that failed has put into chunks would come again with the next try. */
  rollBack(): void {
    for (const { chunk, mark } of this.#touched.splice(0)) chunk.rollBack(mark);
  }

  put(meta: ChunkMeta, stream: EventStream): void {
    const { tag, columns } = stream;
    const key = metaKey(meta);
    const render = this.#renderer(`${tag}\0${key}`, tag, meta);
    const to: Target = { key, meta, render };
    const done = columns === undefined ? 0 : this.#putColumns(to, columns);
    if (done < stream.length) this.#putEvents(to, done === 0 ? stream.events : stream.events.slice(done));
    const chunk = this.#chunks.get(key);
    if (chunk !== undefined && chunk.size >= this.#options.limits.full) this.#fill(key);
  }

  /** Puts in the rows whose documents the kernel can make, in as few appends as there is room for; gives how many. */
  #putColumns({ key, meta, render }: Target, columns: Columns): number {
    const { limits } = this.#options;
    const { kernel, rows } = columns;
    let row = 0;
    let appended = 0;
    let end = HEAD;
    let layout: Layout | undefined;
    const append = () => {
      if (row > appended) this.#append(key, meta, kernel.documents(end), row - appended);
      appended = row;
      end = HEAD;
    };
    while (row < rows) {
      if (layout === undefined || row === layout.to) layout = render.columns?.(columns, row);
      if (layout === undefined) break;
      const staged = this.#chunks.get(key);
      const to = Math.min(layout.to, appended + limits.records - (staged?.count ?? 0));
      const room = limits.chunk - (staged?.size ?? 0) - (end - HEAD);
      const next = to > row ? kernel.render(layout.pieces, row, to, room, end) : row;
      if (next > row) end = kernel.rendered();
      row = next;
      if (row === layout.to) continue;
      if (row > appended) append();
      // Nothing fits: the chunk is full. A document that is larger than any chunk is a matter of `#putEvents`.
      else if (staged === undefined || staged.count === 0) break;
      else this.#fill(key);
    }
    append();
    return row;
  }

  #putEvents({ key, meta, render }: Target, events: readonly LogEvent[]): void {
    const { limits } = this.#options;
    let pieces: string[] = [];
    let done = 0;
    let text = '';
    let count = 0;
    for (const event of events) {
      const entry = render(event);
      // The output keeps it out.
      if (entry === '') continue;
      const chunk = this.#chunks.get(key);
      const size = (chunk?.size ?? 0) + done + text.length + entry.length;
      if (size > limits.chunk || (chunk?.count ?? 0) + count + 1 > limits.records) {
        pieces.push(text);
        this.#append(key, meta, pieces, count);
        this.#fill(key);
        pieces = [];
        done = 0;
        text = '';
        count = 0;
      }
      text += entry;
      count++;
      if (text.length > PIECE) {
        pieces.push(text);
        done += text.length;
        text = '';
      }
    }
    pieces.push(text);
    this.#append(key, meta, pieces, count);
  }

  #fill(key: string): void {
    const chunk = this.#chunks.get(key);
    if (chunk === undefined) return;
    this.#chunks.delete(key);
    this.#filled.push(chunk);
  }

  /** `entries`: pieces of text, or bytes behind HEAD free ones. */
  #append(key: string, meta: ChunkMeta, entries: readonly string[] | Buffer, count: number): void {
    if (count === 0) return;
    let chunk = this.#chunks.get(key);
    if (chunk === undefined) {
      chunk = this.#options.create(meta);
      this.#chunks.set(key, chunk);
    }
    try {
      const before = chunk.size;
      this.#touch(chunk);
      if (Buffer.isBuffer(entries)) chunk.appendBytes(entries, count);
      else chunk.append(entries, count);
      this.written += chunk.size - before;
    } catch (error) {
      this.#options.diskRefused();
      throw error;
    }
  }

  #touch(chunk: Chunk): void {
    const { length } = this.#touched;
    // Nearly always it is the last one again.
    if (length > 0 && this.#touched[length - 1]!.chunk === chunk) return;
    if (!this.#touched.some((one) => one.chunk === chunk)) this.#touched.push({ chunk, mark: chunk.mark() });
  }

  #renderer(key: string, tag: string, meta: ChunkMeta): Render {
    let render = this.#renderers.get(key);
    if (render === undefined) {
      render = this.#options.output.renderer(tag, meta);
      this.#renderers.set(key, render);
    }
    return render;
  }
}
