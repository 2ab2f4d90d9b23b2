/** Placeholders of chunk metadata in parameters: `${tag}`, `${tag[1]}`, `${key}`, `${chunk_id}`, strftime of the time slice. */

import type { Element } from '../../config/element.ts';
import { rubyToS } from '../../ruby/to-s.ts';
import { compileStrftime } from '../core/strftime.ts';
import { localZone, parseZone, utcZone, type Zone } from '../core/zone.ts';
import type { ChunkKeys, ChunkMeta } from '../plugin.ts';

const TAG = /\$\{tag(?:\[(-?\d+)\])?\}/g;
/** Fluentd's own alphabet: `${record["key"]}` is no placeholder and stays as it is. */
const VARIABLE = /\$\{([-_.@$a-zA-Z0-9]+)\}/g;
const TIME = /%[-_0^#]*[a-zA-Z]/;

export function chunkKeys(buffer: Element): ChunkKeys {
  const keys = listed(buffer.arg.trim());
  return {
    tag: keys.includes('tag'),
    time: keys.includes('time'),
    fields: keys.filter((key) => key !== 'tag' && key !== 'time'),
  };
}

/** An array as parameters write it: JSON, or names with commas between them. */
function listed(arg: string): string[] {
  if (arg === '') return [];
  if (arg.startsWith('['))
    try {
      return (JSON.parse(arg) as unknown[]).map(String);
    } catch {
      // Told by the check of its characters.
    }
  return arg.split(/\s*,\s*/);
}

/** `timekey_use_utc` counts before `timekey_zone`: outputs that have it by default do not follow a zone alone. */
export function bufferZone(buffer: Element): Zone {
  const utc = buffer.text('timekey_use_utc');
  if (utc === '' || utc === 'true' || utc === 'yes') return utcZone;
  const zone = buffer.text('timekey_zone');
  return zone === undefined ? localZone : parseZone(zone);
}

export function extractPlaceholders(
  template: string,
  meta: ChunkMeta,
  chunkId: string | undefined,
  buffer: Element,
): string {
  const { tag, timekey, variables } = meta;
  let out = template;
  if (timekey !== undefined && TIME.test(out)) out = compileStrftime(out, bufferZone(buffer))(timekey, 0);
  if (tag !== undefined)
    out = out.replace(TAG, (_all, part?: string) =>
      part === undefined ? tag : (tag.split('.').at(Number(part)) ?? ''),
    );
  if (chunkId !== undefined) out = out.replace('${chunk_id}', () => chunkId);
  if (variables === undefined) return out;
  // What is no chunk key is gone, once there are chunk keys of the record at all.
  return out.replace(VARIABLE, (all, key: string) => {
    if (key === 'tag' || key === 'chunk_id') return all;
    const value = variables[key];
    return value === undefined || value === null ? '' : rubyToS(value);
  });
}

/** Units that a time slice can have, with what strftime calls them. */
const UNITS = [
  [1, 'second', '%S'],
  [60, 'minute', '%M'],
  [3600, 'hour', '%H'],
  [86_400, 'day', '%d'],
] as const;
/** 2016-01-01 00:00:00 UTC: Fluentd's base for telling which units a template shows. */
const BASE = 1_451_606_400;

/** The smallest unit that the template shows. */
function unitOf(template: string): (typeof UNITS)[number] | undefined {
  if (!TIME.test(template)) return undefined;
  const format = compileStrftime(template, utcZone);
  return UNITS.find(([seconds]) => format(BASE + seconds, 0) !== format(BASE, 0));
}

export interface Placing {
  readonly keys: ChunkKeys;
  /** Length of a time slice in seconds. */
  readonly timekey: number | undefined;
}

/** What is wrong between the time placeholders of a parameter and the chunk keys, in Fluentd's words. */
export function timeProblem(name: string, template: string, { keys, timekey }: Placing): string | undefined {
  const unit = unitOf(template);
  const slice = keys.time ? timekey : undefined;
  const title = `Parameter '${name}: ${template}'`;
  if (unit === undefined)
    return slice === undefined
      ? undefined
      : `${title} doesn't have timestamp placeholders for timekey ${Math.trunc(slice)}`;
  const [seconds, unitName, example] = unit;
  if (slice === undefined) return `${title} has timestamp placeholders, but chunk key 'time' is not configured`;
  return slice < seconds
    ? `${title} doesn't have timestamp placeholder for ${unitName}('${example}') for timekey ${Math.trunc(slice)}`
    : undefined;
}

/** The same of all placeholders: chunks of different keys must not go to one place, and no key may be missing. */
export function placeholderProblem(name: string, template: string, placing: Placing): string | undefined {
  const time = timeProblem(name, template, placing);
  if (time !== undefined) return time;
  const { keys } = placing;
  const title = `Parameter '${name}: ${template}'`;
  const tags = [...template.matchAll(TAG)].length > 0;
  if (keys.tag && !tags) return `${title} doesn't have tag placeholder`;
  if (!keys.tag && tags) return `${title} has tag placeholders, but chunk key 'tag' is not configured`;
  const named = [...template.matchAll(VARIABLE)]
    .map(([, key]) => key!)
    .filter((key) => !/^(?:tag|chunk_id)$/.test(key));
  const absent = keys.fields.filter((key) => !named.includes(key)).sort();
  if (absent.length > 0) return `${title} doesn't have enough placeholders for keys ${absent.join(',')}`;
  const unknown = named.filter((key) => !keys.fields.includes(key)).sort();
  return unknown.length > 0
    ? `${title} has placeholders, but chunk keys doesn't have keys ${unknown.join(',')}`
    : undefined;
}

/** True where a template names the tag, the time or all the fields that the chunk keys give. */
export function isSubstituted(template: string, { keys, timekey }: Placing): boolean {
  if (keys.tag && template.search(TAG) >= 0) return true;
  const unit = unitOf(template);
  if (keys.time && timekey !== undefined && unit !== undefined && timekey >= unit[0]) return true;
  const named = fieldsIn(template);
  return (
    named.length > 0 &&
    keys.fields.every((field) => named.includes(field)) &&
    named.every((name) => keys.fields.includes(name))
  );
}

function fieldsIn(template: string): string[] {
  return [...template.matchAll(VARIABLE)].map(([, key]) => key!).filter((key) => key !== 'tag' && key !== 'chunk_id');
}
