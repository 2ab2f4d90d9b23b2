/**
 * `@type grep`: keeps or drops events by regexps on fields.
 *
 * Rules as Fluentd's: all `<regexp>` (and those in `<and>`) must match, one of those in `<or>` must; an event is dropped when any `<exclude>` (or
 * one in `<or>`) matches, or all of those in `<and>`. A value is matched as its text (`to_s`): a missing or null field is the empty string.
 * An event whose field cannot be looked up (`$.a.b` where `a` is a number) passes, with a warning.
 */
import type { ConfigOf, RegexpText } from '../../config/schema.ts';
import { compileLineRegexp } from '../../ruby/line-regexp.ts';
import { accessorText } from '../codec/field-text.ts';
import { Accessor } from '../core/accessor.ts';
import { PluginConfigError } from '../core/errors.ts';
import type { LogEvent } from '../core/event.ts';
import { defineFilter, type Host } from '../plugin.ts';

type Condition = (event: LogEvent) => boolean;
/** Conditions by key: a key may stand once in each list. */
type Conditions = Map<string, Condition>;

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

/** How many of the old parameters there are. */
const OLD = 20;

export const plugin = defineFilter({
  kind: 'filter',
  type: 'grep',
  doc: 'Keeps or drops events by regexps on their fields.',
  schema: {
    doc: 'Grep filter. regexp1…20 and exclude1…20 (`key pattern`) are the old spelling of the sections.',
    params: Object.fromEntries(
      Array.from({ length: OLD }, (_, i) => i + 1).flatMap((n) => [
        [`regexp${n}`, { type: 'string', deprecated: 'use <regexp>', doc: 'Old spelling of a <regexp> section.' }],
        [`exclude${n}`, { type: 'string', deprecated: 'use <exclude>', doc: 'Old spelling of an <exclude> section.' }],
      ]),
    ) as Record<string, { type: 'string'; doc: string; deprecated: string }>,
    sections: { regexp: CONDITION, exclude: CONDITION, and: GROUP, or: GROUP },
  },
  create(config, host) {
    const lists = { keepAll: new Map(), keepAny: new Map(), dropAll: new Map(), dropAny: new Map() } as const;
    const { regexp, exclude, and, or } = config.$sections;
    for (let n = 1; n <= OLD; n++) {
      addOld(lists.keepAll, `regexp${n}`, config.$element.text(`regexp${n}`));
      addOld(lists.dropAny, `exclude${n}`, config.$element.text(`exclude${n}`));
    }
    if (regexp.length > 1) host.log.info("Top level multiple <regexp> is interpreted as 'and' condition");
    if (exclude.length > 1) host.log.info("Top level multiple <exclude> is interpreted as 'or' condition");
    add(lists.keepAll, regexp, 'Duplicate key');
    add(lists.dropAny, exclude, 'Duplicate key');
    for (const group of and) addGroup(group, 'and', lists.keepAll, lists.dropAll);
    for (const group of or) addGroup(group, 'or', lists.keepAny, lists.dropAny);
    const passes = orBlocked(decision(lists), host.log);
    return {
      plan: () => (stream) => {
        const { events } = stream;
        let kept = 0;
        for (const event of events) if (passes(event)) events[kept++] = event;
        events.length = kept;
        return stream;
      },
    };
  },
});

function decision(lists: {
  keepAll: Conditions;
  keepAny: Conditions;
  dropAll: Conditions;
  dropAny: Conditions;
}): Condition {
  const [keepAll, keepAny, dropAll, dropAny] = [lists.keepAll, lists.keepAny, lists.dropAll, lists.dropAny].map(
    (list) => [...list.values()],
  ) as [Condition[], Condition[], Condition[], Condition[]];
  return (event) => {
    for (const condition of keepAll) if (!condition(event)) return false;
    if (keepAny.length > 0 && !keepAny.some((condition) => condition(event))) return false;
    if (dropAll.length > 0 && dropAll.every((condition) => condition(event))) return false;
    for (const condition of dropAny) if (condition(event)) return false;
    return true;
  };
}

function orBlocked(decide: Condition, log: Host['log']): Condition {
  return (event) => {
    try {
      return decide(event);
    } catch (error) {
      log.warn('failed to grep events', { error });
      return true;
    }
  };
}

function addGroup(group: ConfigOf<typeof GROUP>, name: 'and' | 'or', keep: Conditions, drop: Conditions): void {
  const { regexp, exclude } = group.$sections;
  if (regexp.length > 0 && exclude.length > 0)
    throw new PluginConfigError(`Do not specify both <regexp> and <exclude> in <${name}>`);
  add(keep, regexp, `Duplicate key in <${name}>`);
  add(drop, exclude, `Duplicate key in <${name}>`);
}

function add(list: Conditions, sections: readonly ConfigOf<typeof CONDITION>[], problem: string): void {
  for (const { key, pattern } of sections) {
    // Missing ones have been reported.
    if (key === undefined || pattern === undefined) continue;
    if (list.has(key)) throw new PluginConfigError(`${problem}: ${key}`);
    list.set(key, condition(key, pattern));
  }
}

function addOld(list: Conditions, name: string, text: string | undefined): void {
  if (text === undefined) return;
  const space = text.indexOf(' ');
  if (space < 0) throw new PluginConfigError(`${name} does not contain 2 parameters`);
  const key = text.slice(0, space);
  if (list.has(key)) throw new PluginConfigError(`${name} contains a duplicated key, ${key}`);
  list.set(key, condition(key, { source: text.slice(space + 1), flags: '' }));
}

function condition(key: string, { source, flags }: RegexpText): Condition {
  const accessor = new Accessor(key);
  const regexp = compileLineRegexp(source, flags, 'utf-8');
  return (event) => {
    if (accessor.nested && accessor.isBlocked(event)) throw new TypeError(`${key} leads into a value without fields`);
    return regexp.test(accessorText(event, accessor));
  };
}
