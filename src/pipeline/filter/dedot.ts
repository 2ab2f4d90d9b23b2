/** `@type dedot`: replaces the dots in keys, in nested hashes too where `de_dot_nested` says so. Records without dots pass untouched. */
import { PluginConfigError } from '../core/errors.ts';
import type { LogEvent } from '../core/event.ts';
import { EMPTY_SHAPE } from '../core/shape.ts';
import { Shared, slotText } from '../core/slot.ts';
import { isHash, type Value } from '../core/value.ts';
import { defineFilter } from '../plugin.ts';

export const plugin = defineFilter({
  kind: 'filter',
  type: 'dedot',
  doc: 'Replaces dots in keys.',
  schema: {
    doc: 'Dedot filter.',
    params: {
      de_dot: { type: 'bool', default: 'true', doc: 'Whether to do anything.' },
      de_dot_separator: { type: 'string', default: '_', doc: 'What stands for a dot.' },
      de_dot_nested: { type: 'bool', default: 'false', doc: 'Look into hashes and arrays of hashes.' },
    },
  },
  create(config, host) {
    const { de_dot_separator: separator, de_dot_nested: nested } = config;
    if (config.de_dot && separator.includes('.'))
      throw new PluginConfigError("Invalid de_dot_separator: cannot be or contain '.'");
    if (config.de_dot && nested) host.log.info('DeDot will recurse nested hashes and arrays');
    const inner = (value: Value) => withoutDots(value, separator);
    /** Identifies the work on shared values. */
    const by = {};
    return {
      plan: () => (stream) => {
        if (!config.de_dot) return stream;
        for (const event of stream.events) {
          if (event.keys().some((key) => key.includes('.'))) renameKeys(event, separator);
          if (nested) dedotValues(event, inner, by);
        }
        return stream;
      },
    };
  },
});

/** A new key that is there already takes the later value, at its place. */
function renameKeys(event: LogEvent, separator: string): void {
  const { keys } = event.shape;
  const { slots } = event;
  event.shape = EMPTY_SHAPE;
  event.slots = [];
  for (const [i, key] of keys.entries())
    event.setSlot(
      key.replaceAll('.', () => separator),
      slots[i]!,
    );
}

function dedotValues(event: LogEvent, inner: (value: Value) => Value, by: object): void {
  for (const [i, slot] of event.slots.entries()) {
    if (slot instanceof Shared) {
      event.slots[i] = slot.derive(by, (value) => {
        const renamed = inner(value);
        return renamed === value ? slot : new Shared(renamed);
      });
      continue;
    }
    // Only a hash or an array with a dot in its text can have one in a key.
    const text = slotText(slot);
    if (!/^[[{]/.test(text) || !text.includes('.')) continue;
    const key = event.shape.keys[i]!;
    const value = event.get(key)!;
    const renamed = inner(value);
    if (renamed !== value) event.set(key, renamed);
  }
}

/** The same value where no key has a dot. An array's hashes are renamed, arrays in arrays are not. */
function withoutDots(value: Value, separator: string): Value {
  if (Array.isArray(value)) {
    const items = value.map((item) => (isHash(item) ? withoutDots(item, separator) : item));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  if (!isHash(value)) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, item]): [string, Value] => {
    const renamed = withoutDots(item, separator);
    changed ||= renamed !== item || key.includes('.');
    return [key.replaceAll('.', () => separator), renamed];
  });
  return changed ? Object.fromEntries(entries) : value;
}
