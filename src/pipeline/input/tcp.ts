/** `@type tcp`: messages that end with a delimiter, over TCP or TLS, read by a `<parse>` section. */
import { EXTRACT } from '../codec/extract.ts';
import { DelimiterFramer } from '../codec/framing.ts';
import { CLIENT_PARAMS, checkClients, resolveClients } from '../io/clients.ts';
import { checkTransport, serverTls, TRANSPORT } from '../io/transport.ts';
import { defineInput } from '../plugin.ts';
import { FramedServer } from './framed.ts';
import { parsedOptions, parseMessages, SENDER } from './parsed.ts';

/** Where no limit is configured: data without a delimiter must not fill the memory. */
const LONGEST = 64 * 1024 * 1024;

export const plugin = defineInput({
  kind: 'input',
  type: 'tcp',
  doc: 'Takes messages over TCP.',
  schema: {
    doc: 'TCP input.',
    params: {
      tag: { type: 'string', required: true, doc: 'Tag of the events.' },
      bind: { type: 'string', default: '0.0.0.0', doc: 'Address to listen on.' },
      port: { type: 'integer', default: '5170', doc: 'Port to listen on.' },
      delimiter: { type: 'string', default: '\n', doc: 'End of a message.' },
      message_length_limit: { type: 'size', doc: 'Longer messages are left out; default 64 MiB.' },
      ...SENDER,
      send_keepalive_packet: { type: 'bool', default: 'false', doc: 'Send TCP keep-alive packets.' },
      blocking_timeout: { type: 'time', default: '0.5', doc: 'No effect.', fluentd: 'ignored' },
    },
    sections: {
      parse: { doc: 'Parser of the messages.', params: {}, required: true, anyParam: true, plugin: 'parser' },
      extract: EXTRACT,
      transport: TRANSPORT,
      security: {
        doc: 'Who may connect.',
        params: {},
        sections: { client: { doc: 'A client.', params: CLIENT_PARAMS, multi: true, required: true } },
      },
    },
  },
  create(config, host) {
    const transport = config.$sections.transport[0];
    checkTransport(transport);
    const clients = config.$sections.security[0]?.$sections.client;
    if (clients !== undefined) checkClients(clients);
    const options = parsedOptions(config, host);
    const limit = config.message_length_limit ?? LONGEST;
    const tooLong = (size: number) =>
      host.log.info("The received data is larger than 'message_length_limit', dropped:", {
        limit,
        size,
      });
    const server = new FramedServer(host);
    return {
      async start() {
        const known = clients === undefined ? undefined : await resolveClients(clients);
        await server.start(config, {
          tls: serverTls(transport, host.ports.fs),
          keepAlive: config.send_keepalive_packet,
          resolveName: config.source_hostname_key !== undefined,
          makeFramer: () => new DelimiterFramer(config.delimiter, { limit, onTooLong: tooLong }),
          admit: (address) => known === undefined || known.some((client) => client.includes(address)),
          read: (messages, peer) => parseMessages(options, messages, peer),
        });
        host.log.info('listening tcp socket', { bind: config.bind, port: config.port });
      },
      stop: () => server.stop(),
    };
  },
});
