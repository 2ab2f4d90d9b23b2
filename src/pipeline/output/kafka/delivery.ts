/**
 * Messages to the brokers, in requests that a broker takes by default, one after the other so that a partition keeps their order.
 *
 * What was delivered is told message by message: a failure in the middle leaves only the rest to be sent again. A message that is too large
 * for its topic is refused alone.
 */
import { SluiceError } from '../../core/errors.ts';
import type { BytesProducer, Choice, KafkaOptions } from './client.ts';
import { openProducer } from './client.ts';
import type { Message } from './message.ts';

/** Below `message.max.bytes` (1 MiB and some), of which a batch must not have more; a message counts for its head too. */
const MAX_BYTES = 900_000;
const HEAD = 70;

export interface Delivered {
  /** Too large for their topic. */
  readonly refused: Message[];
  /** Not sent, and why. */
  readonly left: readonly Message[];
  readonly error?: unknown;
}

export class Delivery {
  readonly #options: KafkaOptions;
  #producer: Promise<BytesProducer> | undefined;
  /** Messages that nothing ties to a partition: those of one request have one. */
  #turn = 0;

  constructor(options: KafkaOptions) {
    this.#options = options;
  }

  async send(messages: readonly Message[], topicOf: (message: Message) => string): Promise<Delivered> {
    const refused: Message[] = [];
    let most = MAX_BYTES;
    for (let from = 0; from < messages.length; ) {
      const to = endOfRequest(messages, from, most);
      try {
        await this.#request(messages.slice(from, to), topicOf);
      } catch (error) {
        if (!isTooLarge(error)) return { refused, left: messages.slice(from), error };
        // The topic takes less than brokers do by default.
        most /= 2;
        if (to - from > 1) continue;
        refused.push(messages[from]!);
        most = MAX_BYTES;
      }
      from = to;
    }
    return { refused, left: [] };
  }

  async #request(messages: readonly Message[], topicOf: (message: Message) => string): Promise<void> {
    this.#producer ??= openProducer(this.#options);
    const own = this.#producer;
    this.#turn = (this.#turn + 1) % 0x7fffffff;
    try {
      const producer = await own;
      const { unwritableNodes = [] } = await producer.send({
        acks: this.#options.acks,
        messages: messages.map((message) => produced(message, topicOf(message), this.#turn)),
      });
      if (unwritableNodes.length > 0) throw new SluiceError('ERR_KAFKA', 'a broker took no messages');
    } catch (error) {
      if (!isTooLarge(error)) this.#retire(own);
      throw error;
    }
  }

  /** After a failure a new one is made: its connections, metadata and numbers of messages may be of the past. */
  #retire(producer: Promise<BytesProducer>): void {
    if (this.#producer !== producer) return;
    this.#producer = undefined;
    void producer.then((one) => one.close(true)).catch(() => undefined);
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.then((one) => one.close(true)).catch(() => undefined);
  }
}

function endOfRequest(messages: readonly Message[], from: number, most: number): number {
  let bytes = 0;
  let to = from;
  while (to < messages.length) {
    const { value, key } = messages[to]!;
    bytes += value.length + (key?.length ?? 0) + HEAD;
    if (bytes > most && to > from) break;
    to++;
  }
  return to;
}

function produced(message: Message, topic: string, turn: number) {
  const { partition, partitionKey, key, headers, value, time } = message;
  const metadata: Choice = { partitionKey, turn };
  return {
    topic,
    value,
    metadata,
    timestamp: BigInt(time === 0 ? Date.now() : time),
    ...(key === null ? {} : { key: bytes(key) }),
    ...(partition === null ? {} : { partition }),
    ...(headers.length === 0
      ? {}
      : { headers: new Map(headers.map(([name, text]): [Buffer, Buffer] => [bytes(name), bytes(text)])) }),
  };
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

interface ClientError extends Error {
  readonly code?: string;
  findBy?(property: string, value: unknown): unknown;
}

function isTooLarge(error: unknown): boolean {
  return is(error, 'MESSAGE_TOO_LARGE') || is(error, 'RECORD_LIST_TOO_LARGE');
}

/** Whether a broker answered so, for any partition of a request. */
function is(error: unknown, apiId: string): boolean {
  return Boolean((error as ClientError).findBy?.('apiId', apiId));
}

export function isUnknownTopic(error: unknown): boolean {
  return is(error, 'UNKNOWN_TOPIC_OR_PARTITION') || /^Unknown topic /.test((error as Error).message ?? '');
}

/** Under the names that Fluentd's client has for them. */
export function rubyNamesOf(error: unknown): string[] {
  const isNetwork = /NETWORK|TIMEOUT/.test((error as ClientError).code ?? '');
  return [
    'Kafka::Error',
    'Kafka::DeliveryFailed',
    ...(isUnknownTopic(error) ? ['Kafka::UnknownTopicOrPartition'] : []),
    ...(isNetwork ? ['Kafka::ConnectionError'] : []),
  ];
}

/** The innermost causes: the client's outer messages say little. */
export function textOf(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message} ${error.errors.map(textOf).join('; ')}`;
  return error instanceof Error ? error.message : String(error);
}
