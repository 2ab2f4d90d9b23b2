/** Makes events of messages with a parser, `<extract>` and the sender's address: what tcp, udp and exec share. */
import type { Element } from '../../config/element.ts';
import type { ParamSpec } from '../../config/schema.ts';
import { compileExtract, type Extract } from '../codec/extract.ts';
import { EventStream, type LogEvent, NO_TIME } from '../core/event.ts';
import type { InputHost, Parser } from '../plugin.ts';
import { stampNow } from './delivery.ts';
import type { Peer } from './framed.ts';

export interface ParsedOptions {
  readonly parser: Parser;
  readonly extract: Extract;
  readonly host: InputHost;
  /** Undefined where <extract> must give it. */
  readonly tag: string | undefined;
  readonly addressKey: string | undefined;
  readonly nameKey: string | undefined;
}

/** Parameters of the fields that tell the sender. */
export const SENDER = {
  source_address_key: { type: 'string', doc: 'Field that takes the sender’s address.' },
  source_hostname_key: {
    type: 'string',
    alias: 'source_host_key',
    doc: 'Field that takes the sender’s host name.',
  },
} as const satisfies Record<string, ParamSpec>;

interface SocketConfig {
  readonly $element: Element;
  readonly $sections: { readonly extract: readonly Parameters<typeof compileExtract>[0][] };
  readonly tag: string;
  readonly source_address_key: string | undefined;
  readonly source_hostname_key: string | undefined;
}

/** Of an input that takes messages from senders. */
export function parsedOptions(config: SocketConfig, host: InputHost): ParsedOptions {
  return {
    host,
    parser: host.parser(config.$element.child('parse')),
    extract: compileExtract(config.$sections.extract[0]),
    tag: config.tag,
    addressKey: config.source_address_key,
    nameKey: config.source_hostname_key,
  };
}

/** Streams of the messages, one per run of equal tags; what the parser does not take is told and left out. */
export function parseMessages(
  options: ParsedOptions,
  messages: readonly string[],
  peer: Peer | undefined,
): EventStream[] {
  const streams: EventStream[] = [];
  const add = (event: LogEvent, message: string) => {
    const tag = complete(options, event, message, peer);
    if (tag === undefined) return;
    const last = streams.at(-1);
    if (last?.tag === tag) last.events.push(event);
    else streams.push(new EventStream(tag, [event]));
  };
  for (const message of messages) {
    try {
      options.parser.parse(message, (event) => {
        if (event === undefined) options.host.log.warn('pattern not matched', { message: shown(message) });
        else add(event, message);
      });
    } catch (error) {
      options.host.log.warn('a message could not be parsed', { message: shown(message), error });
    }
  }
  return streams;
}

/** Gives the event its time and its sender; returns its tag. */
function complete(
  options: ParsedOptions,
  event: LogEvent,
  message: string,
  peer: Peer | undefined,
): string | undefined {
  const { extract, host, addressKey, nameKey } = options;
  const tag = extract.tag(event) ?? options.tag;
  if (event.sec === NO_TIME && !extract.time(event)) stampNow(event, host);
  if (peer !== undefined && addressKey !== undefined) event.set(addressKey, peer.address);
  if (peer !== undefined && nameKey !== undefined) event.set(nameKey, peer.name);
  if (tag === undefined) host.log.warn('an event has no tag', { message: shown(message) });
  return tag;
}

/** Enough to know the message by; records do not belong into the own log. */
function shown(message: string): string {
  return message.slice(0, 200);
}
