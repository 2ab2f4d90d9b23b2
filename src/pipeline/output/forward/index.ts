/**
 * `@type forward`: chunks to other agents (Fluentd, Fluent Bit, sluice) by the forward protocol.
 *
 * Guarantees: a chunk goes to one server, the next one where that fails; with `require_ack_response` it is done only when the server has it in
 * its buffers. Chunks hold MessagePack entries that are sent as they are. Leaves retries to the buffer, which server is next to
 * balancer.ts, one server's connections to node.ts.
 */
import { gzipSync } from 'node:zlib';
import { encodeArrayHead, encodeBytes, encodeEventTime, encodeMsgpack, encodeRecord } from '../../codec/msgpack.ts';
import { PluginConfigError } from '../../core/errors.ts';
import { EventStream } from '../../core/event.ts';
import type { Timer } from '../../core/ports.ts';
import { toBytes } from '../../core/value.ts';
import { readEntries } from '../../forward/message.ts';
import type { ClientTls } from '../../io/connect.ts';
import { versions } from '../../io/transport.ts';
import { type BufferedOutput, defineBufferedOutput, type OutputHost, type ReadyChunk } from '../../plugin.ts';
import { Balancer } from './balancer.ts';
import { Discovery } from './discovery.ts';
import { ForwardNode, type Message, type NodeOptions } from './node.ts';
import { schema } from './schema.ts';
import type { Service } from './service.ts';
import { ForwardError } from './session.ts';
import { UdpPulse } from './udp-pulse.ts';

type Config = NodeOptions['config'];

/** Between looks at service discovery files. */
const DISCOVERY_MS = 1000;

export const plugin = defineBufferedOutput({
  kind: 'output',
  type: 'forward',
  buffering: 'always',
  bufferDefaults: { $arg: 'tag' },
  doc: 'Sends events to other agents.',
  schema,
  create(config, host) {
    if (!host.chunkKeys.tag) throw new PluginConfigError("buffer chunk key must include 'tag' for forward output");
    for (const name of ['host', 'port'])
      if (config.$element.params.has(name))
        throw new PluginConfigError(`'${name}' parameter is already removed: Use <server> section instead.`);
    if (config.dns_round_robin && config.heartbeat_type === 'udp')
      throw new PluginConfigError(
        "forward output heartbeat type must be 'transport' or 'none' to use dns_round_robin option",
      );
    if (config.ack_response_timeout < 1) throw new PluginConfigError('ack_response_timeout must be a positive integer');
    const discovery = new Discovery(config, host.ports.fs);
    if (discovery.services().length === 0 && !discovery.mayFind)
      throw new PluginConfigError(
        'forward output plugin requires at least one node is required. Add <server> or <service_discovery>',
      );
    return new Forward(config, host, discovery);
  },
});

class Forward implements BufferedOutput {
  readonly #config: Config;
  readonly #host: OutputHost;
  readonly #discovery: Discovery;
  readonly #balancer = new Balancer<ForwardNode>();
  readonly #integerTime: boolean;
  #nodes: ForwardNode[] = [];
  #timers: Timer[] = [];
  #pulse: UdpPulse | undefined;
  #tls: ClientTls | undefined;

  constructor(config: Config, host: OutputHost, discovery: Discovery) {
    this.#config = config;
    this.#host = host;
    this.#discovery = discovery;
    this.#integerTime = /^(true|yes|)$/.test(host.element.text('time_as_integer') ?? 'false');
  }

