/**
 * `@type syslog`: syslog messages over UDP, TCP or TLS; the tag is `tag.facility.severity`.
 *
 * The priority is read by the parser where it takes one (`with_priority`), else from `<PRI>` in front of the message. What is no syslog message is
 * told, and emitted as `tag.unmatched` with `emit_unmatched_lines`.
 */
import { DelimiterFramer, type Framer, OctetCountFramer } from '../codec/framing.ts';
import { validBytes } from '../codec/text.ts';
import { PluginConfigError } from '../core/errors.ts';
import { EventStream, LogEvent, NO_TIME } from '../core/event.ts';
import { fromBytes } from '../core/value.ts';
import { hostNameOf, type Listener, listenUdp, plainAddress } from '../io/listen.ts';
import { checkTransport, protocolOf, serverTls, TRANSPORT } from '../io/transport.ts';
import { defineInput, type InputHost } from '../plugin.ts';
import { stampNow } from './delivery.ts';
import { FramedServer, type Peer } from './framed.ts';

const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert at local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );
const SEVERITIES = 'emerg alert crit err warn notice info debug'.split(' ');
/** A TCP message longer than this, or than message_length_limit where that is more, is left out. */
const TCP_LIMIT = 1024 * 1024;

type Config = Parameters<(typeof plugin)['create']>[0];

export const plugin = defineInput({
  kind: 'input',
  type: 'syslog',
  doc: 'Takes syslog messages.',
  schema: {
    doc: 'Syslog input.',
    params: {
      tag: { type: 'string', required: true, doc: 'Prefix of the tag; facility and severity follow.' },
      bind: { type: 'string', default: '0.0.0.0', doc: 'Address to listen on.' },
      port: { type: 'integer', default: '5140', doc: 'Port to listen on.' },
      protocol_type: { type: 'enum', values: ['tcp', 'udp'], deprecated: 'use <transport>', doc: 'Old: the protocol.' },
      frame_type: {
        type: 'enum',
        values: ['traditional', 'octet_count'],
        default: 'traditional',
        doc: 'How messages stand in a TCP stream.',
      },
      delimiter: { type: 'string', default: '\n', doc: 'End of a message in a TCP stream.' },
      message_length_limit: { type: 'size', default: '2048', doc: 'Longer datagrams are cut.' },
      include_source_host: {
        type: 'bool',
        default: 'false',
        deprecated: 'use source_hostname_key or source_address_key',
        doc: 'Old: add the sender’s address.',
      },
      source_host_key: { type: 'string', default: 'source_host', doc: 'Old: field of the sender’s address.' },
      source_hostname_key: { type: 'string', doc: 'Field that takes the sender’s host name.' },
      resolve_hostname: { type: 'bool', doc: 'Ask for the sender’s host name.' },
      source_address_key: { type: 'string', doc: 'Field that takes the sender’s address.' },
      severity_key: { type: 'string', alias: 'priority_key', doc: 'Field that takes the severity.' },
      facility_key: { type: 'string', doc: 'Field that takes the facility.' },
      emit_unmatched_lines: {
        type: 'bool',
        default: 'false',
        doc: 'Emit what is no syslog message as `tag.unmatched`.',
      },
      send_keepalive_packet: { type: 'bool', default: 'false', doc: 'Send TCP keep-alive packets.' },
      blocking_timeout: { type: 'time', default: '0.5', doc: 'No effect.', fluentd: 'ignored' },
    },
    sections: {
      parse: { doc: 'Parser of the messages; default `syslog`.', params: {}, anyParam: true, plugin: 'parser' },
      transport: TRANSPORT,
    },
  },
  create(config, host) {
    const transport = config.$sections.transport[0];
    checkTransport(transport);
    const protocol = config.protocol_type ?? protocolOf(config.$element, ['udp', 'tcp', 'tls'], 'udp');
    if (config.send_keepalive_packet && protocol === 'udp')
      throw new PluginConfigError('send_keepalive_packet is available for tcp/tls');
    if (config.include_source_host && config.source_address_key !== undefined)
      throw new PluginConfigError('specify either source_address_key or include_source_host');
    if (config.source_hostname_key !== undefined && config.resolve_hostname === false)
      throw new PluginConfigError('resolve_hostname must be true with source_hostname_key');
    const reader = new SyslogReader(config as Config, host);
    const resolveName = config.source_hostname_key !== undefined;
    const server = new FramedServer(host);
    let datagrams: Listener | undefined;
    const take = async (text: string, from: string) => {
      const address = plainAddress(from);
      host.received(text.length);
      const peer = { address, name: resolveName ? await hostNameOf(address) : address };
      for (const stream of reader.read([validBytes(text.replace(/\r?\n$|\r$/, ''))], peer)) await host.emit(stream);
    };
    const limit = Math.max(TCP_LIMIT, config.message_length_limit);
    const tooLong = (size: number) => host.log.warn('a message is too long and left out', { limit, size });
    const makeFramer = (): Framer =>
      config.frame_type === 'octet_count'
        ? new OctetCountFramer({ limit, onTooLong: tooLong })
        : new DelimiterFramer(config.delimiter, { limit, onTooLong: tooLong });
    return {
      async start() {
        if (protocol === 'udp')
          datagrams = await listenUdp(config, { maxBytes: config.message_length_limit }, ({ text, address }) => {
            take(text, address).catch((error: unknown) => host.log.error('syslog failed to emit', { address, error }));
          });
        else
          await server.start(config, {
            tls: serverTls(transport, host.ports.fs),
            keepAlive: config.send_keepalive_packet,
            resolveName,
            makeFramer,
            admit: () => true,
            read: (messages, peer) => reader.read(messages, peer),
          });
        host.log.info(`listening syslog socket on ${config.bind}:${config.port} with ${protocol}`);
      },
      async stop() {
        await server.stop();
        await datagrams?.close();
      },
    };
  },
});

