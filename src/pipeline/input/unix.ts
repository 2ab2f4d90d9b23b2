/** `@type unix`: events by the forward protocol over a unix socket. A socket file that a dead agent left is replaced. */
import path from 'node:path';
import { JsonFramer } from '../codec/json-framing.ts';
import { MsgpackFramer } from '../codec/msgpack-framing.ts';
import { EventStream, NO_TIME } from '../core/event.ts';
import { fromBytes } from '../core/value.ts';
import { type ForwardMessage, readJsonMessage, readMessage } from '../forward/message.ts';
import { type Listener, listenStream } from '../io/listen.ts';
import { defineInput } from '../plugin.ts';
import { Delivery, stampNow } from './delivery.ts';

const LONGEST = 512 * 1024 * 1024;
/** `[` and `{`: the sender speaks JSON. */
const JSON_STARTS = [0x5b, 0x7b];

export const plugin = defineInput({
  kind: 'input',
  singleWorker: true,
  type: 'unix',
  doc: 'Takes events over a unix socket.',
  schema: {
    doc: 'Unix input.',
    params: {
      path: { type: 'string', default: '/var/run/fluent/fluent.sock', doc: 'Path of the socket.' },
      backlog: { type: 'integer', doc: 'Connections that wait to be accepted.' },
      tag: { type: 'string', doc: 'Tag instead of the sender’s.' },
    },
  },
  create(config, host) {
    const { fs } = host.ports;
    const delivery = new Delivery(host);
    let listener: Listener | undefined;
    const take = async (message: ForwardMessage | undefined) => {
      if (message === undefined) return;
      for (const event of message.events) if (event.sec === NO_TIME) stampNow(event, host);
      await delivery.emit(new EventStream(config.tag ?? message.tag, message.events));
    };
    const serve = async (blocks: AsyncIterable<Buffer>) => {
      let read: ((block: Buffer) => (ForwardMessage | undefined)[]) | undefined;
      for await (const block of blocks) {
        host.received(block.length);
        read ??= JSON_STARTS.includes(block[0] ?? 0) ? jsonMessages() : msgpackMessages();
        for (const message of read(block)) await take(message);
      }
    };
    return {
      async start() {
        if (fs.existsSync(config.path)) {
          host.log.warn(`Found existing '${config.path}'. Remove this file for in_unix plugin`);
          fs.unlinkSync(config.path);
        }
        fs.mkdirSync(path.dirname(config.path), { recursive: true });
        listener = await listenStream({ path: config.path }, { backlog: config.backlog }, (socket) => {
          serve(socket).catch((error: unknown) => {
            host.log.error('unexpected error in a payload', { error });
            socket.destroy();
          });
        });
        host.log.info(`listening fluent socket on ${config.path}`);
      },
      async stop() {
        delivery.stop();
        await listener?.close();
      },
    };
  },
});

function msgpackMessages() {
  const framer = new MsgpackFramer(LONGEST);
  return (block: Buffer) => framer.push(block).map((raw) => readMessage(raw));
}

function jsonMessages() {
  const framer = new JsonFramer({ limit: LONGEST });
  return (block: Buffer) => framer.push(block.toString('latin1')).map((text) => readJsonMessage(fromBytes(text)));
}
