/** Regexp, MatchData, and the modules that configurations call: JSON, ENV, Math, File, Base64, Digest, Socket, IPAddr, SecureRandom, URI. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { isIP } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseJson, stringifyJson } from '../../pipeline/core/value.ts';
import { fromRuby } from '../convert.ts';
import { numeric } from '../equal.ts';
import { format } from '../format.ts';
import { lastMatch, regexpOf, setLastMatch } from '../match.ts';
import { floatPrefix, integerPrefix, isFloat, toFloat, truncate } from '../numbers.ts';
import { Constant, MatchData, RRegexp, RubyError, Sym } from '../objects.ts';
import { compileRegexp } from '../regexp.ts';
import { inspect, rubyToS } from '../to-s.ts';
import { define, type Method, type Table } from './dispatch.ts';

const group = (self: MatchData, key: unknown) =>
  (typeof key === 'string' || key instanceof Sym ? self.match.groups?.[rubyToS(key)] : self.match.at(Number(key))) ??
  null;

define('MatchData', {
  '[]': (self: MatchData, [key]) => group(self, key),
  to_a: (self: MatchData) => [...self.match].map((item) => item ?? null),
  captures: (self: MatchData) => [...self.match].slice(1).map((item) => item ?? null),
  named_captures: (self: MatchData) => new Map(Object.entries(self.match.groups ?? {}).map(([k, v]) => [k, v ?? null])),
  names: (self: MatchData) => Object.keys(self.match.groups ?? {}),
  values_at: (self: MatchData, keys) => keys.map((key) => group(self, key)),
  pre_match: (self: MatchData) => self.match.input.slice(0, self.match.index),
  post_match: (self: MatchData) => self.match.input.slice(self.match.index + self.match[0].length),
  begin: (self: MatchData) => self.match.index,
  end: (self: MatchData) => self.match.index + self.match[0].length,
  size: (self: MatchData) => self.match.length,
});

function match(self: RRegexp, text: unknown): MatchData | null {
  if (text === null || text === undefined) {
    setLastMatch(null);
    return null;
  }
  const found = self.exec(text instanceof Sym ? text.name : String(text));
  setLastMatch(found);
  return found === null ? null : new MatchData(found);
}

define('Regexp', {
  '=~': (self, [text]) => match(self, text)?.match.index ?? null,
  '===': (self, [text]) => typeof text === 'string' && match(self, text) !== null,
  match: (self, [text]) => match(self, text),
  'match?': (self: RRegexp, [text]) => text !== null && text !== undefined && self.exec(String(text)) !== null,
  source: (self: RRegexp) => self.source,
});
define('Regexp.', {
  new: (_s, [source]) => (source instanceof RRegexp ? source : new RRegexp(source, '', compileRegexp(source))),
  escape: (_s, [text]) => regexpOf(text).source,
  last_match: (_s, [n]) => (n === undefined ? lastMatch() : (lastMatch()?.match[n] ?? null)),
  union: (_s, args) => {
    const source = args
      .flat()
      .map((part: unknown) => regexpOf(part).source)
      .join('|');
    return new RRegexp(source, '', compileRegexp(source));
  },
});

function jsonParse(text: unknown, symbolize: boolean): unknown {
  if (typeof text !== 'string')
    throw new RubyError('TypeError', `no implicit conversion of ${text === null ? 'nil' : 'Hash'} into String`);
  try {
    return toMaps(parseJson(text), symbolize);
  } catch {
    throw new RubyError('JSON::ParserError', `unexpected token at '${text.slice(0, 60)}'`);
  }
}

function toMaps(value: unknown, symbolize: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => toMaps(item, symbolize));
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return new Map(Object.entries(value).map(([key, item]) => [symbolize ? Sym.of(key) : key, toMaps(item, symbolize)]));
}

define('JSON.', {
  parse: (_s, [text, options]) =>
    jsonParse(text, options instanceof Map && options.get(Sym.of('symbolize_names')) === true),
  generate: (_s, [value]) => stringifyJson(fromRuby(value)),
  dump: (_s, [value]) => stringifyJson(fromRuby(value)),
  pretty_generate: (_s, [value]) => JSON.stringify(JSON.parse(stringifyJson(fromRuby(value))), null, 2),
});
define('Oj.', { load: (_s, [text]) => jsonParse(text, false), dump: (_s, [value]) => stringifyJson(fromRuby(value)) });

/** The environment as expressions see it; set by whoever compiles, so that tests and reloads give their own. */
let environment: Readonly<Record<string, string | undefined>> = process.env;
export function setEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  environment = env;
}
const variable: Method = (_s, [name]) => environment[name] ?? null;
const isSet: Method = (_s, [name]) => environment[name] !== undefined;
define('ENV.', {
  '[]': variable,
  fetch: (_s, [name, fallback], block) => {
    const value = environment[name];
    if (value !== undefined) return value;
    if (block !== undefined) return block(name);
    if (fallback !== undefined) return fallback;
    throw new RubyError('KeyError', `key not found: ${inspect(name)}`);
  },
  'key?': isSet,
  'has_key?': isSet,
  'include?': isSet,
  'member?': isSet,
  to_h: () => new Map(Object.entries(environment)),
  keys: () => Object.keys(environment),
  values_at: (_s, names) => names.map((name) => environment[name] ?? null),
  select: (_s, _args, block) => new Map(Object.entries(environment).filter(([k, v]) => block!(k, v))),
  dig: variable,
});

