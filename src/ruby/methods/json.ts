/** JSON (and Oj's two functions): parse, generate, `to_json`. */

import { parseJson } from '../../pipeline/core/value.ts';
import { kindOf } from '../arguments.ts';
import { RHash } from '../hash.ts';
import { Constant, RubyError, Sym } from '../objects.ts';
import { jsonText, prettyJson } from '../to-json.ts';
import { define, type Method } from './dispatch.ts';

function parse(text: unknown, symbolize: boolean): unknown {
  if (typeof text !== 'string')
    throw new RubyError('TypeError', `no implicit conversion of ${kindOf(text)} into String`);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new RubyError('JSON::ParserError', `unexpected token at '${text.slice(0, 60)}'`);
  }
  return toHashes(value, symbolize);
}

function toHashes(value: unknown, symbolize: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => toHashes(item, symbolize));
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return RHash.of(
    Object.entries(value).map(([key, item]) => [symbolize ? Sym.of(key) : key, toHashes(item, symbolize)]),
  );
}

const isTrue = (options: unknown, name: string) => options instanceof RHash && options.get(Sym.of(name)) === true;
const generate: Method = (_s, [value]) => jsonText(value);
const parseMethod: Method = (_s, [text, options]) => parse(text, isTrue(options, 'symbolize_names'));

define('JSON.', {
  parse: parseMethod,
  'parse!': parseMethod,
  load: (_s, [text]) => (text === null || text === '' ? null : parse(text, false)),
  generate,
  dump: generate,
  pretty_generate: (_s, [value]) => prettyJson(value),
});
define('Oj.', {
  load: parseMethod,
  dump: generate,
});
define('Yajl.', { load: parseMethod, dump: generate });
define('Yajl::Parser.', { parse: parseMethod });
define('Object', { to_json: (self) => jsonText(self) });
Constant.of('Yajl');
