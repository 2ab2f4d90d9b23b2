/** A buffered output used without a buffer: each stream becomes one chunk in memory, written at once. */
import { randomBytes } from 'node:crypto';
import type { EventStream } from '../pipeline/core/event.ts';
import type { BufferedOutput, ChunkMeta, Output, ReadyChunk } from '../pipeline/plugin.ts';

const NEVER = new AbortController().signal;

export class DirectOutput implements Output {
  readonly #inner: BufferedOutput;

  constructor(inner: BufferedOutput) {
    this.#inner = inner;
  }

  start = () => this.#inner.start?.();
  stop = () => this.#inner.stop?.();

  emit(stream: EventStream): void | Promise<void> {
    if (this.#inner.emit !== undefined) return this.#inner.emit(stream);
    const first = stream.events[0];
    const meta = first === undefined ? { tag: stream.tag } : { tag: stream.tag, timekey: first.sec };
    return this.write(stream, meta, NEVER);
  }

  /** The events as a chunk with metadata of another one. */
  write(stream: EventStream, meta: ChunkMeta, signal: AbortSignal): Promise<void> {
    const render = this.#inner.renderer(stream.tag, meta);
    let text = '';
    for (const event of stream.events) text += render(event);
    return this.#inner.write(memoryChunk(meta, text, stream.events.length), signal);
  }

  /** Whether it takes events without a chunk. */
  get takesEvents(): boolean {
    return this.#inner.emit !== undefined;
  }
}

function memoryChunk(meta: ReadyChunk['meta'], text: string, count: number): ReadyChunk {
  let bytes = Buffer.from(text, 'latin1');
  return {
    id: randomBytes(16).toString('hex'),
    meta,
    count,
    createdAt: Date.now(),
    attempt: 0,
    read: () => bytes,
    replace(rest: Buffer) {
      bytes = Buffer.from(rest);
    },
  };
}
