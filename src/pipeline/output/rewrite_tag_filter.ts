/**
 * `@type rewrite_tag_filter`: gives events a new tag by the first rule that fits, and sends them through the pipeline again (or to a label). An
 * event that no rule fits, or whose tag would stay the same, goes nowhere.
 */
import { execSync } from 'node:child_process';
import os from 'node:os';
import type { ConfigOf, RegexpText, SectionSpec } from '../../config/schema.ts';
import { compileRegexp } from '../../ruby/regexp.ts';
import { accessorText } from '../codec/field-text.ts';
import { Accessor } from '../core/accessor.ts';
import { PluginConfigError } from '../core/errors.ts';
import { EventStream, type LogEvent } from '../core/event.ts';
import { fromBytes } from '../core/value.ts';
import { defineOutput, type OutputHost } from '../plugin.ts';

const RULE = {
  doc: 'One rule; they are tried in order.',
  params: {
    key: { type: 'string', required: true, doc: 'Field: a key or a record accessor.' },
    pattern: { type: 'regexp', required: true, doc: 'Regexp that its text must match; an empty text matches none.' },
    tag: { type: 'string', required: true, doc: 'The new tag: `$1`, `${tag}`, `${tag_parts[n]}`, `${hostname}`.' },
    label: { type: 'string', doc: 'Label to which the events go.' },
    invert: { type: 'bool', default: 'false', doc: 'The rule fits where the pattern does not match.' },
  },
  multi: true,
} as const satisfies SectionSpec;

export const plugin = defineOutput({
  kind: 'output',
  type: 'rewrite_tag_filter',
  buffering: 'none',
  doc: 'Gives events new tags by what their fields hold.',
  schema: {
    doc: 'Rewrite tag output.',
    params: {
      capitalize_regex_backreference: { type: 'bool', default: 'false', doc: 'Capitalise what `$1` … stand for.' },
      remove_tag_prefix: { type: 'string', doc: 'Taken off the tag before placeholders are made of it.' },
      remove_tag_regexp: { type: 'regexp', doc: 'The same, as a regexp.' },
      hostname_command: { type: 'string', default: 'hostname', doc: 'Command whose output is `${hostname}`.' },
      emit_mode: {
        type: 'enum',
        values: ['record', 'batch'],
        default: 'batch',
        doc: 'Send events one by one, or those of one new tag together.',
      },
    },
    sections: { rule: RULE },
  },
  create(config, host) {
    if ([...config.$element.params.keys()].some((name) => name.startsWith('rewriterule')))
      throw new PluginConfigError('"rewriterule<num>" support has been dropped. Use <rule> section instead.');
    if (config.remove_tag_prefix !== undefined && config.remove_tag_regexp !== undefined)
      throw new PluginConfigError('remove_tag_prefix and remove_tag_regexp are exclusive');
    const rules = compileRules(config.$sections.rule, config.capitalize_regex_backreference);
    const removed = removedPart(config.remove_tag_prefix, config.remove_tag_regexp);
    const hostname = hostnameOf(config.hostname_command);
    const label = config.$element.text('@label');
    const send = sender(host, label);
    const batch = config.emit_mode === 'batch';
    return {
      emit(stream) {
        const names = placeholders(removed === undefined ? stream.tag : stream.tag.replace(removed, ''), hostname);
        const groups = batch ? new Map<string, Group>() : undefined;
        const all: Group[] = [];
        for (const event of stream.events) {
          const found = rewrite(event, rules, names, (unknown) =>
            host.log.warn('rewrite_tag_filter: unknown placeholder found.', { placeholder: unknown, tag: stream.tag }),
          );
          if (found === undefined || (found.tag === stream.tag && found.label === undefined)) continue;
          const key = `${found.label ?? ''}\0${found.tag}`;
          const group = groups?.get(key) ?? { ...found, events: [] };
          if (group.events.length === 0) all.push(group);
          groups?.set(key, group);
          group.events.push(event);
        }
        return send(all);
      },
    };
  },
});

interface Target {
  readonly tag: string;
  readonly label: string | undefined;
}
interface Group extends Target {
  readonly events: LogEvent[];
}

