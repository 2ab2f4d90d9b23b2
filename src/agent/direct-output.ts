/** A buffered output used without a buffer: each stream becomes one chunk in memory, written at once. */
import { randomBytes } from 'node:crypto';
import type { EventStream } from '../pipeline/core/event.ts';
import type { BufferedOutput, Output, ReadyChunk } from '../pipeline/plugin.ts';

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
    const render = this.#inner.renderer(stream.tag, meta);
    let text = '';
    for (const event of stream.events) text += render(event);
    return this.#inner.write(memoryChunk(meta, text, stream.events.length), NEVER);
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
