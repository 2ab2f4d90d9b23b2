/** Whether parameters hold placeholders that the chunk keys fill: their templates can then be installed only when a chunk is sent. */
import type { Element } from '../../../config/element.ts';
import { compileStrftime } from '../../core/strftime.ts';
import { utcZone } from '../../core/zone.ts';

const TAG = /\$\{tag(?:\[-?\d+\])?\}/;
const KEYS = /\$\{([-_.@$a-zA-Z0-9]+)\}/g;
const TIME = /%[-_0^#]*[a-zA-Z]/;
const NO_KEY = new Set(['tag', 'chunk_id']);

export interface Keys {
  readonly tag: boolean;
  /** Seconds of a time slice. */
  readonly timekey: number | undefined;
  readonly fields: readonly string[];
}

/** An output without chunk keys has those of the plugin's default: the tag. */
export function keysOf(buffer: Element | undefined, timekey: number | undefined): Keys {
  const arg = buffer?.arg ?? '';
  const keys = (arg === '' ? 'tag' : arg).split(/[\s,]+/).filter((key) => key !== '' && key !== '[]');
  return {
    tag: keys.includes('tag'),
    timekey: keys.includes('time') ? timekey : undefined,
    fields: keys.filter((key) => key !== 'tag' && key !== 'time'),
  };
}

/** True where a template names the tag, the time or all the fields that the chunk keys give. */
export function isSubstituted(template: string, { tag, timekey, fields }: Keys): boolean {
  if (tag && TAG.test(template)) return true;
  const unit = timeUnit(template);
  if (timekey !== undefined && unit !== undefined && timekey >= unit) return true;
  const named = [...template.matchAll(KEYS)].map((found) => found[1]!).filter((key) => !NO_KEY.has(key));
  return (
    fields.length > 0 &&
    named.length > 0 &&
    fields.every((f) => named.includes(f)) &&
    named.every((n) => fields.includes(n))
  );
}

const UNITS = [1, 60, 3600, 86_400];

/** The shortest time that changes what the template says, in seconds. */
function timeUnit(template: string): number | undefined {
  if (!TIME.test(template)) return undefined;
  const format = compileStrftime(template, utcZone);
  const base = Date.UTC(2016, 0, 1) / 1000;
  const text = format(base, 0);
  return UNITS.find((unit) => format(base + unit, 0) !== text);
}
