/**
 * `_source` of a request: all, nothing, or some fields. Unfiltered sources are answered with the bytes that came in; of others, named members are cut
 * out of these bytes, and what a group shares is filtered once for the group.
 */
import { cutMembers } from './document/cut.ts';
import { wildcardToRegExp } from './document/values.ts';
import { type Group, SHARED } from './engine.ts';
import { isObject, type Json, type JsonObject, listOf, stringOf } from './json.ts';

interface Sourced {
  readonly text: string;
  readonly source: JsonObject;
  readonly group: Pick<Group, 'shared' | 'paths' | 'isRegular'>;
}

/** The source's JSON text, or undefined where the answer has none. */
export type SourceFilter = (doc: Sourced) => string | undefined;

export function sourceFilter(given: Json | undefined): SourceFilter {
  if (given === undefined || given === true) return (doc) => doc.text;
  if (given === false) return () => undefined;
  const object = isObject(given) ? given : { includes: given };
  const includes = namesOf(object['includes'] ?? object['include']);
  const excludes = namesOf(object['excludes'] ?? object['exclude']);
  if (includes.length === 0 && excludes.length === 0) return (doc) => doc.text;
  const wanted = includes.map(matcher);
  const unwanted = excludes.map(matcher);
  const plain: SourceFilter = (doc) => JSON.stringify(filter(doc.source, '', wanted, unwanted) ?? {});
  const isMember = (name: string) => /^[^.*]+$/.test(name) && name !== SHARED;
  const ofShared = new RegExp(`^${SHARED}(\\..*)?$`);
  if (excludes.length > 0 || !includes.every((name) => isMember(name) || ofShared.test(name))) return plain;
  const members = includes.filter(isMember);
  return cutting(members, includes.length > members.length ? wanted : undefined, plain);
}

/** `shared`: of the object that a group shares some fields are wanted too. */
function cutting(
  members: readonly string[],
  shared: readonly Matcher[] | undefined,
  plain: SourceFilter,
): SourceFilter {
  const plans = new WeakMap<
    Group['paths'],
    { readonly names: string[]; readonly heads: string[]; readonly tail: string }
  >();
  const planOf = (group: Sourced['group']) => {
    let plan = plans.get(group.paths);
    if (plan === undefined) {
      // Members that are not there are not looked for: that would be a look through the whole text.
      const names = members.filter((name) => mayHave(group.paths, name));
      const kept = shared && group.shared && filter({ [SHARED]: group.shared }, '', shared, []);
      const tail = kept === undefined ? '' : JSON.stringify(kept).slice(1, -1);
      plan = { names, heads: names.map((name) => `${JSON.stringify(name)}:`), tail };
      plans.set(group.paths, plan);
    }
    return plan;
  };
  return (doc) => {
    const { group } = doc;
    if (!group.isRegular || (shared !== undefined && group.shared === undefined && mayHave(group.paths, SHARED)))
      return plain(doc);
    const { names, heads, tail } = planOf(group);
    const found = cutMembers(doc.text, names);
    if (found === undefined) return plain(doc);
    let text = '{';
    for (let i = 0; i < found.length; i++)
      if (found[i] !== undefined) text += `${text.length > 1 ? ',' : ''}${heads[i]!}${found[i]!}`;
    if (tail !== '') text += text.length > 1 ? `,${tail}` : tail;
    return `${text}}`;
  };
}

function mayHave(paths: ReadonlySet<string>, name: string): boolean {
  if (paths.has(name)) return true;
  for (const path of paths) if (path.startsWith(`${name}.`)) return true;
  return false;
}

function namesOf(value: Json | undefined): string[] {
  return listOf(value).flatMap((name) => stringOf(name, '_source').split(','));
}

interface Matcher {
  /** The path is named, or lies in something that is named. */
  readonly inside: RegExp;
  /** Something below the path may be named. */
  mayHold(path: string): boolean;
}

function matcher(name: string): Matcher {
  const whole = wildcardToRegExp(name).source.slice(1, -1);
  const fixed = name.split('*')[0]!;
  const isFixed = fixed === name;
  return {
    inside: new RegExp(`^${whole}(?:\\..*)?$`, 'su'),
    mayHold: (path) =>
      isFixed ? name.startsWith(`${path}.`) : fixed.startsWith(`${path}.`) || `${path}.`.startsWith(fixed),
  };
}

function filter(
  object: JsonObject,
  prefix: string,
  wanted: readonly Matcher[],
  unwanted: readonly Matcher[],
): JsonObject | undefined {
  const result: JsonObject = {};
  let some = false;
  for (const [key, value] of Object.entries(object)) {
    const path = prefix + key;
    if (unwanted.some(({ inside }) => inside.test(path))) continue;
    const isWanted = wanted.length === 0 || wanted.some(({ inside }) => inside.test(path));
    if (!isWanted && !wanted.some((one) => one.mayHold(path))) continue;
    const kept = keep(value, path, isWanted ? [] : wanted, unwanted);
    if (kept === undefined) continue;
    result[key] = kept;
    some = true;
  }
  return some ? result : undefined;
}

function keep(value: Json, path: string, wanted: readonly Matcher[], unwanted: readonly Matcher[]): Json | undefined {
  if (Array.isArray(value)) {
    const kept = value.flatMap((element) => keep(element, path, wanted, unwanted) ?? []);
    return kept.length > 0 || (value.length === 0 && wanted.length === 0) ? kept : undefined;
  }
  if (isObject(value))
    return Object.keys(value).length === 0 && wanted.length === 0 ? value : filter(value, `${path}.`, wanted, unwanted);
  return wanted.length === 0 ? value : undefined;
}
