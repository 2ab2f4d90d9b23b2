/**
 * `@type forward`: events from other agents (Fluentd, Fluent Bit, sluice) by the forward protocol.
 *
 * Guarantees: an ack is sent when the events are in the buffers (on disk for file buffers), so a sender that asks for acks loses nothing; a
 * connection is not read while its events find no room; its messages are taken in order. A broken message ends its connection only.
 */
import { PluginConfigError } from '../../core/errors.ts';
import { type Listener, listenStream, listenUdp, plainAddress } from '../../io/listen.ts';
import { checkTransport, serverTls } from '../../io/transport.ts';
import { defineInput } from '../../plugin.ts';
import { Delivery } from '../delivery.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { schema } from './schema.ts';
import { Security } from './security.ts';

/** Heartbeats have one byte. */
const HEARTBEAT = { maxBytes: 128 };
/** A stop waits this long for messages that are being delivered. */
const FINISH_MS = 5000;
const PULSE = Buffer.from([0]);

export const plugin = defineInput({
  kind: 'input',
  type: 'forward',
  doc: 'Takes events from other agents.',
  schema,
  create(config, host) {
    if (config.source_hostname_key !== undefined && config.resolve_hostname === false)
      throw new PluginConfigError('resolve_hostname must be true with source_hostname_key');
    for (const name of ['tag', 'add_tag_prefix'] as const)
      if (config[name] === '') throw new PluginConfigError(`'${name}' parameter must not be empty`);
    if (config.send_keepalive_packet && config.deny_keepalive)
      throw new PluginConfigError("both 'send_keepalive_packet' and 'deny_keepalive' cannot be set to true");
    const transport = config.$sections.transport[0];
    checkTransport(transport);
    const section = config.$sections.security[0];
    const security = section === undefined ? undefined : new Security(section);
    const delivery = new Delivery(host);
    const options: ConnectionOptions = { config, host, security, delivery };
    const open = new Map<Connection, Promise<void>>();
    let stopping = false;
    let tcp: Listener | undefined;
    let udp: Listener | undefined;
    return {
      async start() {
        await security?.start();
        const tls = serverTls(transport, host.ports.fs);
        const stream = {
          ...{ tls, backlog: config.backlog, keepAlive: config.send_keepalive_packet },
          onTlsError: (error: Error) => host.log.warn('a TLS handshake failed', { port: config.port, error }),
        };
        tcp = await listenStream(config, stream, (socket) => {
          const address = plainAddress(socket.remoteAddress);
          const connection = new Connection(socket, address, options);
          const run = connection.run().catch((error: unknown) => {
            const gone = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'];
            if (!gone.includes((error as NodeJS.ErrnoException).code ?? ''))
              host.log.warn('unexpected error on reading data', { host: address, port: config.port, error });
            socket.destroy();
          });
          open.set(connection, run);
          void run.finally(() => open.delete(connection));
          if (stopping) connection.finish();
        });
        const at = { bind: config.bind, port: tcp.port };
        udp = await listenUdp(at, HEARTBEAT, (message) => message.reply(PULSE));
        host.log.info('listening port', at);
      },
      async stop() {
        stopping = true;
        delivery.stop();
        // What is in hand is delivered and acknowledged: a sender that heard nothing would send it again.
        for (const connection of open.keys()) connection.finish();
        await Promise.race([
          Promise.all(open.values()),
          new Promise((resolve) => host.ports.clock.after(FINISH_MS, () => resolve(undefined))),
        ]);
        await Promise.all([tcp?.close(), udp?.close()]);
      },
    };
  },
});
