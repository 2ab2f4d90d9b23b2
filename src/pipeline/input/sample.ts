/**
 * `@type sample` (old name `dummy`): makes events, for trying out a configuration.
 *
 * `rate` events (or, with `size`, batches) a second, spread over tenths. Where the pipeline pushes back no more is made than a second's worth.
 */
import { PluginConfigError } from '../core/errors.ts';
import { EventStream, LogEvent } from '../core/event.ts';
import type { Timer } from '../core/ports.ts';
import { isHash, parseJson, type Value } from '../core/value.ts';
import { defineInput } from '../plugin.ts';
import { LocalStorage, STORAGE } from '../storage/local.ts';

const TICK_MS = 100;
const COUNTER = 'auto_increment_value';

export const plugin = defineInput({
  kind: 'input',
  type: 'sample',
  doc: 'Makes sample events.',
  schema: {
    doc: 'Sample input.',
    params: {
      tag: { type: 'string', required: true, doc: 'Tag of the events.' },
      rate: { type: 'integer', default: '1', doc: 'Emits per second.' },
      size: { type: 'integer', default: '1', doc: 'Events per emit.' },
      sample: {
        type: 'string',
        alias: 'dummy',
        default: '[{"message":"sample"}]',
        doc: 'A JSON hash, or an array of them that are used in turn.',
      },
      auto_increment_key: { type: 'string', doc: 'Field that takes a number that grows.' },
      suspend: { type: 'bool', default: 'false', doc: 'No effect.', fluentd: 'ignored' },
    },
    sections: { storage: { ...STORAGE, plugin: 'storage' } },
  },
  create(config, host) {
    const samples = samplesOf(config.sample);
    const storage = new LocalStorage(config.$element.child('storage'), host);
    const { clock } = host.ports;
    const key = config.auto_increment_key;
    let timer: Timer | undefined;
    let next = 0;
    let owed = 0;
    let last = 0;
    let emitting = false;
    const make = (sec: number, nsec: number): LogEvent => {
      const event = LogEvent.from(sec, nsec, samples[next]!);
      next = (next + 1) % samples.length;
      if (key !== undefined) {
        const count = Number(storage.get(COUNTER) ?? -1) + 1;
        storage.put(COUNTER, count);
        event.set(key, count);
      }
      return event;
    };
    const tick = () => {
      const now = clock.monotonic();
      owed = Math.min(owed + ((now - last) * config.rate) / 1000, Math.max(1, config.rate));
      last = now;
      if (owed < 1 || emitting) return;
      const count = Math.floor(owed);
      owed -= count;
      const nanos = clock.nowNanos();
      const [sec, nsec] = [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
      const events = Array.from({ length: count * Math.max(1, config.size) }, () => make(sec, nsec));
      emitting = true;
      // Samples that find no room are no loss.
      Promise.resolve()
        .then(() => host.emit(new EventStream(config.tag, events)))
        .catch((error: unknown) => host.log.debug('samples were not taken', { error }))
        .finally(() => {
          emitting = false;
        });
    };
    return {
      start() {
        storage.start();
        last = clock.monotonic();
        timer = clock.every(TICK_MS, tick);
      },
      stop() {
        timer?.cancel();
        storage.stop();
      },
    };
  },
});

function samplesOf(text: string): Readonly<Record<string, Value>>[] {
  let value: Value;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new PluginConfigError(`sample: ${(error as Error).message}`);
  }
  const samples = Array.isArray(value) ? (value as readonly Value[]) : [value];
  return samples.map((sample, i) => {
    if (!isHash(sample))
      throw new PluginConfigError(`${i}th element of sample, ${JSON.stringify(sample)}, is not a hash`);
    return sample;
  });
}
