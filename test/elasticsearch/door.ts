/**
 * The way from the output to a real node, with a look at what goes by: each bulk request with its answer. What the node would
 * take a minute for (it waits that long for shards) comes in an instant with `timeout`, the bulk request's own parameter.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Bulk {
  readonly items: number;
  readonly bytes: number;
  readonly status: number;
  /** Status of each item; empty where the whole request was refused. */
  readonly statuses: readonly number[];
  readonly answer: string;
}

export class Door {
  readonly #target: number;
  readonly #server: http.Server;
  #bulks: Bulk[] = [];
  /** Of every bulk request, such as `100ms`. */
  timeout: string | undefined;

  private constructor(target: number) {
    this.#target = target;
    this.#server = http.createServer((request, response) => void this.#pass(request, response));
  }

  static async open(target: number): Promise<Door> {
    const door = new Door(target);
    await new Promise<void>((resolve) => door.#server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The bulk requests that were answered, in the order of their answers. */
  get bulks(): readonly Bulk[] {
    return this.#bulks;
  }

  clear(): void {
    this.#bulks = [];
    this.timeout = undefined;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const isBulk = /\/_bulk(\?|$)/.test(request.url ?? '');
    const path = isBulk && this.timeout !== undefined ? `${request.url}?timeout=${this.timeout}` : request.url;
    try {
      const body = await bytesOf(request);
      const headers = { ...request.headers, 'content-length': String(body.length) };
      delete headers['transfer-encoding'];
      const { method } = request;
      const answer = await send({ port: this.#target, method, path, headers, agent: false }, body);
      if (isBulk) this.#note(body, answer.status, answer.body.toString('utf8'));
      const type = { 'content-type': answer.type };
      response.writeHead(answer.status, type).end(answer.body);
    } catch {
      // The node is not there, or went away in the middle: so does the connection.
      request.socket.destroy();
    }
  }

  #note(body: Buffer, status: number, answer: string): void {
    const lines = body.toString('latin1').split('\n').length - 1;
    const { items = [] } = (status < 300 ? JSON.parse(answer) : {}) as { items?: Record<string, { status: number }>[] };
    const statuses = items.map((item) => Object.values(item)[0]!.status);
    this.#bulks.push({ items: lines / 2, bytes: body.length, status, statuses, answer });
  }
}

async function bytesOf(stream: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

function send(options: Record<string, unknown>, body: Buffer): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', ...options }, (answer) => {
      const type = answer.headers['content-type'] ?? 'text/plain';
      bytesOf(answer).then((bytes) => resolve({ status: answer.statusCode ?? 0, type, body: bytes }), reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
