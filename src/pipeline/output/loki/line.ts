/**
 * An event as one entry of a chunk: its labels, a tab, and Loki's own pair of time and line, ready to be joined into a request:
 *
 *   {"job":"fluentd","stream":"stdout"}\t["1546270458000000000","message=..."]\n
 *
 * Labels are those that the configuration names, then those of the pod, then the constant ones; only strings count. The fields that give
 * labels leave the record. The labels of the record before are kept: those of one pod's records are the same.
 */
import { isUtf8 } from 'node:buffer';
import { rubyToS } from '../../../ruby/to-s.ts';
import { Accessor } from '../../core/accessor.ts';
import type { LogEvent } from '../../core/event.ts';
import { type Slot, slotBytes } from '../../core/slot.ts';
import { encodeJson, type Hash, isHash, toBytes, type Value } from '../../core/value.ts';
import type { Render } from '../../plugin.ts';

export interface LineOptions {
  /** Label → field, as written. */
  readonly labels: ReadonlyMap<string, string>;
  readonly extraLabels: Hash;
  readonly podLabels: boolean;
  readonly removeKeys: readonly string[];
  readonly format: 'json' | 'key_value';
  readonly dropSingleKey: boolean;
}

export function compileLine(options: LineOptions): Render {
  const fields = [...options.labels].map(
    ([label, field]) => [labelName(label), new Accessor(field === '' ? label : field)] as const,
  );
  const removals = options.removeKeys.map((key) => new Accessor(key));
  const lineOf = options.format === 'json' ? (event: LogEvent) => event.toJson() : keyValues;
  let last: readonly (Value | undefined)[] | undefined;
  let head = '';
  return (event) => {
    const values: (Value | undefined)[] = [];
    for (const [, accessor] of fields) {
      values.push(accessor.get(event));
      accessor.delete(event);
    }
    if (options.podLabels) values.push(podLabels(event));
    if (last === undefined || values.some((value, i) => value !== last?.[i])) {
      head = labelText(fields, values, options.extraLabels);
      last = values;
    }
    for (const accessor of removals) accessor.delete(event);
    const [only] = event.slots;
    const alone = options.dropSingleKey && event.slots.length === 1 && only !== undefined;
    const line = validUtf8(alone ? slotText(only, event) : lineOf(event));
    return `${head}\t["${nanoseconds(event)}",${JSON.stringify(line)}]\n`;
  };
}

function podLabels(event: LogEvent): Value | undefined {
  const pod = event.get('kubernetes');
  return isHash(pod) ? pod['labels'] : undefined;
}

function labelText(
  fields: readonly (readonly [string, Accessor])[],
  values: readonly (Value | undefined)[],
  extra: Hash,
): string {
  const labels: Record<string, Value> = {};
  const put = (name: string, value: Value | undefined) => {
    // Fluentd's plugin escapes quotes once more than JSON does.
    if (typeof value === 'string') labels[name] = value.replaceAll('"', '\\"');
    else delete labels[name];
  };
  fields.forEach(([name], i) => void put(name, values[i]));
  const pod = values[fields.length];
  if (isHash(pod)) for (const [name, value] of Object.entries(pod)) put(labelName(name), value);
  for (const [name, value] of Object.entries(extra)) put(name, value);
  return encodeJson(labels);
}

function labelName(name: string): string {
  return name.replace(/[.\-/]/g, '_');
}

function nanoseconds({ sec, nsec }: LogEvent): string {
  return sec > 0 ? sec + String(nsec).padStart(9, '0') : String(BigInt(sec) * 1_000_000_000n + BigInt(nsec));
}

function keyValues(event: LogEvent): string {
  return event
    .keys()
    .map((key, i) => {
      const value = slotText(event.slots[i]!, event, i).replace(/["\\]/g, '\\$&');
      return /[ =]/.test(value) ? `${toBytes(key)}="${value}"` : `${toBytes(key)}=${value}`;
    })
    .join(' ');
}

/** As Ruby's `to_s`, in bytes. */
function slotText(slot: Slot, event: LogEvent, at = 0): string {
  return slotBytes(slot) ?? toBytes(rubyToS(event.get(event.keys()[at]!)));
}

const NON_ASCII = /[\x80-\xff]/;
const SEQUENCE =
  /((?:[\xc2-\xdf]|\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf])[\x80-\xbf])|[\x80-\xff]/g;

/** Bytes that are no UTF-8 become question marks. */
function validUtf8(bytes: string): string {
  if (!NON_ASCII.test(bytes) || isUtf8(Buffer.from(bytes, 'latin1'))) return bytes;
  return bytes.replace(SEQUENCE, (_all, good?: string) => good ?? '?');
}
