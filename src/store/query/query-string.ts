/**
 * Lucene's query language, its common part: words, "phrases", field:value, field:(a b), wildcards, AND OR NOT && || ! + -, brackets,
 * field:[a TO b], field:>=n, _exists_:field. Boosts, fuzziness and regexps are refused.
 */
import { wildcardToRegExp } from '../document/values.ts';
import { searchError } from '../errors.ts';
import { type JsonObject, listOf, refuseUnknown, stringOf } from '../json.ts';
import { exists, pattern } from './field-tests.ts';
import { match, phrase } from './match.ts';
import { ALL, and, atLeast, fieldOf, not, type Query } from './node.ts';
import { rangeOn } from './range.ts';

const TOKEN =
  /\s*(?:(\()|(\))|(AND\b|&&)|(OR\b|\|\|)|(NOT\b|!)|([+-])(?=\S)|([\w@.\-*]+):(?=\S)|([[{])([^\]}]*?)\s+TO\s+([^\]}]*?)([\]}])|(>=|<=|>|<)(\S+)|"((?:[^"\\]|\\.)*)"|((?:[^\s()":\\]|\\.|:(?=\S))+))/gy;

type Token = RegExpExecArray;

export function queryString(body: JsonObject, now: number, what: string): Query {
  refuseUnknown(
    body,
    [
      'query',
      'fields',
      'default_field',
      'default_operator',
      'analyze_wildcard',
      'lenient',
      'boost',
      'allow_leading_wildcard',
      'time_zone',
    ],
    what,
  );
  const text = stringOf(body['query'], what);
  const fields = listOf(body['fields'] ?? body['default_field']).map((field) =>
    stringOf(field, what).replace(/\^[\d.]+$/, ''),
  );
  const isAnd = String(body['default_operator'] ?? 'or').toLowerCase() === 'and';
  return new Reader(
    text,
    fields.filter((field) => field !== '*'),
    isAnd,
    now,
  ).read();
}

class Reader {
  readonly #tokens: Token[] = [];
  readonly #text: string;
  readonly #fields: readonly string[];
  readonly #isAnd: boolean;
  readonly #now: number;
  #at = 0;

  constructor(text: string, fields: readonly string[], isAnd: boolean, now: number) {
    this.#text = text;
    this.#fields = fields;
    this.#isAnd = isAnd;
    this.#now = now;
    TOKEN.lastIndex = 0;
    let end = 0;
    for (let token = TOKEN.exec(text); token !== null; token = TOKEN.exec(text)) {
      this.#tokens.push(token);
      end = TOKEN.lastIndex;
    }
    if (text.slice(end).trim() !== '') throw this.#wrong();
  }

  read(): Query {
    const query = this.#either(this.#fields);
    if (this.#at < this.#tokens.length) throw this.#wrong();
    return query;
  }

  #wrong(): Error {
    return searchError('query_shard_exception', `Failed to parse query [${this.#text}]`);
  }

  #either(fields: readonly string[]): Query {
    const must: Query[] = [];
    const should: Query[] = [];
    let previousAnd = false;
    for (
      let token = this.#tokens[this.#at];
      token !== undefined && token[2] === undefined;
      token = this.#tokens[this.#at]
    ) {
      if (token[3] !== undefined || token[4] !== undefined) {
        this.#at++;
        previousAnd = token[3] !== undefined;
        const last = previousAnd ? should.pop() : undefined;
        if (last !== undefined) must.push(last);
        if (this.#at >= this.#tokens.length) throw this.#wrong();
        continue;
      }
      const required = token[6] === '+';
      const negated = token[5] !== undefined || token[6] === '-';
      if (required || negated) this.#at++;
      const clause = this.#clause(fields);
      if (negated) must.push(not(clause));
      else if (required || previousAnd || (this.#isAnd && this.#tokens[this.#at]?.[4] === undefined)) must.push(clause);
      else should.push(clause);
      previousAnd = false;
    }
    if (must.length > 0) return and(must);
    return should.length === 0 ? ALL : atLeast(1, should);
  }

  #clause(fields: readonly string[]): Query {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.#wrong();
    const [, open, , , , , , field, left, low, high, right, operator, limit, quoted, word] = token;
    if (field === '_exists_') return exists(unescaped(this.#tokens[this.#at++]?.[15] ?? ''));
    if (field !== undefined) return this.#clause([field]);
    if (open !== undefined) {
      const inner = this.#either(fields);
      if (this.#tokens[this.#at++]?.[2] === undefined) throw this.#wrong();
      return inner;
    }
    if (left !== undefined) {
      const bound = (value: string | undefined, inclusive: boolean) =>
        value === undefined || value === '*' ? undefined : { value: unescaped(value), inclusive };
      return this.#on(fields, (name) => rangeOn(name, bound(low, left === '['), bound(high, right === ']'), this.#now));
    }
    if (operator !== undefined) {
      const bound = { value: limit!, inclusive: operator.endsWith('=') };
      return this.#on(fields, (name) =>
        rangeOn(name, operator[0] === '>' ? bound : undefined, operator[0] === '<' ? bound : undefined, this.#now),
      );
    }
    if (quoted !== undefined) return this.#on(fields, (name) => phrase(name, unescaped(quoted), false));
    return this.#word(fields, word ?? '');
  }

  #word(fields: readonly string[], word: string): Query {
    if (/^\/.*\/$/.test(word) || /(^|[^\\])[~^]/.test(word))
      throw searchError('query_shard_exception', `[${word}] is not supported by the embedded store`);
    if (word === '*') return fields[0] === undefined ? ALL : exists(fields[0]);
    if (/(^|[^\\])[*?]/.test(word)) return this.#on(fields, (name) => pattern(name, wildcardToRegExp(word, 'si')));
    return this.#on(fields, (name) => match(name, unescaped(word), {}));
  }

  /** Without a field: any field of the document. */
  #on(fields: readonly string[], make: (name: string) => Query): Query {
    if (fields.length > 0) return fields.length === 1 ? make(fields[0]!) : atLeast(1, fields.map(make));
    const byPath = new Map<string, Query>();
    const of = (path: string) => {
      let query = byPath.get(path);
      if (query === undefined) byPath.set(path, (query = make(fieldOf(path).path)));
      return query;
    };
    return {
      group: () => undefined,
      test(doc) {
        for (const path of doc.group.paths) if (of(path).test(doc)) return true;
        return false;
      },
    };
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