class SyslogReader {
  readonly #config: Config;
  readonly #host: InputHost;
  readonly #parser;
  readonly #parserTakesPriority: boolean;
  readonly #addressKey: string | undefined;

  constructor(config: Config, host: InputHost) {
    this.#config = config;
    this.#host = host;
    const parse = config.$element.child('parse') ?? config.$element.bare('parse');
    const type = parse.text('@type') ?? 'syslog';
    const given = parse.text('with_priority');
    this.#parserTakesPriority = type === 'syslog' && given !== 'false' && given !== 'no';
    const own = this.#parserTakesPriority && given === undefined ? parse.withParam('with_priority', 'true') : parse;
    this.#parser = host.parser(own, 'syslog');
    this.#addressKey = config.include_source_host ? config.source_host_key : config.source_address_key;
  }

  read(messages: readonly string[], peer: Peer): EventStream[] {
    const streams: EventStream[] = [];
    const add = (tag: string, event: LogEvent) => {
      this.#addSender(event, peer);
      const last = streams.at(-1);
      if (last?.tag === tag) last.events.push(event);
      else streams.push(new EventStream(tag, [event]));
    };
    for (const message of messages) if (message !== '') this.#message(message, add);
    return streams;
  }

  #message(message: string, add: (tag: string, event: LogEvent) => void): void {
    let priority: number | undefined;
    let text = message;
    if (!this.#parserTakesPriority) {
      const found = /^<(\d+)>(.*)/s.exec(message);
      if (found === null) return this.#unmatched('invalid syslog message', message, add);
      priority = Number(found[1]);
      text = found[2]!;
    }
    try {
      this.#parser.parse(text, (event) => {
        if (event === undefined) return this.#unmatched('failed to parse message', message, add);
        if (event.sec === NO_TIME) stampNow(event, this.#host);
        add(this.#tag(event, priority), event);
      });
    } catch (error) {
      this.#unmatched('invalid input', message, add, error);
    }
  }

  /** The parser's `pri` field is taken out of the record. */
  #tag(event: LogEvent, given: number | undefined): string {
    const priority = given ?? Number(event.get('pri'));
    if (given === undefined) event.delete('pri');
    const facility = FACILITIES[priority >> 3] ?? '';
    const severity = SEVERITIES[priority & 7] ?? '';
    const { severity_key: severityKey, facility_key: facilityKey } = this.#config;
    if (severityKey !== undefined) event.set(severityKey, severity);
    if (facilityKey !== undefined) event.set(facilityKey, facility === '' ? null : facility);
    return `${this.#config.tag}.${facility}.${severity}`;
  }

  #addSender(event: LogEvent, peer: Peer): void {
    if (this.#addressKey !== undefined) event.set(this.#addressKey, peer.address);
    if (this.#config.source_hostname_key !== undefined) event.set(this.#config.source_hostname_key, peer.name);
  }

  #unmatched(why: string, message: string, add: (tag: string, event: LogEvent) => void, error?: unknown): void {
    this.#host.log.warn(why, { data: message.slice(0, 200), ...(error === undefined ? {} : { error }) });
    if (!this.#config.emit_unmatched_lines) return;
    const event = LogEvent.from(0, 0, { unmatched_line: fromBytes(message) });
    stampNow(event, this.#host);
    add(`${this.#config.tag}.unmatched`, event);
  }
}
