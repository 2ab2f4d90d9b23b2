/** The output behind kafka2 and kafka_buffered: messages into chunks, chunks to the brokers. */
import { PluginConfigError, SluiceError, UnrecoverableError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import type { BufferedOutput, ChunkMeta, OutputHost, ReadyChunk, Render } from '../../plugin.ts';
import type { KafkaOptions } from './client.ts';
import { Delivery, isUnknownTopic, rubyNamesOf, textOf } from './delivery.ts';
import { type Message, messagesIn } from './message.ts';

export interface Setup {
  readonly kafka: KafkaOptions;
  readonly saslOverTls: boolean;
  /** Makes messages of a tag's events; throws SluiceError for an event that can be none. */
  readonly message: (tag: string, meta: ChunkMeta) => (event: LogEvent) => string;
  /** Topic of messages that do not name their own. */
  readonly topic: (meta: ChunkMeta, chunkId: string) => string | undefined;
  /** Topic to use instead of one that does not exist. */
  readonly fallbackTopic?: string | undefined;
  /** Errors, by the names of Fluentd's client, that end a chunk. */
  readonly ignored: ReadonlySet<string>;
  /** Such a chunk is kept. */
  readonly backup: boolean;
  readonly discardFailed: boolean;
}

export class KafkaOutput implements BufferedOutput {
  readonly #setup: Setup;
  readonly #host: OutputHost;
  readonly #delivery: Delivery;

  constructor(setup: Setup, host: OutputHost) {
    this.#setup = setup;
    this.#host = host;
    this.#delivery = new Delivery(setup.kafka);
  }

  start(): void {
    const { kafka, saslOverTls } = this.#setup;
    if (kafka.sasl !== undefined && kafka.tls === undefined && saslOverTls)
      throw new PluginConfigError('SASL authentication requires that SSL is configured (or sasl_over_ssl false)');
    this.#host.log.info('brokers has been set', { brokers: kafka.brokers.join(',') });
  }

  async stop(): Promise<void> {
    await this.#delivery.close();
  }

  renderer(tag: string, meta: ChunkMeta): Render {
    const render = this.#setup.message(tag, meta);
    return (event) => {
      try {
        return render(event);
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        this.#host.emitError(tag, event, error);
        return '';
      }
    };
  }

  async write(chunk: ReadyChunk): Promise<void> {
    const messages = messagesIn(chunk.read());
    const topic = this.#setup.topic(chunk.meta, chunk.id);
    const { fallbackTopic } = this.#setup;
    let sent = await this.#delivery.send(messages, (message) => message.topic ?? topic ?? '');
    if (fallbackTopic !== undefined && topic !== fallbackTopic && isUnknownTopic(sent.error)) {
      this.#host.log.warn(`'${topic}' topic not found. Retry with '${fallbackTopic}' topic`);
      const { refused } = sent;
      sent = await this.#delivery.send(sent.left, () => fallbackTopic);
      sent.refused.push(...refused);
    }
    const { refused, left, error } = sent;
    if (left.length > 0) return this.#failed(chunk, [...left, ...refused], messages.length, error);
    if (refused.length === 0) return;
    keep(chunk, refused, messages.length);
    throw new UnrecoverableError(`${refused.length} messages are larger than their topics take`);
  }

  /** One message. */
  async probe(chunk: ReadyChunk): Promise<boolean> {
    const [first, ...rest] = messagesIn(chunk.read());
    if (first === undefined) return true;
    const topic = this.#setup.topic(chunk.meta, chunk.id) ?? '';
    const { left, refused, error } = await this.#delivery.send([first], (message) => message.topic ?? topic);
    if (left.length > 0) throw new SluiceError('ERR_KAFKA', textOf(error), { cause: error });
    // A message that is refused alone shows that the broker is there.
    if (refused.length > 0) return false;
    if (rest.length > 0) keep(chunk, rest, rest.length + 1);
    return rest.length === 0;
  }

  #failed(chunk: ReadyChunk, left: readonly Message[], all: number, error: unknown): void {
    const { discardFailed, ignored, backup } = this.#setup;
    const message = textOf(error);
    if (discardFailed) {
      this.#host.log.warn('DeliveryFailed occurred. Discard broken event:', { error: message, messages: left.length });
      return;
    }
    keep(chunk, left, all);
    if (!rubyNamesOf(error).some((name) => ignored.has(name)))
      throw new SluiceError('ERR_KAFKA', message, { cause: error });
    if (backup) throw new UnrecoverableError(message, { cause: error });
    this.#host.log.warn('an exception that is ignored', { error: message, messages: left.length });
  }
}

/** What was delivered is not sent again. */
function keep(chunk: ReadyChunk, messages: readonly Message[], all: number): void {
  if (messages.length < all) chunk.replace(Buffer.concat(messages.map(({ bytes }) => bytes)), messages.length);
}