  async start(): Promise<void> {
    const { config, clock, log } = { config: this.#config, clock: this.#host.ports.clock, log: this.#host.log };
    this.#tls = config.transport === 'tls' ? this.#clientTls() : undefined;
    await this.#ask();
    this.#setNodes(this.#discovery.services());
    if (config.verify_connection_at_startup) for (const node of this.#nodes) await node.verify();
    if (config.heartbeat_type === 'udp') this.#pulse = await UdpPulse.open((answers) => this.#onPulse(answers));
    if (config.heartbeat_type !== 'none')
      this.#timers.push(clock.every(Math.max(50, config.heartbeat_interval * 1000), () => this.#beat()));
    if (this.#discovery.watches)
      this.#timers.push(
        clock.every(DISCOVERY_MS, () => {
          try {
            if (this.#discovery.refresh()) this.#setNodes(this.#discovery.services());
          } catch (error) {
            log.error('service discovery failed: going on with the servers known so far', { error });
          }
          void this.#ask().then((changed) => changed && this.#setNodes(this.#discovery.services()));
        }),
      );
  }

  /** What DNS says; an error leaves the servers as they are. */
  async #ask(): Promise<boolean> {
    const { ports, log } = this.#host;
    try {
      return await this.#discovery.ask(ports.clock.monotonic());
    } catch (error) {
      log.error('service discovery failed: going on with the servers known so far', { error });
      return false;
    }
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    for (const node of this.#nodes) node.close();
    await this.#pulse?.close();
  }

  renderer() {
    const whole = this.#integerTime;
    const pair = encodeArrayHead(2);
    return (event: { sec: number; nsec: number } & Parameters<typeof encodeRecord>[0]) =>
      pair + (whole ? encodeMsgpack(event.sec) : encodeEventTime(event.sec, event.nsec)) + encodeRecord(event);
  }

  async write(chunk: ReadyChunk): Promise<void> {
    const message = this.#message(chunk);
    let failure: unknown;
    for (const node of this.#balancer.order()) {
      try {
        await node.send(message);
        return;
      } catch (error) {
        failure = error;
        if (!node.available) this.#balancer.rebalance(this.#nodes);
        this.#host.log.debug('a chunk could not be sent to a server', { node: node.title, error });
      }
    }
    throw failure ?? new ForwardError('no nodes are available');
  }

  events(chunk: ReadyChunk): EventStream[] {
    return [new EventStream(chunk.meta.tag ?? '', readEntries(chunk.read()).events)];
  }

  stats() {
    return {
      healthy_nodes_count: this.#nodes.filter((node) => node.available).length,
      registered_nodes_count: this.#nodes.length,
    };
  }

  #message(chunk: ReadyChunk): Message {
    const { compress, require_ack_response: ack } = this.#config;
    const entries = compress === 'gzip' ? gzipSync(chunk.read()) : chunk.read();
    // As Ruby's Base64.encode64 has it: with a line end.
    const id = ack ? `${Buffer.from(chunk.id, 'hex').toString('base64')}\n` : undefined;
    const option = { size: chunk.count, compressed: compress, ...(id === undefined ? {} : { chunk: id }) };
    const head = Buffer.from(
      `${encodeArrayHead(3)}${encodeBytes(toBytes(chunk.meta.tag ?? ''))}\xdb\0\0\0\0`,
      'latin1',
    );
    head.writeUInt32BE(entries.length, head.length - 4);
    return { parts: [head, entries, Buffer.from(encodeMsgpack(option), 'latin1')], chunk: id };
  }

  #setNodes(services: readonly Service[]): void {
    const key = (service: Service) => JSON.stringify(service);
    const known = new Map(this.#nodes.map((node) => [key(node.service), node]));
    const { clock, net } = this.#host.ports;
    const options = { config: this.#config, clock, net, log: this.#host.log, tls: this.#tls };
    this.#nodes = services.map((service) => known.get(key(service)) ?? this.#add(service, options));
    for (const node of known.values()) if (!this.#nodes.includes(node)) node.close();
    this.#balancer.rebalance(this.#nodes);
  }

  #add(service: Service, options: NodeOptions): ForwardNode {
    const { host, port, weight } = service;
    this.#host.log.info(`adding forwarding server '${service.name ?? `${host}:${port}`}'`, { host, port, weight });
    return new ForwardNode(service, options);
  }

  #beat(): void {
    for (const node of this.#nodes) {
      if (this.#pulse !== undefined) this.#pulse.send(node.service.host, node.service.port);
      else
        void node.heartbeat().then((changed) => {
          if (changed) this.#balancer.rebalance(this.#nodes);
        });
      if (node.tick()) this.#balancer.rebalance(this.#nodes);
    }
  }

  #onPulse({ host, port }: { host: string; port: number }): void {
    const node = this.#nodes.find(({ service }) => service.host === host && service.port === port);
    if (node?.beaten()) this.#balancer.rebalance(this.#nodes);
  }

  #clientTls(): ClientTls {
    const config = this.#config;
    const { fs } = this.#host.ports;
    const authorities = config.tls_cert_path ?? config.tls_ca_cert_path ?? [];
    if (config.tls_insecure_mode) this.#host.log.warn('TLS transport is configured in insecure way');
    const read = (file: string | undefined) => (file === undefined ? undefined : fs.readFileSync(file));
    return {
      context: {
        ...versions(config.tls_version, undefined, undefined),
        ...(config.tls_ciphers === undefined ? {} : { ciphers: config.tls_ciphers }),
        ...(authorities.length > 0 ? { ca: authorities.map((file) => fs.readFileSync(file)) } : {}),
        cert: read(config.tls_client_cert_path),
        key: read(config.tls_client_private_key_path),
        passphrase: config.tls_client_private_key_passphrase,
      },
      serverName: undefined,
      verifyHostname: config.tls_verify_hostname,
      allowSelfSigned: config.tls_allow_self_signed_cert,
      insecure: config.tls_insecure_mode,
    };
  }
}
