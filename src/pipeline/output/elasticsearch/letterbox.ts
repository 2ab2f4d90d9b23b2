/** What an output with `dead_letter_file` does with documents that are refused for good: into the file, counted, told in one line. */
import type { ConfigOf } from '../../../config/schema.ts';
import type { OutputHost } from '../../plugin.ts';
import { DeadLetterFile } from './dead-letters.ts';
import { actionOf, documentOf, type Items } from './items.ts';
import type { schema } from './schema.ts';
import type { Refused } from './verdict.ts';

type Config = ConfigOf<typeof schema>;

export class Letterbox {
  readonly #file: DeadLetterFile;
  readonly #path: string;
  readonly #host: OutputHost;
  readonly #letters: ReturnType<OutputHost['metrics']['counter']>;
  readonly #dropped: ReturnType<OutputHost['metrics']['counter']>;

  /** Undefined where the configuration has no `dead_letter_file`. */
  static of(config: Config, host: OutputHost): Letterbox | undefined {
    return config.dead_letter_file === undefined
      ? undefined
      : new Letterbox(config.dead_letter_file, config.dead_letter_limit_size, host);
  }

  constructor(file: string, limit: number, host: OutputHost) {
    // Workers are processes of their own: each has its file.
    this.#path = host.workerId === 0 ? file : `${file}.worker${host.workerId}`;
    this.#host = host;
    this.#file = new DeadLetterFile({
      ...{ file: this.#path, limit, fileMode: host.fileMode, dirMode: host.dirMode, fs: host.ports.fs },
      fsync: host.element.child('buffer')?.text('durability') === 'fsync',
    });
    const { metrics } = host;
    this.#letters = metrics.counter(
      'sluice_dead_letters_total',
      'Documents that can never be indexed: kept in the dead-letter file, or too large for it.',
      ['plugin_id', 'outcome'],
    );
    this.#dropped = metrics.counter(
      'sluice_dead_letter_dropped_bytes_total',
      'Bytes of the oldest dead letters that went when the file reached its limit.',
      ['plugin_id'],
    );
  }

  /** `refused`: their `item` counts from the start of `items`. @throws what the disk throws; then nothing is in the file */
  take(items: Items, refused: readonly Refused[], tagOf: (item: number) => string): void {
    if (refused.length === 0) return;
    const letters = refused.map(({ item, status, type, reason }) => ({
      ...{ tag: tagOf(item), status, type, reason },
      action: actionOf(items, item),
      record: documentOf(items, item),
    }));
    const { tooLarge, droppedBytes } = this.#file.append(letters, this.#host.ports.clock.now());
    const labels = { plugin_id: this.#host.id };
    this.#letters.inc(letters.length - tooLarge, { ...labels, outcome: 'kept' });
    if (tooLarge > 0) this.#letters.inc(tooLarge, { ...labels, outcome: 'too_large' });
    if (droppedBytes > 0) this.#dropped.inc(droppedBytes, labels);
    const { status, type } = refused[0]!;
    this.#host.log.warn('documents were refused for good: they are in the dead-letter file', {
      ...{ file: this.#path, documents: letters.length, status, type },
      ...(tooLarge > 0 ? { larger_than_the_file_may_be: tooLarge } : {}),
    });
  }
}