const real =
  (f: (...x: number[]) => number): Method =>
  (_s, args) =>
    toFloat(f(...args.map((arg) => Number(numeric(arg)))));
const math: Table = Object.fromEntries(
  (['sqrt', 'cbrt', 'sin', 'cos', 'tan', 'atan', 'atan2', 'exp', 'log2', 'log10', 'hypot', 'pow'] as const).map(
    (name) => [name, real(Math[name])],
  ),
);
define('Math.', {
  ...math,
  log: (_s, [x, base]) =>
    toFloat(Math.log(Number(numeric(x))) / (base === undefined ? 1 : Math.log(Number(numeric(base))))),
});

define('File.', {
  join: (_s, args) =>
    args
      .flat()
      .map(rubyToS)
      .join('/')
      .replace(/\/{2,}/g, '/'),
  basename: (_s, [file, suffix]) =>
    suffix === '.*' ? path.basename(file, path.extname(file)) : path.basename(file, suffix),
  extname: (_s, [file]) => path.extname(file),
  dirname: (_s, [file]) => path.dirname(file),
  expand_path: (_s, [file, base]) => path.resolve(base ?? '.', file),
  'exist?': (_s, [file]) => fs.existsSync(file),
  'file?': (_s, [file]) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false,
  'directory?': (_s, [file]) => fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false,
  read: (_s, [file]) => read(file),
  readlines: (_s, [file]) => read(file).match(/[^\n]*\n|[^\n]+/g) ?? [],
});
define('IO.', { read: (_s, [file]) => read(file) });

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    throw new RubyError('Errno::ENOENT', `No such file or directory @ rb_sysopen - ${file}`);
  }
}

