/**
 * `@type grep`: keeps or drops events by regexps on fields.
 *
 * Rules as Fluentd's: several `<regexp>` must all match, any `<exclude>` match drops; `<and>` / `<or>` group conditions of one
 * kind. A value is matched as its text (`to_s`): a missing or null field is the empty string.
 */
import type { Element } from '../../config/element.ts';
import { compileRegexp } from '../../ruby/regexp.ts';
import { rubyToS } from '../../ruby/to-s.ts';
import { Accessor } from '../core/accessor.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { LogEvent } from '../core/event.ts';
import { defineFilter } from '../plugin.ts';

type Condition = (event: LogEvent) => boolean;

const CONDITION = {
  doc: 'One condition.',
  params: {
    key: { type: 'string', required: true, doc: 'Field, as a key or a record accessor (`$.a.b`).' },
    pattern: { type: 'regexp', required: true, doc: 'Regexp, as `/…/` or bare.' },
  },
  multi: true,
} as const;
const GROUP = {
  doc: 'A group of conditions of one kind.',
  params: {},
  sections: { regexp: CONDITION, exclude: CONDITION },
  multi: true,
} as const;

export const plugin = defineFilter({
  kind: 'filter',
  type: 'grep',
  doc: 'Keeps or drops events by regexps on their fields.',
  schema: {
    doc: 'Grep filter. regexp1…20 and exclude1…20 (`key pattern`) are the old spelling of the sections.',
    params: Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => i + 1).flatMap((n) => [
        [`regexp${n}`, { type: 'string', deprecated: 'use <regexp>', doc: 'Old spelling of a <regexp> section.' }],
        [`exclude${n}`, { type: 'string', deprecated: 'use <exclude>', doc: 'Old spelling of an <exclude> section.' }],
      ]),
    ) as Record<string, { type: 'string'; doc: string; deprecated: string }>,
    sections: { regexp: CONDITION, exclude: CONDITION, and: GROUP, or: GROUP },
  },
  create(_config, host) {
    const keep = conditions(host.element, 'regexp');
    const drop = conditions(host.element, 'exclude');
    for (const group of host.element.children.filter((child) => child.name === 'and' || child.name === 'or')) {
      const kinds = new Set(group.children.map((child) => child.name));
      if (kinds.size !== 1)
        throw new PluginConfigError(`<${group.name}> must have either <regexp> or <exclude> sections`);
      const kind = kinds.has('exclude') ? 'exclude' : 'regexp';
      const members = conditions(group, kind);
      if (members.length < 2) throw new PluginConfigError(`<${group.name}> must have two or more <${kind}> sections`);
      const joined: Condition =
        group.name === 'and' ? (event) => members.every((m) => m(event)) : (event) => members.some((m) => m(event));
      (kind === 'exclude' ? drop : keep).push(joined);
    }
    const passes: Condition = (event) => keep.every((c) => c(event)) && !drop.some((c) => c(event));
    return {
      plan: () => (stream) => {
        if (!stream.events.every(passes)) {
          const kept = stream.events.filter(passes);
          stream.events.length = 0;
          for (const event of kept) stream.events.push(event);
        }
        return stream;
      },
    };
  },
});

function conditions(element: Element, kind: 'regexp' | 'exclude'): Condition[] {
  const sections = element.children
    .filter((child) => child.name === kind)
    .map((child) => condition(child.params.get('key')?.value ?? '', child.params.get('pattern')?.value ?? ''));
  const flat = [...element.params]
    .filter(([name]) => new RegExp(`^${kind}\\d+$`).test(name))
    .map(([name, param]) => {
      const space = param.value.search(/\s/);
      if (space < 0) throw new PluginConfigError(`${name} does not contain 2 parameters`);
      return condition(param.value.slice(0, space), param.value.slice(space).trim());
    });
  return [...sections, ...flat];
}

function condition(key: string, pattern: string): Condition {
  if (key === '') throw new PluginConfigError("'key' parameter is required");
  if (pattern === '') throw new PluginConfigError("'pattern' parameter is required");
  const accessor = new Accessor(key);
  const literal = /^\/(.*)\/([imx]*)$/s.exec(pattern);
  const regexp = compileRegexp(literal?.[1] ?? pattern, literal?.[2] ?? '');
  return (event) => {
    regexp.lastIndex = 0;
    return regexp.test(rubyToS(accessor.get(event) ?? null));
  };
}
