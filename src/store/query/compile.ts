/**
 * Elasticsearch's query language as far as agent and viewer use it; scores are not computed, so `should` only filters.
 *
 * Guarantees: what it does not know is refused with Elasticsearch's parsing_exception, never ignored.
 */

import { wildcardToRegExp } from '../document/values.ts';
import { parsingError } from '../errors.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  onlyMember,
  refuseUnknown,
  stringOf,
} from '../json.ts';
import { exists, pattern, pieces } from './field-tests.ts';
import { match, phrase } from './match.ts';
import { ALL, and, atLeast, fieldOf, NONE, not, onValues, type Query } from './node.ts';
import { queryString } from './query-string.ts';
import { range } from './range.ts';
import { term, terms } from './term.ts';

type Compile = (body: Json, now: number) => Query;

const QUERIES: Readonly<Record<string, Compile>> = {
  match_all: () => ALL,
  match_none: () => NONE,
  bool: (body, now) => bool(objectOf(body, 'bool'), now),
  constant_score: (body, now) => compileQuery(objectOf(body, 'constant_score')['filter'], now),
  term: (body) => single(body, 'term', 'value', (field, value) => term(field, value)),
  terms: (body) => {
    const { boost: _, ...rest } = objectOf(body, 'terms');
    const [field, values] = onlyMember(rest, 'terms');
    if (!Array.isArray(values)) throw parsingError('[terms] query does not support a lookup in the embedded store');
    return terms(fieldOf(field), values);
  },
  prefix: (body) =>
    single(body, 'prefix', 'value', (field, value, options) => {
      const lower = options['case_insensitive'] === true;
      const start = fold(stringOf(value, 'prefix'), lower);
      return onValues(fieldOf(field), (found, type) =>
        pieces(found, type).some((word) => fold(word, lower).startsWith(start)),
      );
    }),
  wildcard: (body) =>
    single(body, 'wildcard', 'value', (field, value, options) =>
      pattern(
        field,
        wildcardToRegExp(
          stringOf(value ?? options['wildcard'], 'wildcard'),
          options['case_insensitive'] === true ? 'si' : 's',
        ),
      ),
    ),
  regexp: (body) =>
    single(body, 'regexp', 'value', (field, value) => pattern(field, regexpOf(stringOf(value, 'regexp')))),
  exists: (body) => exists(stringOf(objectOf(body, 'exists')['field'], 'exists')),
  ids: (body) => {
    const wanted = new Set(listOf(objectOf(body, 'ids')['values']).map((id) => stringOf(id, 'ids')));
    return { group: () => undefined, test: (doc) => wanted.has(doc.id) };
  },
  range: (body, now) => range(body, now),
  match: (body) => single(body, 'match', 'query', match),
  match_phrase: (body) =>
    single(body, 'match_phrase', 'query', (field, value) => phrase(field, stringOf(value, 'match_phrase'), false)),
  match_phrase_prefix: (body) =>
    single(body, 'match_phrase_prefix', 'query', (field, value) =>
      phrase(field, stringOf(value, 'match_phrase_prefix'), true),
    ),
  query_string: (body, now) => queryString(objectOf(body, 'query_string'), now, 'query_string'),
  simple_query_string: (body, now) => queryString(objectOf(body, 'simple_query_string'), now, 'simple_query_string'),
};

/** @throws StoreError */
export function compileQuery(query: Json | undefined, now = Date.now()): Query {
  if (query === undefined) return ALL;
  const object = objectOf(query, 'query');
  const [name, body] = onlyMember(object, 'query');
  const compile = Object.hasOwn(QUERIES, name) ? QUERIES[name] : undefined;
  if (compile === undefined) throw parsingError(`unknown query [${name}]`);
  return compile(body, now);
}

/** `{field: value}` or `{field: {value, …options}}`. */
function single(
  body: Json,
  name: string,
  key: string,
  make: (field: string, value: Json | undefined, options: JsonObject) => Query,
): Query {
  const [field, given] = onlyMember(objectOf(body, name), name);
  if (Array.isArray(given)) throw parsingError(`[${name}] query does not support arrays`);
  if (!isObject(given)) return make(field, given, {});
  const known = [
    'boost',
    'operator',
    'minimum_should_match',
    'case_insensitive',
    'wildcard',
    'flags',
    'slop',
    'lenient',
    'rewrite',
    '_name',
    key,
  ];
  refuseUnknown(given, known, name);
  return make(field, given[key], given);
}

function bool(body: JsonObject, now: number): Query {
  refuseUnknown(body, ['must', 'filter', 'should', 'must_not', 'minimum_should_match', 'boost', '_name'], 'bool');
  const list = (key: string) => listOf(body[key]).map((part) => compileQuery(part, now));
  const must = [...list('must'), ...list('filter')];
  const should = list('should');
  const wanted = numberOf(
    body['minimum_should_match'],
    'minimum_should_match',
    must.length === 0 && should.length > 0 ? 1 : 0,
  );
  const some = should.length === 0 ? [] : [atLeast(wanted < 0 ? should.length + wanted : wanted, should)];
  return and([...must, ...some, ...list('must_not').map(not)]);
}

function fold(text: string, lower: boolean): string {
  return lower ? text.toLowerCase() : text;
}

function regexpOf(source: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, 'su');
  } catch (error) {
    throw parsingError(`failed to parse regexp [${source}]: ${(error as Error).message}`);
  }
}