const decode = (text: string, encoding: 'base64' | 'base64url') => Buffer.from(text, encoding).toString('utf8');
define('Base64.', {
  encode64: (_s, [text]) =>
    Buffer.from(text)
      .toString('base64')
      .replace(/.{1,60}/g, '$&\n'),
  strict_encode64: (_s, [text]) => Buffer.from(text).toString('base64'),
  urlsafe_encode64: (_s, [text]) => Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
  decode64: (_s, [text]) => decode(text, 'base64'),
  strict_decode64: (_s, [text]) => decode(text, 'base64'),
  urlsafe_decode64: (_s, [text]) => decode(text, 'base64url'),
});
for (const [name, algorithm] of [
  ['MD5', 'md5'],
  ['SHA1', 'sha1'],
  ['SHA256', 'sha256'],
  ['SHA384', 'sha384'],
  ['SHA512', 'sha512'],
] as const) {
  const digest =
    (encoding: 'hex' | 'base64'): Method =>
    (_s, [text]) =>
      createHash(algorithm).update(String(text)).digest(encoding);
  define(`Digest::${name}.`, { hexdigest: digest('hex'), base64digest: digest('base64') });
}
define('Socket.', { gethostname: () => os.hostname() });
define('SecureRandom.', {
  hex: (_s, [n = 16]) => randomBytes(n).toString('hex'),
  uuid: () => randomUUID(),
  alphanumeric: (_s, [n = 16]) => randomBytes(n).toString('hex').slice(0, n),
});
define('Process.', { pid: () => process.pid, clock_gettime: () => toFloat(performance.now() / 1000) });
define('IPAddr.', {
  new: (_s, [text]) => {
    const [address = ''] = String(text).split('/');
    if (isIP(address) === 0) throw new RubyError('IPAddr::InvalidAddressError', `invalid address: ${text}`);
    return address;
  },
});
define('URI.', {
  encode_www_form_component: (_s, [text]) => encodeURIComponent(rubyToS(text)).replaceAll('%20', '+'),
  decode_www_form_component: (_s, [text]) => decodeURIComponent(String(text).replaceAll('+', ' ')),
});
define('CGI.', {
  escape: (_s, [text]) => encodeURIComponent(text).replaceAll('%20', '+'),
  unescape: (_s, [text]) => decodeURIComponent(text.replaceAll('+', ' ')),
});
define('Hash.', { new: () => new Map(), '[]': (_s, [pairs]) => new Map(pairs) });
define('Array.', { new: (_s, [n = 0, value = null]) => Array.from({ length: n }, () => value) });
define('String.', { new: (_s, [text = '']) => text });
define('Float::', {});

function strictInteger(value: unknown): unknown {
  if (isFloat(value)) return truncate(Number(numeric(value)));
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value === null || value === undefined) throw new RubyError('TypeError', "can't convert nil into Integer");
  const text = rubyToS(value).trim();
  if (!/^[-+]?(0x[\da-f_]+|0b[01_]+|0o?[0-7_]+|[1-9][\d_]*|0)$/i.test(text))
    throw new RubyError('ArgumentError', `invalid value for Integer(): ${inspect(value)}`);
  const base = /^[-+]?0x/i.test(text) ? 16 : /^[-+]?0b/i.test(text) ? 2 : /^[-+]?0o?[0-7]/i.test(text) ? 8 : 10;
  return integerPrefix(text, base);
}

function strictFloat(value: unknown): unknown {
  const number = numeric(value);
  if (number !== undefined) return toFloat(Number(number));
  if (value === null || value === undefined) throw new RubyError('TypeError', "can't convert nil into Float");
  if (!/^\s*[-+]?\d[\d_]*(\.\d+)?([eE][-+]?\d+)?\s*$/.test(rubyToS(value)))
    throw new RubyError('ArgumentError', `invalid value for Float(): ${inspect(value)}`);
  return floatPrefix(rubyToS(value));
}

/** Functions without a receiver. */
export const kernel: Table = {
  Integer: (_s, [value, options]) => lenient(() => strictInteger(value), options),
  Float: (_s, [value, options]) => lenient(() => strictFloat(value), options),
  String: (_s, [value]) => rubyToS(value),
  Array: (_s, [value]) =>
    value === null ? [] : Array.isArray(value) ? value : value instanceof Map ? [...value] : [value],
  format: (_s, [template, ...args]) => format(template, args),
  sprintf: (_s, [template, ...args]) => format(template, args),
  rand: (_s, [n]) => (n === undefined ? Math.random() : Math.floor(Math.random() * Number(n))),
  raise: (_s, [type, message]) => {
    if (type instanceof Constant) throw new RubyError(type.name, rubyToS(message ?? type.name));
    throw new RubyError('RuntimeError', rubyToS(type));
  },
  require: () => true,
  puts: () => null,
  p: (_s, [value]) => value ?? null,
};

function lenient(convert: () => unknown, options: unknown): unknown {
  if (!(options instanceof Map) || options.get(Sym.of('exception')) !== false) return convert();
  try {
    return convert();
  } catch (error) {
    if (error instanceof RubyError) return null;
    throw error;
  }
}

/** Constants that are values. */
export const constants: Readonly<Record<string, unknown>> = {
  'Float::INFINITY': Number.POSITIVE_INFINITY,
  'Float::NAN': Number.NaN,
  'Math::PI': Math.PI,
  'Math::E': Math.E,
  RUBY_VERSION: '3.1.6',
};
