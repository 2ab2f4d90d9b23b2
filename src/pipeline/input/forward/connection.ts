/** One sender's connection: the handshake where it is asked for, then messages, each answered when its events are in the buffers. */
import type net from 'node:net';
import type { ConfigOf } from '../../../config/schema.ts';
import { JsonFramer } from '../../codec/json-framing.ts';
import { encodeMsgpack } from '../../codec/msgpack.ts';
import { MsgpackFramer } from '../../codec/msgpack-framing.ts';
import { EventStream, NO_TIME } from '../../core/event.ts';
import { fromBytes } from '../../core/value.ts';
import { heloMessage, newSalt, pongMessage, readPing, refusal } from '../../forward/handshake.ts';
import { type ForwardMessage, readJsonMessage, readMessage } from '../../forward/message.ts';
import { hostNameOf } from '../../io/listen.ts';
import type { InputHost } from '../../plugin.ts';
import { type Delivery, stampNow } from '../delivery.ts';
import type { schema } from './schema.ts';
import type { Security } from './security.ts';

export interface ConnectionOptions {
  readonly config: ConfigOf<typeof schema>;
  readonly host: InputHost;
  readonly security: Security | undefined;
  readonly delivery: Delivery;
}

/** A longer message is an attack or a broken stream: Fluentd's chunks have 256 MB at most. */
const LONGEST = 512 * 1024 * 1024;
/** Of a sender that has not proved itself yet. */
const LONGEST_GREETING = 64 * 1024;
const GREETING_MS = 30_000;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

/** Messages of either format, as they come. */
interface Reader {
  push(block: Buffer): { bytes: number; read(): ForwardMessage | undefined; raw: Buffer }[];
  answer(chunk: string): string;
  /** Longest message from now on. */
  allow(bytes: number): void;
}

export class Connection {
  readonly #socket: net.Socket;
  readonly #address: string;
  readonly #options: ConnectionOptions;
  readonly #nonce = newSalt();
  readonly #userSalt = newSalt();
  #established: boolean;
  #busy = false;
  #stopping = false;

  constructor(socket: net.Socket, address: string, options: ConnectionOptions) {
    this.#socket = socket;
    this.#address = address;
    this.#options = options;
    this.#established = options.security === undefined;
  }

  /** Ends the connection: at once, or when the message in hand is delivered and acknowledged. */
  finish(): void {
    this.#stopping = true;
    if (!this.#busy) this.#socket.destroy();
  }

  async run(): Promise<void> {
    const { host, config } = this.#options;
    if (!this.#established) {
      this.#send(heloMessage(this.#nonce, this.#userSalt, !config.deny_keepalive));
      this.#socket.setTimeout(GREETING_MS, () => {
        if (!this.#established) this.#socket.destroy();
      });
    }
    let reader: Reader | undefined;
    // Left alone when the loop ends: an answer may still be on its way out.
    for await (const block of this.#socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      host.received(block.length);
      reader ??= this.#reader(block);
      for (const message of reader.push(block)) {
        this.#busy = true;
        if (this.#established) await this.#take(message.read(), message.bytes, reader);
        else if (this.#greet(message.raw)) reader.allow(LONGEST);
        else return;
        this.#busy = false;
        if (this.#stopping) return this.#socket.destroySoon();
        if (this.#socket.writableEnded) return;
      }
    }
  }

  #reader(block: Buffer): Reader {
    const longest = this.#established ? LONGEST : LONGEST_GREETING;
    const strict = this.#options.config.skip_invalid_event;
    return block[0] === OPEN_BRACKET || block[0] === OPEN_BRACE ? jsonReader(longest) : msgpackReader(longest, strict);
  }

  /** False where the sender is refused. */
  #greet(raw: Buffer): boolean {
    const { host } = this.#options;
    const security = this.#options.security!;
    const ping = readPing(raw);
    const verdict = security.check(ping, this.#address, this.#nonce, security.userAuth ? this.#userSalt : '');
    if ('refused' in verdict) {
      host.log.warn('a sender was refused', { address: this.#address, reason: verdict.refused });
      this.#send(refusal(verdict.refused));
      this.#socket.destroySoon();
      return false;
    }
    this.#send(pongMessage(ping!, this.#nonce, security.selfHostname, verdict.sharedKey));
    this.#established = true;
    this.#socket.setTimeout(0);
    return true;
  }

  async #take(message: ForwardMessage | undefined, bytes: number, reader: Reader): Promise<void> {
    if (message === undefined) return;
    const { config, host, delivery } = this.#options;
    const shown = { tag: message.tag, host: this.#address, size: bytes };
    if (config.chunk_size_limit !== undefined && bytes > config.chunk_size_limit) {
      host.log.warn("Input chunk size is larger than 'chunk_size_limit', dropped:", {
        ...shown,
        limit: config.chunk_size_limit,
      });
      return;
    }
    if (config.chunk_size_warn_limit !== undefined && bytes > config.chunk_size_warn_limit)
      host.log.warn("Input chunk size is larger than 'chunk_size_warn_limit':", {
        ...shown,
        limit: config.chunk_size_warn_limit,
      });
    if (message.invalid > 0) host.log.warn('skip invalid event:', { ...shown, events: message.invalid });
    await this.#complete(message);
    await delivery.emit(new EventStream(this.#tag(message.tag), message.events));
    if (message.chunk !== undefined) this.#send(reader.answer(message.chunk));
    if (config.deny_keepalive) this.#socket.destroySoon();
  }

  async #complete({ events }: ForwardMessage): Promise<void> {
    const { config, host } = this.#options;
    const name = config.source_hostname_key === undefined ? '' : await hostNameOf(this.#address);
    for (const event of events) {
      if (event.sec === NO_TIME) stampNow(event, host);
      if (config.source_address_key !== undefined) event.set(config.source_address_key, this.#address);
      if (config.source_hostname_key !== undefined) event.set(config.source_hostname_key, name);
    }
  }

  #tag(given: string): string {
    const { tag = given, add_tag_prefix: prefix } = this.#options.config;
    return prefix === undefined ? tag : `${prefix}.${tag}`;
  }

  #send(text: string): void {
    if (this.#socket.writable) this.#socket.write(Buffer.from(text, 'latin1'));
  }
}

function msgpackReader(longest: number, strict: boolean): Reader {
  const framer = new MsgpackFramer(longest);
  return {
    allow: (bytes) => {
      framer.limit = bytes;
    },
    push: (block) =>
      framer.push(block).map((raw) => ({ bytes: raw.length, raw, read: () => readMessage(raw, strict) })),
    answer: (chunk) => encodeMsgpack({ ack: chunk }),
  };
}

/** A sender that must prove itself speaks MessagePack, so the limit never changes here. */
function jsonReader(longest: number): Reader {
  const framer = new JsonFramer({ limit: longest });
  return {
    allow: () => undefined,
    push: (block) =>
      framer.push(block.toString('latin1')).map((text) => ({
        bytes: text.length,
        raw: Buffer.from(text, 'latin1'),
        read: () => readJsonMessage(fromBytes(text)),
      })),
    answer: (chunk) => JSON.stringify({ ack: chunk }),
  };
}
