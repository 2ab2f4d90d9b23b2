/**
 * The net port's twin: real connections to real servers, of which the Nth connect, the Nth write or the Nth part of an answer goes wrong as networks do.
 *
 * A write that fails may have arrived whole, in half or not at all: each is a fault of its own. What hangs is never heard of again, and nothing
 * that is written behind it arrives.
 */
import type http from 'node:http';
import net from 'node:net';
import type { NetPort } from '../../src/pipeline/core/ports.ts';
import { realNet } from '../../src/pipeline/io/ports.ts';

export interface Fault {
  readonly at: 'connect' | 'write' | 'answer';
  /** An error of the system; `hang`: silence; `cut`: half of it, then the end of the connection. */
  readonly how: 'ECONNREFUSED' | 'ECONNRESET' | 'EPIPE' | 'ETIMEDOUT' | 'hang' | 'cut';
  /** Of a write that fails: what arrives all the same. Default: nothing. */
  readonly arrives?: 'half' | 'all';
}

export class FaultyNet {
  /** Connects, writes or parts of answers so far. */
  calls = 0;
  readonly #fault: Fault;
  readonly #hit: number;
  readonly #sockets = new Set<net.Socket>();
  readonly #agents = new WeakSet<object>();

  /** The call of number `hit`, counted from 1, meets the fault. */
  constructor(fault: Fault, hit: number) {
    this.#fault = fault;
    this.#hit = hit;
  }

  readonly port: NetPort = {
    ...realNet,
    connect: (options) => this.#open(options),
    // Node's agents ask for connections themselves.
    httpRequest: ((options: http.RequestOptions, ...rest: [never]) => {
      const { agent } = options;
      if (typeof agent === 'object' && !this.#agents.has(agent)) {
        this.#agents.add(agent);
        agent.createConnection = (given) => this.#open(given as net.TcpNetConnectOpts);
      }
      return realNet.httpRequest(options, ...rest);
    }) as NetPort['httpRequest'],
  };

  get openSockets(): number {
    return [...this.#sockets].filter((socket) => !socket.destroyed).length;
  }

  #isHit(at: Fault['at']): boolean {
    return at === this.#fault.at && ++this.calls === this.#hit;
  }

  #open(options: net.TcpNetConnectOpts): net.Socket {
    const { how } = this.#fault;
    const isRefused = this.#isHit('connect');
    const socket = isRefused ? new net.Socket() : net.connect(options);
    this.#sockets.add(socket);
    if (isRefused) {
      // Until the error comes, or whoever waits gives up.
      Object.assign(socket, { connecting: true });
      if (how !== 'hang') setImmediate(() => socket.destroy(systemError(how, 'connect')));
      return socket;
    }
    const life = { isOver: false };
    this.#spoilWrites(socket, life);
    this.#spoilAnswers(socket, life);
    return socket;
  }

  #spoilWrites(socket: net.Socket, life: { isOver: boolean }): void {
    const { how, arrives } = this.#fault;
    const write = socket._write.bind(socket);
    // One write of many parts is one call.
    socket._writev = (parts, done) => {
      const blocks = parts.map(({ chunk, encoding }) => Buffer.from(chunk as string, encoding));
      socket._write(Buffer.concat(blocks), 'buffer' as BufferEncoding, done);
    };
    socket._write = (block: Buffer | string, encoding, done) => {
      if (life.isOver) return;
      if (!this.#isHit('write')) return write(block, encoding, done);
      life.isOver = true;
      const bytes = typeof block === 'string' ? Buffer.from(block, encoding) : block;
      const share = arrives === 'all' ? 1 : arrives === 'half' ? 0.5 : 0;
      const fail = () => {
        if (how !== 'hang') done(systemError(how, 'write'));
      };
      if (share === 0) fail();
      else write(bytes.subarray(0, Math.ceil(bytes.length * share)), 'buffer' as BufferEncoding, fail);
    };
  }

  #spoilAnswers(socket: net.Socket, life: { isOver: boolean }): void {
    const { how } = this.#fault;
    const push = socket.push.bind(socket);
    socket.push = (part: Buffer | null) => {
      if (life.isOver) return true;
      if (part === null || !this.#isHit('answer')) return push(part);
      life.isOver = true;
      if (how === 'cut') {
        push(part.subarray(0, Math.floor(part.length / 2)));
        return push(null);
      }
      if (how !== 'hang') socket.destroy(systemError(how, 'read'));
      return true;
    };
  }
}

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}: scripted`), { code, syscall, errno: -1 });
}
