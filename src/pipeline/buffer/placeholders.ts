/** Placeholders of chunk metadata in parameters: `${tag}`, `${tag[1]}`, `${key}`, `${chunk_id}`, strftime of the time slice. */

import type { Element } from '../../config/element.ts';
import { rubyToS } from '../../ruby/to-s.ts';
import { compileStrftime } from '../core/strftime.ts';
import { localZone, parseZone, utcZone, type Zone } from '../core/zone.ts';
import type { ChunkMeta } from '../plugin.ts';

const TAG = /\$\{tag(?:\[(-?\d+)\])?\}/g;
/** Fluentd's own alphabet: `${record["key"]}` is no placeholder and stays as it is. */
const VARIABLE = /\$\{([-_.@$a-zA-Z0-9]+)\}/g;
const TIME = /%[-_0^#]*[a-zA-Z]/;

export interface ChunkKeys {
  readonly tag: boolean;
  readonly time: boolean;
  /** Record accessors. */
  readonly fields: readonly string[];
}

export function chunkKeys(buffer: Element): ChunkKeys {
  const keys = buffer.arg.split(/[\s,]+/).filter((key) => key !== '' && key !== '[]');
  return {
    tag: keys.includes('tag'),
    time: keys.includes('time'),
    fields: keys.filter((key) => key !== 'tag' && key !== 'time'),
  };
}

export function bufferZone(buffer: Element): Zone {
  const zone = buffer.text('timekey_zone');
  if (zone !== undefined) return parseZone(zone);
  const utc = buffer.text('timekey_use_utc');
  return utc === '' || utc === 'true' ? utcZone : localZone;
}

export function extractPlaceholders(
  template: string,
  meta: ChunkMeta,
  chunkId: string | undefined,
  buffer: Element,
): string {
  let out = template;
  if (meta.timekey !== undefined && TIME.test(out)) out = compileStrftime(out, bufferZone(buffer))(meta.timekey, 0);
  const { tag } = meta;
  if (tag !== undefined)
    out = out.replace(TAG, (_all, part?: string) =>
      part === undefined ? tag : (tag.split('.').at(Number(part)) ?? ''),
    );
  return out.replace(VARIABLE, (all, key: string) => {
    if (key === 'chunk_id') return chunkId ?? all;
    const value = meta.variables?.[key];
    return value === undefined ? all : rubyToS(value);
  });
}

/** What is wrong between a parameter's placeholders and the chunk keys, in Fluentd's words; undefined when nothing is. */
export function checkPlaceholders(name: string, template: string, buffer: Element): string | undefined {
  const keys = chunkKeys(buffer);
  if (keys.time && buffer.text('timekey') === undefined) return undefined;
  const title = `Parameter '${name}: ${template}'`;
  if (!keys.tag && /\$\{tag(\[-?\d+\])?\}/.test(template))
    return `${title} has tag placeholders, but chunk key 'tag' is not configured`;
  if (!keys.time && TIME.test(template))
    return `${title} has timestamp placeholders, but chunk key 'time' is not configured`;
  const missing = [...template.matchAll(VARIABLE)]
    .map((found) => found[1]!)
    .filter((key) => !/^(tag(\[-?\d+\])?|chunk_id)$/.test(key) && !keys.fields.includes(key));
  return missing.length > 0
    ? `${title} has placeholders, but chunk keys doesn't have keys ${missing.join(',')}`
    : undefined;
}
