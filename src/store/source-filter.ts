/** `_source` of a request: all, nothing, or some fields. Unfiltered sources are answered with the bytes that came in. */
import { wildcardToRegExp } from './document/values.ts';
import { isObject, type Json, type JsonObject, listOf, stringOf } from './json.ts';

/** The source's JSON text, or undefined where the answer has none. */
export type SourceFilter = (doc: { readonly text: string; readonly source: JsonObject }) => string | undefined;

export function sourceFilter(given: Json | undefined): SourceFilter {
  if (given === undefined || given === true) return (doc) => doc.text;
  if (given === false) return () => undefined;
  const object = isObject(given) ? given : { includes: given };
  const includes = namesOf(object['includes'] ?? object['include']);
  const excludes = namesOf(object['excludes'] ?? object['exclude']);
  if (excludes.length === 0 && includes.every((name) => /^[^.*]+$/.test(name))) return topLevel(includes);
  const wanted = includes.map(matcher);
  const unwanted = excludes.map(matcher);
  return (doc) => JSON.stringify(filter(doc.source, '', wanted, unwanted) ?? {});
}

function namesOf(value: Json | undefined): string[] {
  return listOf(value).flatMap((name) => stringOf(name, '_source').split(','));
}

function topLevel(names: readonly string[]): SourceFilter {
  if (names.length === 0) return (doc) => doc.text;
  const heads = names.map((name) => `${JSON.stringify(name)}:`);
  return ({ source }) => {
    let text = '{';
    for (let i = 0; i < names.length; i++) {
      const value = source[names[i]!];
      if (value !== undefined) text += (text.length > 1 ? ',' : '') + heads[i]! + JSON.stringify(value);
    }
    return `${text}}`;
  };
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
