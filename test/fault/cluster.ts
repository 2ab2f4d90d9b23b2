/**
 * A scripted Elasticsearch: takes bulk requests, misbehaves as told, and keeps count of every numbered line: how often it was accepted, and how often
 * it stands in an index (`create` with an `_id` that is there is 409, as in the real one).
 */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Script {
  /** Headers of what `request` answers. */
  readonly headers?: () => Record<string, string>;
  /** Looks at a request that `request` lets through: a status for all of it. */
  readonly whole?: (request: http.IncomingMessage, bytes: number, running: number) => number | undefined;
  /** Milliseconds that a request takes; `running` of them are under way. */
  readonly takes?: (running: number) => number;
  /** Before the request is looked at: a status, or no answer at all. */
  readonly request?: (n: number) => number | 'reset' | 'hang' | undefined;
  /** For each item: 201, or a refusal. */
  readonly item?: (key: string, times: number) => number;
  /** The request is taken, but its answer never comes. */
  readonly loseAnswer?: (n: number) => boolean;
}

const LINE = /"log":"(?<pod>[\w-]+) (?<n>\d+)/;

export class Cluster {
  script: Script = {};
  /** Key → times accepted (201 or 409). */
  readonly accepted = new Map<string, number>();
  /** Key → documents. */
  readonly indexed = new Map<string, number>();
  /** Keys of each pod in the order of their first acceptance. */
  readonly order = new Map<string, number[]>();
  /** Key → wall clock ms of the first acceptance. */
  readonly seenAt = new Map<string, number>();
  readonly #tries = new Map<string, number>();
  readonly #ids = new Set<string>();
  readonly #sockets = new Set<Socket>();
  /** The last one is the cluster; those before it are addresses that it left, where requests are taken and never answered. */
  readonly #servers: (http.Server | https.Server)[] = [];
  #requests = 0;
  #running = 0;
  /** Times of bulk requests, wall clock ms. */
  readonly askedAt: number[] = [];
  /** Answers over TLS from the next `open` on. */
  tls: https.ServerOptions | undefined;
  port = 0;
  /** Where the next `open` listens. */
  address = '127.0.0.1';

  async open(): Promise<void> {
    const listener: http.RequestListener = (request, response) => {
      // A request that ends in the middle was none.
      if (server === this.#servers.at(-1)) this.#answer(request, response).catch(() => undefined);
      else request.resume();
    };
    const server = this.tls === undefined ? http.createServer(listener) : https.createServer(this.tls, listener);
    // As the real one: idle connections stay.
    server.keepAliveTimeout = 0;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.port, this.address, resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#servers.push(server);
  }

  /** Refuses connections until it is opened again, at the same port. */
  async close(): Promise<void> {
    const closed = this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const raw = Buffer.concat(parts);
    const json = (status: number, body: unknown) => {
      const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
      response.writeHead(status, { ...headers, ...(status >= 300 ? this.script.headers?.() : {}) });
      response.end(JSON.stringify(body));
    };
    if (!request.url?.includes('_bulk')) return json(200, { version: { number: '8.19.0' } });
    const n = this.#requests++;
    this.askedAt.push(Date.now());
    const verdict = this.script.request?.(n);
    if (verdict === 'reset') return void request.socket.destroy();
    if (verdict === 'hang') return;
    if (verdict !== undefined)
      return json(verdict, { error: { type: 'scripted', reason: 'scripted' }, status: verdict });
    this.#running++;
    const whole = this.script.whole?.(request, raw.length, this.#running);
    await new Promise((resolve) => setTimeout(resolve, this.script.takes?.(this.#running) ?? 0));
    this.#running--;
    if (whole !== undefined) return json(whole, { error: { type: 'scripted', reason: 'scripted' }, status: whole });
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const items = this.#take(body.toString('utf8').split('\n'));
    if (this.script.loseAnswer?.(n)) return void request.socket.destroy();
    json(200, { took: 1, errors: items.some((item) => item.create.status >= 300), items });
  }

  #take(lines: readonly string[]): { create: { status: number } }[] {
    const items: { create: { status: number; error?: { type: string; reason: string } } }[] = [];
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const status = this.#item(lines[i]!, lines[i + 1]!);
      const error = {
        type: status === 429 ? 'es_rejected_execution_exception' : 'mapper_parsing_exception',
        reason: 'scripted',
      };
      items.push({ create: status < 300 ? { status } : { status, error } });
    }
    return items;
  }

  #item(action: string, document: string): number {
    const found = LINE.exec(document)?.groups;
    if (found === undefined) return 400;
    const { pod, n } = found as { pod: string; n: string };
    const key = `${pod} ${n}`;
    const times = (this.#tries.get(key) ?? 0) + 1;
    this.#tries.set(key, times);
    const status = this.script.item?.(key, times) ?? 201;
    if (status >= 300) return status;
    if (!this.accepted.has(key)) {
      const order = this.order.get(pod) ?? [];
      order.push(Number(n));
      this.order.set(pod, order);
      this.seenAt.set(key, Date.now());
    }
    this.accepted.set(key, (this.accepted.get(key) ?? 0) + 1);
    const id = /"_id":"([^"]*)"/.exec(action)?.[1];
    if (id !== undefined && this.#ids.has(id)) return 409;
    if (id !== undefined) this.#ids.add(id);
    this.indexed.set(key, (this.indexed.get(key) ?? 0) + 1);
    return 201;
  }
}
