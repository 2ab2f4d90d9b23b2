/**
 * One server: its connections, its heartbeats, whether it is there.
 *
 * A server is away when its heartbeats stay out (phi, hard_timeout) or it refuses; it comes back after `recover_wait` of good heartbeats. With
 * `heartbeat_type none` it is always tried.
 */
import type { ConfigOf } from '../../../config/schema.ts';
import type { ClockPort, NetPort } from '../../core/ports.ts';
import { type ClientTls, connectTo } from '../../io/connect.ts';
import type { Logger } from '../../plugin.ts';
import type { Balanced } from './balancer.ts';
import { FailureDetector } from './failure-detector.ts';
import type { schema } from './schema.ts';
import type { Service } from './service.ts';
import { ForwardError, Session } from './session.ts';

export interface NodeOptions {
  readonly config: ConfigOf<typeof schema>;
  readonly clock: ClockPort;
  readonly net: NetPort;
  readonly log: Logger;
  readonly tls: ClientTls | undefined;
}

export interface Message {
  readonly parts: readonly Buffer[];
  /** The chunk's id as it is acknowledged; undefined where no ack is wanted. */
  readonly chunk: string | undefined;
}

const KEPT = 8;

export class ForwardNode implements Balanced {
  readonly service: Service;
  readonly title: string;
  readonly #options: NodeOptions;
  readonly #failure: FailureDetector;
  readonly #idle: Session[] = [];
  #available = true;
  #beating = false;

  constructor(service: Service, options: NodeOptions) {
    const { heartbeat_interval: interval, hard_timeout: hard } = options.config;
    this.service = service;
    this.title = service.name ?? `${service.host}:${service.port}`;
    this.#options = options;
    this.#failure = new FailureDetector(interval, hard, this.#now());
  }

  get weight(): number {
    return this.service.weight;
  }
  get standby(): boolean {
    return this.service.standby;
  }
  get available(): boolean {
    return this.#available || this.#options.config.heartbeat_type === 'none';
  }

  disable(): void {
    this.#available = false;
  }

  /** Resolves when the chunk is sent and, where wanted, acknowledged. */
  async send(message: Message): Promise<void> {
    const { config } = this.#options;
    const session = await this.#open();
    try {
      await session.write(message.parts, config.send_timeout * 1000);
      if (message.chunk !== undefined) await session.acknowledged(message.chunk, config.ack_response_timeout * 1000);
    } catch (error) {
      session.socket.destroy();
      // Connections to the same dead machine, or to an address that the name no longer has, would fail one after the other.
      this.close();
      // A server that takes chunks and does not acknowledge them is worse than one that is away.
      if (message.chunk !== undefined) this.disable();
      throw error;
    }
    this.#failure.beat(this.#now());
    this.#release(session);
  }

  /** Connects and proves who we are. @throws where that fails */
  async verify(): Promise<void> {
    this.#release(await this.#open());
  }

  /** One heartbeat over the transport; true where the server came back by it. */
  async heartbeat(): Promise<boolean> {
    if (this.#beating) return false;
    this.#beating = true;
    try {
      await this.verify();
      return this.beaten();
    } catch (error) {
      this.#options.log.debug('failed to send heartbeat packet', {
        host: this.service.host,
        port: this.service.port,
        error,
      });
      return false;
    } finally {
      this.#beating = false;
    }
  }

  /** A heartbeat came back; true where the server is there again by it. */
  beaten(): boolean {
    const { config, log } = this.#options;
    this.#failure.beat(this.#now());
    if (this.#available || this.#failure.samples <= config.recover_wait / config.heartbeat_interval) return false;
    this.#available = true;
    log.warn(`recovered forwarding server '${this.title}'`, { host: this.service.host, port: this.service.port });
    return true;
  }

  /** Judges the silence so far; true where the server is away by it. */
  tick(): boolean {
    const { config, log } = this.#options;
    const now = this.#now();
    if (!this.#available) {
      if (this.#failure.isOver(now)) this.#failure.clear();
      return false;
    }
    const phi = config.phi_failure_detector ? this.#failure.phi(now) : 0;
    const hard = this.#failure.isOver(now);
    if (!hard && phi <= config.phi_threshold) return false;
    log.warn(`detached forwarding server '${this.title}'`, {
      host: this.service.host,
      port: this.service.port,
      ...(hard ? { hard_timeout: true } : { phi, phi_threshold: config.phi_threshold }),
    });
    this.disable();
    this.#failure.clear();
    return true;
  }

  close(): void {
    for (const session of this.#idle.splice(0)) session.close();
  }

  async #open(): Promise<Session> {
    const { config, net, tls } = this.#options;
    const kept = this.#kept();
    if (kept !== undefined) return kept;
    const limit = (config.connect_timeout ?? config.send_timeout) * 1000;
    const { host, port, name } = this.service;
    const secure = tls === undefined ? undefined : { ...tls, serverName: /^[\d.:a-f]+$/i.test(host) ? name : host };
    const socket = await connectTo({
      ...{ net, host, port, timeoutMs: limit, tls: secure },
      anyAddress: config.dns_round_robin,
    });
    const session = new Session(socket, this.#now());
    const security = config.$sections.security[0];
    if (security === undefined) return session;
    try {
      const credentials = {
        selfHostname: security.self_hostname ?? '',
        sharedKey: this.service.shared_key ?? security.shared_key ?? '',
        username: this.service.username,
        password: this.service.password,
      };
      await session.greet(credentials, limit);
    } catch (error) {
      session.socket.destroy();
      this.disable();
      throw new ForwardError(`failed to establish connection with node ${this.title}: ${(error as Error).message}`);
    }
    return session;
  }

  #kept(): Session | undefined {
    const { keepalive_timeout: limit } = this.#options.config;
    for (;;) {
      const session = this.#idle.pop();
      if (session === undefined) return undefined;
      if (session.usable && (limit === undefined || this.#now() - session.openedAt < limit)) return session;
      session.close();
    }
  }

  #release(session: Session): void {
    if (this.#options.config.keepalive && session.usable && this.#idle.length < KEPT) this.#idle.push(session);
    else session.close();
  }

  /** Seconds. */
  #now(): number {
    return this.#options.clock.now() / 1000;
  }
}
