/** One connection to a server: the handshake, sending a chunk, waiting for its ack. Answers are read one at a time. */
import type net from 'node:net';
import { MsgpackReader } from '../../codec/msgpack.ts';
import { MsgpackFramer } from '../../codec/msgpack-framing.ts';
import { SluiceError } from '../../core/errors.ts';
import { LONGEST_TIMER } from '../../core/ports.ts';
import { isHash } from '../../core/value.ts';
import { type Credentials, checkPong, newSalt, pingMessage, readHelo } from '../../forward/handshake.ts';

export class ForwardError extends SluiceError {
  constructor(message: string) {
    super('ERR_FORWARD', message);
  }
}

/** Answers are small. */
const LONGEST_ANSWER = 1024 * 1024;

export class Session {
  readonly socket: net.Socket;
  readonly openedAt: number;
  readonly #framer = new MsgpackFramer(LONGEST_ANSWER);
  readonly #answers: Buffer[] = [];
  #waiting: { resolve(answer: Buffer): void; reject(error: Error): void } | undefined;
  #ended: Error | undefined;

  constructor(socket: net.Socket, now: number) {
    this.socket = socket;
    this.openedAt = now;
    socket.on('data', (block: Buffer) => this.#read(block));
    socket.on('error', (error) => this.#end(error));
    socket.on('close', () => this.#end(new ForwardError('the connection was closed')));
  }

  get usable(): boolean {
    return this.#ended === undefined && this.socket.writable;
  }

  /** @throws ForwardError where the server refuses */
  async greet(credentials: Credentials, timeoutMs: number): Promise<void> {
    const helo = readHelo(await this.#answer(timeoutMs));
    if (helo === undefined) throw new ForwardError('received invalid helo message');
    const salt = Buffer.from(newSalt(), 'latin1').toString('hex');
    await this.write([Buffer.from(pingMessage(helo, salt, credentials), 'latin1')], timeoutMs);
    const problem = checkPong(await this.#answer(timeoutMs), helo.nonce, salt, credentials);
    if (problem !== undefined) throw new ForwardError(`connection refused: ${problem}`);
  }

  /** Resolves when the system has taken the bytes. */
  write(parts: readonly Buffer[], timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      const timer = setTimeout(
        () => {
          this.socket.destroy();
          reject(new ForwardError('sending timed out'));
        },
        Math.min(timeoutMs, LONGEST_TIMER),
      );
      this.socket.cork();
      for (const part of parts.slice(0, -1)) this.socket.write(part);
      this.socket.write(parts.at(-1)!, (error) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      });
      this.socket.uncork();
    });
  }

  /** Waits for the ack of a chunk. @throws ForwardError for another one, or none in time */
  async acknowledged(chunk: string, timeoutMs: number): Promise<void> {
    const answer = new MsgpackReader(await this.#answer(timeoutMs)).value();
    const ack = isHash(answer) ? answer['ack'] : undefined;
    if (ack !== chunk) throw new ForwardError('ack in response and chunk id in sent data are different');
  }

  close(): void {
    this.socket.end();
    this.socket.destroySoon();
  }

  #answer(timeoutMs: number): Promise<Buffer> {
    const ready = this.#answers.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#end(new ForwardError('no answer in time')),
        Math.min(timeoutMs, LONGEST_TIMER),
      );
      this.#waiting = {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
    });
  }

  #read(block: Buffer): void {
    try {
      this.#answers.push(...this.#framer.push(block));
    } catch (error) {
      return this.#end(error as Error);
    }
    if (this.#waiting === undefined) return;
    const answer = this.#answers.shift();
    if (answer === undefined) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(answer);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(error);
    this.socket.destroy();
  }
}
