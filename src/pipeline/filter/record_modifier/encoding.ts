/** `char_encoding`: the strings of a record as bytes of another encoding. What is written is UTF-8, so nothing else can be a target. */
import { decoderOf } from '../../codec/encodings.ts';
import { PluginConfigError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/event.ts';
import { slotBytes, Text } from '../../core/slot.ts';
import { isHash, toBytes, type Value } from '../../core/value.ts';

/** Undefined where nothing changes: strings are UTF-8 as they are. @throws PluginConfigError */
export function compileRecoding(spec: string | undefined): ((event: LogEvent) => void) | undefined {
  if (spec === undefined) return undefined;
  const [from = '', to] = spec.split(':', 2);
  const decode = decoderOf(from);
  if (decode === undefined) throw new PluginConfigError(`unknown encoding name - ${from}`);
  if (to === undefined || isUtf8(from)) return undefined;
  if (!isUtf8(to)) throw new PluginConfigError(`char_encoding: records are written as UTF-8, not as ${to}`);
  const recode = (bytes: string) => toBytes(decode(Buffer.from(bytes, 'latin1')));
  return (event) => {
    for (const key of event.keys()) {
      const bytes = slotBytes(event.slot(key)!);
      if (bytes === undefined) event.set(key, inside(event.get(key)!, recode));
      else if (/[^\x00-\x7f]/.test(bytes)) event.setSlot(key, new Text(recode(bytes)));
    }
  };
}

function inside(value: Value, recode: (bytes: string) => string): Value {
  if (typeof value === 'string') return Buffer.from(recode(toBytes(value)), 'latin1').toString('utf8');
  if (Array.isArray(value)) return value.map((item) => inside(item, recode));
  if (!isHash(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item, recode)]));
}

function isUtf8(name: string): boolean {
  return /^utf-?8$/i.test(name);
}
