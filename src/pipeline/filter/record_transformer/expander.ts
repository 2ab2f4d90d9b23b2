/**
 * Placeholders without Ruby: `${tag}`, `${tag_parts[0]}`, `${tag_prefix[-2]}`, `${tag_suffix[1]}`, `${hostname}`, `${time}` and
 * `${record["key"]}` (double quotes, one level). A lone placeholder keeps its type, inside text it is `to_s`;
 * an unknown one gives null (or nothing inside text) and one warning.
 */
import { rubyToS } from '../../../ruby/to-s.ts';
import type { LogEvent } from '../../core/event.ts';
import type { Value } from '../../core/value.ts';
import { type Expression, expression } from './expression.ts';
import { type TagNames, timeText } from './names.ts';

/** Names between underscores are placeholders of an old kind: none of them is known any more. */
const PLACEHOLDER = /\$\{[^}]+\}|__[A-Z_]+__/g;

export function expandPlain(text: string, names: TagNames, warn: (message: string) => void): Expression {
  const found = [...text.matchAll(PLACEHOLDER)];
  if (found.length === 0) return expression.constant(text);
  const parts = found.map((match) => placeholder(match[0], names, warn));
  if (found.length === 1 && found[0]![0] === text) return parts[0]!;
  const literals = text.split(PLACEHOLDER);
  return expression.of(
    parts.every((part) => part.keys !== 'all') ? parts.flatMap((part) => part.keys as readonly string[]) : 'all',
    (event) => {
      let out = literals[0]!;
      for (const [i, part] of parts.entries()) out += rubyToS(part.value(event) ?? null) + literals[i + 1]!;
      return out;
    },
  );
}

function placeholder(text: string, names: TagNames, warn: (message: string) => void): Expression {
  const name = text.startsWith('$') ? text.slice(2, -1) : '';
  const field = /^record\["(.*?)"\]$/.exec(name)?.[1];
  if (field !== undefined && !/"\]\["/.test(name)) return expression.field(field);
  if (name === 'time') return expression.of('all', (event: LogEvent): Value => timeText(event));
  const constant = tagValue(name, names);
  if (constant === undefined) warn(`unknown placeholder \`${text}\` found`);
  return expression.constant(constant ?? null);
}

function tagValue(name: string, names: TagNames): string | undefined {
  if (name === 'tag') return names.tag;
  if (name === 'hostname') return names.hostname;
  const part = /^(tag_parts|tag_prefix|tag_suffix)\[(-?\d+)\]$/.exec(name);
  return part === null ? undefined : names[part[1] as 'tag_parts' | 'tag_prefix' | 'tag_suffix'].at(Number(part[2]));
}
