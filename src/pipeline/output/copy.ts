/**
 * `@type copy`: every event goes to each `<store>`.
 *
 * Each store gets a record of its own, which costs one array per event: values are read-only and shared. As in Fluentd, hashes and arrays inside a
 * record are shared too where copy_mode is no_copy or shallow: what one store deletes in them is gone in the stores behind it.
 */
import { PluginConfigError } from '../core/errors.ts';
import { EventStream, type LogEvent } from '../core/event.ts';
import { Nested, Plain, type Slot } from '../core/slot.ts';
import { Float } from '../core/value.ts';
import { defineOutput, type Logger, type Output } from '../plugin.ts';

interface Store {
  readonly output: Output;
  readonly ignoreError: boolean;
  readonly ignoreIfPrevSuccess: boolean;
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
        doc: 'Whether stores share the hashes inside records (no_copy, shallow) or not (deep, marshal).',
        fluentd: 'with no_copy stores share records as a whole',
      },
      deep_copy: {
        type: 'bool',
        default: 'false',
        deprecated: 'use copy_mode',
        doc: 'Old spelling of copy_mode shallow.',
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
      .map(
        (element): Store => ({
          output: host.child(element),
          ignoreError: element.arg.includes('ignore_error'),
          ignoreIfPrevSuccess: element.arg.includes('ignore_if_prev_success'),
        }),
      );
    if (stores[0]?.ignoreIfPrevSuccess)
      throw new PluginConfigError('ignore_if_prev_success must specify 2nd or later <store> directives');
    if (stores.every((store) => store.ignoreError) && !stores.some((store) => store.ignoreIfPrevSuccess))
      host.log.warn(
        'ignore_errors are specified in all <store>, but ignore_if_prev_success is not specified. Is this intended?',
      );
    const sharing =
      !config.deep_copy && (config.copy_mode === 'deep' || config.copy_mode === 'marshal') ? undefined : shareNested;
    return {
      emit(stream) {
        if (sharing !== undefined) for (const event of stream.events) sharing(event);
        return emitAll(stores, stream, host.log);
      },
    };
  },
});

async function emitAll(stores: readonly Store[], stream: EventStream, log: Logger): Promise<void> {
  let previousDone = false;
  for (const [i, store] of stores.entries()) {
    // A store that was passed over has not succeeded either, as Fluentd has it.
    const passed = store.ignoreIfPrevSuccess && previousDone;
    previousDone = false;
    if (passed) continue;
    const last = i === stores.length - 1;
    const own = new EventStream(stream.tag, last ? stream.events : stream.events.map((event) => event.clone()));
    try {
      await store.output.emit(own);
      previousDone = true;
    } catch (error) {
      if (!store.ignoreError) throw error;
      log.error(`ignore emit error in store ${i}`, { error });
    }
  }
}

/** Hashes and arrays of this record become such that all clones see what is deleted in them. */
function shareNested(event: LogEvent): void {
  const { slots } = event;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    if (isNested(slot)) slots[i] = new Nested(typeof slot === 'string' ? slot : slot.text);
  }
}

function isNested(slot: Slot): slot is string | Plain {
  if (typeof slot === 'string') {
    const c = slot.charCodeAt(0);
    return c === 123 || c === 91;
  }
  return (
    slot instanceof Plain && typeof slot.value === 'object' && slot.value !== null && !(slot.value instanceof Float)
  );
}
