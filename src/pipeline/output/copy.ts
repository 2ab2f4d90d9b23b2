/**
 * `@type copy`: every event goes to each `<store>`.
 *
 * Values of records are read-only, so a copied event shares them with the original: copying costs one array per event. Fluentd's `no_copy` shares the
 * record itself between stores; that is kept, for configurations that rely on seeing another store's changes.
 */

import { PluginConfigError } from '../core/errors.ts';
import type { EventStream } from '../core/event.ts';
import { EventStream as Stream } from '../core/event.ts';
import { defineOutput, type Logger, type Output } from '../plugin.ts';

interface Store {
  output: Output;
  ignoreError: boolean;
  ignoreIfPrevSuccess: boolean;
}

export const plugin = defineOutput({
  kind: 'output',
  type: 'copy',
  buffering: 'none',
  doc: 'Sends every event to several outputs.',
  schema: {
    doc: 'Copy output.',
    params: {
      copy_mode: {
        type: 'enum',
        values: ['no_copy', 'shallow', 'deep', 'marshal'],
        default: 'no_copy',
        doc: 'Whether stores share one record (no_copy) or get a record of their own (the others).',
      },
      deep_copy: {
        type: 'bool',
        default: 'false',
        deprecated: 'use copy_mode',
        doc: 'Old spelling of copy_mode deep.',
      },
    },
    sections: {
      store: {
        doc: 'One output; `<store ignore_error>` goes on when it fails, `<store ignore_if_prev_success>` is used only when the one before failed.',
        params: {},
        multi: true,
        required: true,
        anyParam: true,
        plugin: 'output',
      },
    },
  },
  create(config, host) {
    const stores = host.element.children
      .filter((child) => child.name === 'store')
      .map((element): Store => {
        const flags = element.arg.split(/[\s,]+/);
        return {
          output: host.child(element),
          ignoreError: flags.includes('ignore_error'),
          ignoreIfPrevSuccess: flags.includes('ignore_if_prev_success'),
        };
      });
    if (stores[0]?.ignoreIfPrevSuccess)
      throw new PluginConfigError('ignore_if_prev_success must not be set on the first store');
    const copies = config.copy_mode !== 'no_copy' || config.deep_copy;
    return {
      emit: (stream) => emitAll(stores, stream, copies, host.log),
      start: async () => void (await Promise.all(stores.map((store) => store.output.start?.()))),
      stop: async () => void (await Promise.all(stores.map((store) => store.output.stop?.()))),
      flush: async () => void (await Promise.all(stores.map((store) => store.output.flush?.()))),
    };
  },
});

async function emitAll(stores: readonly Store[], stream: EventStream, copies: boolean, log: Logger): Promise<void> {
  let previousDone = false;
  for (const [i, store] of stores.entries()) {
    if (store.ignoreIfPrevSuccess && previousDone) continue;
    // Even without copying a stream of its own: an inner filter may drop events from its list.
    const own = new Stream(stream.tag, copies ? stream.events.map((event) => event.clone()) : stream.events.slice());
    try {
      await store.output.emit(own);
      previousDone = true;
    } catch (error) {
      previousDone = false;
      if (!store.ignoreError) throw error;
      log.error(`ignore emit error in store ${i}`, { error });
    }
  }
}
