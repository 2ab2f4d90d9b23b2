/**
 * `@type udp`: one message per datagram, read by a `<parse>` section. A datagram whose events find no room is lost, with a warning: there is nobody
 * to push back.
 */
import { EXTRACT } from '../codec/extract.ts';
import { validBytes } from '../codec/text.ts';
import { hostNameOf, type Listener, listenUdp, plainAddress } from '../io/listen.ts';
import { defineInput } from '../plugin.ts';
import { parsedOptions, parseMessages, SENDER } from './parsed.ts';

export const plugin = defineInput({
  kind: 'input',
  type: 'udp',
  doc: 'Takes messages over UDP.',
  schema: {
    doc: 'UDP input.',
    params: {
      tag: { type: 'string', required: true, doc: 'Tag of the events.' },
      bind: { type: 'string', default: '0.0.0.0', doc: 'Address to listen on.' },
      port: { type: 'integer', default: '5160', doc: 'Port to listen on.' },
      message_length_limit: {
        type: 'size',
        default: '4096',
        alias: 'body_size_limit',
        doc: 'Longer datagrams are cut.',
      },
      remove_newline: { type: 'bool', default: 'true', doc: 'Remove a line end from the end of a datagram.' },
      receive_buffer_size: { type: 'size', doc: 'Size of the socket’s receive buffer.' },
      ...SENDER,
      blocking_timeout: { type: 'time', default: '0.5', doc: 'No effect.', fluentd: 'ignored' },
    },
    sections: {
      parse: { doc: 'Parser of the messages.', params: {}, required: true, anyParam: true, plugin: 'parser' },
      extract: EXTRACT,
    },
  },
  create(config, host) {
    const options = parsedOptions(config, host);
    const take = async (text: string, address: string) => {
      host.received(text.length);
      const message = validBytes(config.remove_newline ? text.replace(/\r?\n$|\r$/, '') : text);
      const name = config.source_hostname_key === undefined ? address : await hostNameOf(address);
      for (const stream of parseMessages(options, [message], { address, name })) await host.emit(stream);
    };
    let listener: Listener | undefined;
    return {
      async start() {
        const limits = { maxBytes: config.message_length_limit, receiveBuffer: config.receive_buffer_size };
        listener = await listenUdp(config, limits, ({ text, address }) => {
          take(text, plainAddress(address)).catch((error: unknown) =>
            host.log.warn('a datagram was lost', { address, error }),
          );
        });
        host.log.info('listening udp socket', { bind: config.bind, port: config.port });
      },
      async stop() {
        await listener?.close();
      },
    };
  },
});