interface Rule {
  readonly accessor: Accessor;
  readonly pattern: RegExp;
  readonly invert: boolean;
  readonly label: string | undefined;
  /** The new tag with `$1` … replaced. */
  readonly tag: (match: RegExpExecArray | null) => string;
}

function compileRules(sections: readonly ConfigOf<typeof RULE>[], capitalize: boolean): Rule[] {
  if (sections.length === 0) throw new PluginConfigError('missing rewriterules');
  const seen = new Set<string>();
  return sections.map(({ key = '', pattern, tag = '', label, invert }) => {
    const { source, flags } = pattern ?? { source: '', flags: '' };
    // The plugin looks for both spellings together; one alone stays what it is.
    if (/\$\{tag_parts\[\d\.\.\.?\d\]\}/.test(tag) && /__TAG_PARTS\[\d\.\.\.?\d\]__/.test(tag))
      throw new PluginConfigError('${tag_parts[n]} and __TAG_PARTS[n]__ placeholder does not support range specify');
    const name = `${key}\0${invert}\0${flags}/${source}`;
    if (seen.has(name)) throw new PluginConfigError(`duplicated rewriterules found: ${key} ${source}`);
    seen.add(name);
    return {
      accessor: new Accessor(key),
      pattern: compileRegexp(source, flags),
      invert,
      label: label === '' ? undefined : label,
      tag: /\$\d/.test(tag)
        ? (match) => (match === null ? tag : withBackreferences(tag, match, capitalize))
        : () => tag,
    };
  });
}

function withBackreferences(tag: string, match: RegExpExecArray, capitalize: boolean): string {
  // Beside named groups Ruby's plain ones do not capture.
  const captures = match.groups === undefined ? match.slice(1) : Object.values(match.groups);
  return tag.replace(/\$\d+/g, (reference) => {
    const value = captures[Number(reference.slice(1)) - 1] ?? '';
    return capitalize ? value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase() : value;
  });
}

function rewrite(
  event: LogEvent,
  rules: readonly Rule[],
  names: ReadonlyMap<string, string>,
  onUnknown: (name: string) => void,
): Target | undefined {
  for (const { accessor, pattern, invert, label, tag } of rules) {
    const text = fromBytes(accessorText(event, accessor));
    if (text === '' && !invert) continue;
    pattern.lastIndex = 0;
    const match = pattern.exec(text);
    if ((match === null) !== invert) continue;
    const expanded = tag(invert ? null : match).replace(/\$\{[a-z_]+(?:\[[0-9]+\])?\}|__[A-Z_]+__/g, (name) => {
      const value = names.get(name);
      if (value === undefined) onUnknown(name);
      return value ?? '';
    });
    return { tag: expanded, label };
  }
  return undefined;
}

function placeholders(tag: string, hostname: () => string): ReadonlyMap<string, string> {
  const names = new Map([
    ['${tag}', tag],
    ['__TAG__', tag],
    ['${hostname}', hostname()],
    ['__HOSTNAME__', hostname()],
  ]);
  for (const [i, part] of tag.split('.').entries()) names.set(`\${tag_parts[${i}]}`, part);
  return names;
}

function removedPart(prefix: string | undefined, regexp: RegexpText | undefined): RegExp | undefined {
  if (regexp !== undefined) return compileRegexp(regexp.source, regexp.flags);
  return prefix === undefined ? undefined : new RegExp(`^${prefix.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}\\.?`);
}

/** The command runs at the first event, once. */
function hostnameOf(command: string): () => string {
  let name: string | undefined;
  return () => {
    name ??= command === 'hostname' ? os.hostname() : execSync(command, { encoding: 'utf8' }).trimEnd();
    return name;
  };
}

function sender(host: OutputHost, label: string | undefined): (groups: readonly Group[]) => void | Promise<void> {
  const sendOne = (group: Group) => {
    const stream = new EventStream(group.tag, group.events);
    const to = group.label ?? label;
    return to === undefined ? host.emit(stream) : host.emitToLabel(to, stream);
  };
  const sendAll = async (groups: readonly Group[]) => {
    for (const group of groups) await sendOne(group);
  };
  return (groups) => (groups.length === 1 ? sendOne(groups[0]!) : sendAll(groups));
}
