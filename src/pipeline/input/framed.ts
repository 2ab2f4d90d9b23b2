/**
 * A server whose connections carry framed messages (tcp, syslog): cuts them, has events made of them, delivers these.
 *
 * Guarantees: messages of a connection are delivered in order; a connection is not read while its events find no room. Leaves what a message
 * means to the plugin.
 */
import type net from 'node:net';
import type { Framer } from '../codec/framing.ts';
import { byteString } from '../codec/text.ts';
import type { EventStream } from '../core/event.ts';
import {
  type Address,
  hostNameOf,
  type Listener,
  listenStream,
  plainAddress,
  type StreamOptions,
} from '../io/listen.ts';
import type { InputHost } from '../plugin.ts';
import { Delivery } from './delivery.ts';

export interface Peer {
  readonly address: string;
  /** Name of the address where it was asked for, else the address. */
  readonly name: string;
}

export interface FramedOptions extends StreamOptions {
  readonly resolveName: boolean;
  makeFramer(): Framer;
  /** False: the connection is closed. */
  admit(address: string): boolean;
  /** Streams of the messages of one block. */
  read(messages: readonly string[], peer: Peer): EventStream[];
}

export class FramedServer {
  readonly #host: InputHost;
  readonly #delivery: Delivery;
  #listener: Listener | undefined;

  constructor(host: InputHost) {
    this.#host = host;
    this.#delivery = new Delivery(host);
  }

  async start(at: Address, options: FramedOptions): Promise<void> {
    const onTlsError = (error: Error) => this.#host.log.warn('a TLS handshake failed', { port: at.port, error });
    this.#listener = await listenStream(at, { ...options, onTlsError }, (socket) => {
      const address = plainAddress(socket.remoteAddress);
      if (!options.admit(address)) {
        this.#host.log.warn(`anonymous client '${address}' denied`);
        return void socket.destroy();
      }
      this.#serve(socket, address, options).catch((error: unknown) => {
        const gone = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes((error as NodeJS.ErrnoException).code ?? '');
        if (!gone) this.#host.log.warn('a connection could not be read any further: it is closed', { address, error });
        socket.destroy();
      });
    });
  }

  async stop(): Promise<void> {
    this.#delivery.stop();
    await this.#listener?.close();
  }

  async #serve(socket: net.Socket, address: string, options: FramedOptions): Promise<void> {
    const framer = options.makeFramer();
    const peer = { address, name: options.resolveName ? await hostNameOf(address) : address };
    for await (const block of socket as AsyncIterable<Buffer>) {
      this.#host.received(block.length);
      // Messages are cut as bytes: a character may lie across two blocks.
      const messages = framer
        .push(block.toString('latin1'))
        .map((message) => byteString(Buffer.from(message, 'latin1')));
      for (const stream of options.read(messages, peer)) await this.#delivery.emit(stream);
    }
  }
}
