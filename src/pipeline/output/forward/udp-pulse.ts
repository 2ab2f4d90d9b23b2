/** Heartbeats over UDP: one byte to each server, which sends one back. Names are looked up for each. */
import dgram from 'node:dgram';
import dns from 'node:dns/promises';

const PULSE = Buffer.from([0]);

export interface Answer {
  /** As the server was named. */
  readonly host: string;
  readonly port: number;
}

export class UdpPulse {
  readonly #socket: dgram.Socket;
  /** `address:port` → the server's name. */
  readonly #asked = new Map<string, Answer>();

  private constructor(socket: dgram.Socket, onAnswer: (answer: Answer) => void) {
    this.#socket = socket;
    socket.on('message', (_bytes, from) => {
      const asked = this.#asked.get(`${from.address}:${from.port}`);
      if (asked !== undefined) onAnswer(asked);
    });
    socket.on('error', () => undefined);
  }

  static async open(onAnswer: (answer: Answer) => void): Promise<UdpPulse> {
    const socket = dgram.createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ port: 0, exclusive: true }, resolve);
    });
    socket.removeAllListeners('error');
    socket.unref();
    return new UdpPulse(socket, onAnswer);
  }

  send(host: string, port: number): void {
    dns
      .lookup(host, { family: 4 })
      .then(({ address }) => {
        this.#asked.set(`${address}:${port}`, { host, port });
        this.#socket.send(PULSE, port, address, () => undefined);
      })
      // A name that cannot be looked up is a heartbeat that stays out.
      .catch(() => undefined);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
