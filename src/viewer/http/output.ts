/** Writing an answer piece by piece, at the pace of whoever reads it. */
import type { ServerResponse } from 'node:http';
import { createGzip, type Gzip } from 'node:zlib';

export class Output {
  /** Bytes of text before compression. */
  bytes = 0;
  readonly #response: ServerResponse;
  readonly #gzip: Gzip | undefined;

  constructor(response: ServerResponse, gzip: boolean) {
    this.#response = response;
    this.#gzip = gzip ? createGzip({ level: 4 }) : undefined;
    this.#gzip?.pipe(response);
  }

  /** Resolves when more may be written: memory stays bounded. */
  async write(text: string): Promise<void> {
    this.bytes += Buffer.byteLength(text);
    const target = this.#gzip ?? this.#response;
    if (target.write(text) || this.#response.closed) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        target.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      target.once('drain', done);
      this.#response.once('close', done);
    });
  }

  end(trailers: Record<string, string>): void {
    this.#response.addTrailers(trailers);
    if (this.#gzip === undefined) this.#response.end();
    else this.#gzip.end();
  }

  /** An answer that has begun and cannot go on must not look complete. */
  fail(): void {
    this.#gzip?.destroy();
    this.#response.destroy();
  }
}
